"""Modes of calling: countdowns, and leads that were skipped."""

import django.core.validators
import django.db.models.deletion
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys, tenant_tables

# A countdown belongs to the hands that hold the lead, whichever statement takes the lead out of them.
FORGET = """
CREATE FUNCTION dialer_forget_countdown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.call_at := NULL;
    NEW.seconds_left := NULL;
    RETURN NEW;
END
$$;
CREATE TRIGGER dialer_forget_countdown BEFORE UPDATE ON dialer_queueentry
FOR EACH ROW WHEN (OLD.leased_to_id IS DISTINCT FROM NEW.leased_to_id OR NEW.finished_at IS NOT NULL)
EXECUTE FUNCTION dialer_forget_countdown();
"""
REMEMBER = """
DROP TRIGGER dialer_forget_countdown ON dialer_queueentry;
DROP FUNCTION dialer_forget_countdown();
"""

class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_api_keys'),
        ('dialer', '0019_queue_of_lead'),
        ('leads', '0018_likely_duplicates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Skip',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('spoken', 'Spoke with them elsewhere'), ('later', 'Not a good time to call them'), ('prepare', 'Something is to be prepared first'), ('language', 'Speaks another language'), ('other', 'Another reason'), ('other_lead', 'Called another lead instead')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='campaign',
            name='countdown_seconds',
            field=models.PositiveSmallIntegerField(default=15, help_text='5 to 120; for the timed preview.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(120)], verbose_name='Seconds of the countdown'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='may_skip',
            field=models.BooleanField(default=True, help_text='Otherwise the lead in hand is called before any other.', verbose_name='A lead may be skipped, with a reason'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='mode',
            field=models.CharField(choices=[('preview', 'Preview: the telecaller looks at the lead and presses Call'), ('timed', 'Timed preview: the call starts when a countdown ends'), ('progressive', 'Progressive: the next call starts when the outcome is saved')], default='preview', max_length=12, verbose_name='How calls start'),
        ),
        migrations.AddField(
            model_name='queueentry',
            name='call_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='queueentry',
            name='seconds_left',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('countdown_seconds__range', (5, 120))), name='campaign_countdown_5_to_120'),
        ),
        migrations.AddConstraint(
            model_name='queueentry',
            constraint=models.CheckConstraint(condition=models.Q(('call_at', None), ('seconds_left', None), _connector='OR'), name='queue_countdown_runs_or_rests'),
        ),
        migrations.AddField(
            model_name='skip',
            name='campaign',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialer.campaign'),
        ),
        migrations.AddField(
            model_name='skip',
            name='lead',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead'),
        ),
        migrations.AddField(
            model_name='skip',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='skip',
            name='telecaller',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership'),
        ),
        migrations.AddIndex(
            model_name='skip',
            index=models.Index(fields=['organisation', 'lead', '-at'], name='skips_of_lead'),
        ),
        migrations.AddIndex(
            model_name='skip',
            index=models.Index(fields=['organisation', 'campaign', '-at'], name='skips_of_campaign'),
        ),
        *tenant_tables("dialer_skip"),
        *composite_keys(
            ("dialer_skip", "lead_id", "leads_lead"),
            ("dialer_skip", "telecaller_id", "accounts_membership"),
            ("dialer_skip", "campaign_id", "dialer_campaign"),
        ),
        migrations.RunSQL(FORGET, REMEMBER),
    ]
