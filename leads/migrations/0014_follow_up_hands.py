"""Follow-ups that anyone may take when they are late, and how many callbacks fit in an hour."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import jini.lib.ids
from django.db import migrations, models

from accounts.migrations_tenancy import tenant_tables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_reminders'),
        ('leads', '0013_import_settings'),
    ]

    operations = [
        migrations.CreateModel(
            name='FollowUpSettings',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('anyone_after_minutes', models.PositiveSmallIntegerField(default=30, help_text='Counted from when it was due. 0: it stays with the person.', validators=[django.core.validators.MaxValueValidator(10080)], verbose_name='Minutes after which anyone may take a follow-up')),
                ('callbacks_per_hour', models.PositiveSmallIntegerField(default=6, help_text='In a full hour no callback can be promised. 0: no limit.', validators=[django.core.validators.MaxValueValidator(120)], verbose_name='Callbacks of one telecaller in an hour')),
            ],
        ),
        migrations.AddField(
            model_name='followup',
            name='assigned_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name='followup',
            name='open_to',
            field=models.CharField(choices=[('anyone', 'Anyone later'), ('own', 'Only me')], default='anyone', max_length=10),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(condition=models.Q(('cancelled_at', None), ('done_at', None)), fields=['organisation', 'due_at', 'id'], name='follow_up_open_by_due'),
        ),
        migrations.AddField(
            model_name='followupsettings',
            name='organisation',
            field=models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddConstraint(
            model_name='followupsettings',
            constraint=models.UniqueConstraint(fields=('organisation',), name='follow_up_settings_once'),
        ),
        *tenant_tables("leads_followupsettings"),
        # What is planned already is reminded of like what is planned from now on. The owner of the tables is bound by
        # their policies like everybody, except for these statements.
        migrations.RunSQL(
            """
            ALTER TABLE leads_followup NO FORCE ROW LEVEL SECURITY;
            INSERT INTO accounts_duetask
                (id, task, queue, organisation_id, subject_id, due_at, attempts, version, last_error)
            SELECT gen_random_uuid(), 'leads.remind', 'default', f.organisation_id, f.id, f.due_at - interval '30 minutes', 0, 1, ''
            FROM leads_followup f
            WHERE f.done_at IS NULL AND f.cancelled_at IS NULL AND f.due_at > now()
            ON CONFLICT (task, subject_id) DO NOTHING;
            ALTER TABLE leads_followup FORCE ROW LEVEL SECURITY;
            """,
            "DELETE FROM accounts_duetask WHERE task = 'leads.remind'",
        ),
    ]
