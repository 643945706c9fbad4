"""Calls that nobody wraps up are closed by the system, with outcomes of its own."""

import django.core.validators
from django.db import migrations, models

# As `dialer.defaults` gives them to an organisation that is founded from now on.
GIVE = """
ALTER TABLE dialer_disposition NO FORCE ROW LEVEL SECURITY;
INSERT INTO dialer_disposition (
    id, organisation_id, system_code, name, name_hi, icon, position, "group", hot_key, is_active, retry_minutes,
    retry_attempts, provider_status, is_human_answered, is_customer_contact, is_converted, is_do_not_call,
    is_not_interested, is_unworkable, needs_follow_up
)
SELECT gen_random_uuid(), o.id, s.code, s.name, s.name_hi, s.icon, s.position, 'not_connected', '', true, 60, 4, '',
    false, false, false, false, false, false, false
FROM accounts_organisation o CROSS JOIN (VALUES
    ('customer_gone', 'JiNi: customer gone', 'JiNi: ग्राहक जा चुका था', 'phone-off', 100),
    ('no_outcome', 'JiNi: no outcome in time', 'JiNi: समय पर परिणाम नहीं', 'clock', 101),
    ('away', 'JiNi: telecaller away', 'JiNi: टेलीकॉलर मौजूद नहीं', 'coffee', 102)
) AS s (code, name, name_hi, icon, position);
-- Else the new rows still wait for the check of their keys, and the table may not be altered.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE dialer_disposition FORCE ROW LEVEL SECURITY;
"""
# Calls that are open now owe the look that a new one owes from its start.
OWE = """
ALTER TABLE dialer_call NO FORCE ROW LEVEL SECURITY;
INSERT INTO accounts_duetask (id, task, queue, organisation_id, subject_id, due_at, attempts, version, last_error)
SELECT gen_random_uuid(), 'dialer.close_forgotten', 'default', c.organisation_id, c.id, now(), 0, 1, ''
FROM dialer_call c WHERE c.closed_at IS NULL
ON CONFLICT (task, subject_id) DO NOTHING;
ALTER TABLE dialer_call FORCE ROW LEVEL SECURITY;
"""

class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_push'),
        ('dialer', '0012_inbox'),
        ('leads', '0018_likely_duplicates'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='dialersettings',
            name='is_wrap_up_required',
        ),
        migrations.AddField(
            model_name='campaign',
            name='wrap_up_seconds',
            field=models.PositiveSmallIntegerField(blank=True, help_text="Without a number, the organisation's own. 0: no limit.", null=True, validators=[django.core.validators.MaxValueValidator(3600)], verbose_name='Seconds for the wrap-up'),
        ),
        migrations.AddField(
            model_name='dialersettings',
            name='outcome_minutes',
            field=models.PositiveSmallIntegerField(default=30, help_text='The lead waits again, and the outcome can be put right later. 0: never.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='Minutes after which a call without an outcome is closed'),
        ),
        migrations.AddField(
            model_name='dialersettings',
            name='wrap_up_seconds',
            field=models.PositiveSmallIntegerField(default=120, help_text='The clock of the wrap-up says when they are over. 0: no limit.', validators=[django.core.validators.MaxValueValidator(3600)], verbose_name='Seconds for the wrap-up'),
        ),
        migrations.AddField(
            model_name='disposition',
            name='system_code',
            field=models.CharField(blank=True, choices=[('customer_gone', 'Customer gone'), ('no_outcome', 'No outcome in time'), ('away', 'Telecaller away')], editable=False, max_length=15),
        ),
        migrations.AddConstraint(
            model_name='disposition',
            constraint=models.UniqueConstraint(condition=models.Q(('system_code', ''), _negated=True), fields=('organisation', 'system_code'), name='disposition_of_the_system_once'),
        ),
        # Backwards the rows stay, as outcomes among the others: calls may have them.
        migrations.RunSQL(GIVE, migrations.RunSQL.noop),
        migrations.RunSQL(OWE, "DELETE FROM accounts_duetask WHERE task = 'dialer.close_forgotten'"),
    ]
