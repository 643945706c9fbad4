"""Numbers that are shown, and numbers that are called, are one table."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.migrations_tenancy import composite_keys

TABLES = ("dialer_phonenumber", "dialer_incomingnumber")
# A number that stood in both tables keeps the id that campaigns know; the others keep theirs.
CARRY = """
UPDATE dialer_phonenumber p SET takes_calls = i.takes_calls, team_id = i.team_id, pointing = i.pointing
FROM dialer_incomingnumber i
WHERE i.organisation_id = p.organisation_id AND i.provider = p.provider AND i.phone = p.phone;
UPDATE accounts_duetask t SET subject_id = p.id
FROM dialer_incomingnumber i JOIN dialer_phonenumber p USING (organisation_id, provider, phone)
WHERE t.task = 'dialer.point_number' AND t.subject_id = i.id;
INSERT INTO dialer_phonenumber
    (id, organisation_id, phone, label, provider, series, is_active, takes_calls, team_id, pointing)
SELECT id, organisation_id, phone, '', provider,
    CASE WHEN phone LIKE '+91140%' THEN '140' WHEN phone ~ '^[+]91160[01]' THEN '1600' ELSE 'ordinary' END,
    true, takes_calls, team_id, pointing
FROM dialer_incomingnumber
ON CONFLICT (organisation_id, provider, phone) DO NOTHING;
DO $$
BEGIN
    ASSERT NOT EXISTS (
        SELECT FROM dialer_incomingnumber i WHERE NOT EXISTS (
            SELECT FROM dialer_phonenumber p
            WHERE p.organisation_id = i.organisation_id AND p.provider = i.provider AND p.phone = i.phone
                AND p.takes_calls = i.takes_calls AND p.team_id IS NOT DISTINCT FROM i.team_id
        )
    ), 'a number that is called was not carried over';
END $$;
"""
FREE = "".join(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;" for table in TABLES)
BIND = "".join(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;" for table in TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ("dialer", "0040_caller_messages"),
        ("teams", "0003_long_breaks"),
    ]

    operations = [
        migrations.AddField(
            model_name='phonenumber',
            name='pointing',
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='phonenumber',
            name='takes_calls',
            field=models.BooleanField(default=True, help_text='Off: whoever calls it hears that the line is busy.', verbose_name='Takes calls'),
        ),
        migrations.AddField(
            model_name='phonenumber',
            name='team',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='teams.team'),
        ),
        *composite_keys(("dialer_phonenumber", "team_id", "teams_team")),
        migrations.RunSQL(f"{FREE} {CARRY} SET CONSTRAINTS ALL IMMEDIATE; {BIND}", migrations.RunSQL.noop),
        migrations.DeleteModel(name='IncomingNumber'),
    ]
