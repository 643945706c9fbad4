"""The audit log is written once; what is older than its shortest period alone may be deleted, by this function."""

from django.db import migrations

# The role of the application may not DELETE here (`accounts.database.APPEND_ONLY`). A year is the shortest period that an
# organisation may choose for such records (`jini.lib.retention`).
PURGE = """
CREATE FUNCTION accounts_purge_audit(p_ids uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM public.accounts_auditentry
    WHERE id = ANY (p_ids) AND at < now() - interval '365 days'
      AND organisation_id = nullif(current_setting('jini.organisation', true), '')::uuid;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_leaving"),
    ]

    operations = [
        migrations.RunSQL(PURGE, "DROP FUNCTION accounts_purge_audit(uuid[])"),
    ]
