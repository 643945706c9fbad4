"""Outcomes: which ones a campaign leaves out, and rules of theirs that the database keeps."""

import django.core.validators
import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables

# What the form has refused for long, and an import of outcomes has not.
MEND = """
ALTER TABLE dialer_disposition NO FORCE ROW LEVEL SECURITY;
UPDATE dialer_disposition SET retry_minutes = NULL, retry_attempts = NULL
WHERE retry_minutes IS NULL OR retry_attempts IS NULL OR retry_attempts < 1;
UPDATE dialer_disposition SET retry_attempts = 10 WHERE retry_attempts > 10;
UPDATE dialer_disposition SET maximum_talk_seconds = NULL WHERE minimum_talk_seconds > maximum_talk_seconds;
ALTER TABLE dialer_disposition FORCE ROW LEVEL SECURITY;
"""

class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_push'),
        ('dialer', '0010_merged'),
        ('leads', '0018_likely_duplicates'),
    ]

    operations = [
        migrations.CreateModel(
            name='LeftOut',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
            ],
        ),
        migrations.RemoveField(
            model_name='dialersettings',
            name='auto_advance_seconds',
        ),
        migrations.AddField(
            model_name='dialersettings',
            name='not_connected_needs_follow_up',
            field=models.BooleanField(default=False, help_text='Not where the outcome ends the matter, such as a wrong number.', verbose_name='Ask for a follow-up after calls that did not connect, too'),
        ),
        migrations.AlterField(
            model_name='dialersettings',
            name='hot_lead_minutes',
            field=models.PositiveSmallIntegerField(default=30, help_text='Counted from when it was made. 0: it waits like the others.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='Minutes for which a new lead comes before the others'),
        ),
        migrations.AlterField(
            model_name='dialersettings',
            name='lease_minutes',
            field=models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(240)], verbose_name='Minutes after which an opened lead returns to the queue'),
        ),
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='disposition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('retry_attempts', None), ('retry_minutes', None)), models.Q(('retry_attempts__isnull', False), ('retry_attempts__range', (1, 10)), ('retry_minutes__isnull', False)), _connector='OR'), name='disposition_retry_1_to_10_times'),
        ),
        migrations.AddConstraint(
            model_name='disposition',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_talk_seconds', None), ('maximum_talk_seconds', None), ('minimum_talk_seconds__lte', models.F('maximum_talk_seconds')), _connector='OR'), name='disposition_talk_range'),
        ),
        migrations.AddField(
            model_name='leftout',
            name='campaign',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='left_out', to='dialer.campaign'),
        ),
        migrations.AddField(
            model_name='leftout',
            name='disposition',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='left_out', to='dialer.disposition'),
        ),
        migrations.AddField(
            model_name='leftout',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddConstraint(
            model_name='leftout',
            constraint=models.UniqueConstraint(fields=('organisation', 'campaign', 'disposition'), name='outcome_left_out_once'),
        ),
        *tenant_tables("dialer_leftout"),
        *composite_keys(
            ("dialer_leftout", "campaign_id", "dialer_campaign"),
            ("dialer_leftout", "disposition_id", "dialer_disposition"),
        ),
    ]
