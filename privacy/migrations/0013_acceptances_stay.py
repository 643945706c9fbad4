"""Proofs of acceptance are written once: the database refuses changes, but for an erased person and after their period."""

from django.db import migrations

# The role of the application may not UPDATE or DELETE here (`accounts.database.APPEND_ONLY`).
BLANK = """
CREATE FUNCTION privacy_blank_acceptances(p_user uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done integer;
BEGIN
    UPDATE public.privacy_acceptance a SET ip_address = NULL, user_agent = ''
    FROM public.accounts_user u
    WHERE u.id = p_user AND u.erased_at IS NOT NULL AND a.user_id = u.id;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$
"""
# A year is the shortest period that the schedule allows for proofs (`jini.lib.retention`).
PURGE = """
CREATE FUNCTION privacy_purge_acceptances(p_ids uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM public.privacy_acceptance a USING public.accounts_user u
    WHERE a.id = ANY (p_ids) AND a.user_id = u.id AND u.erased_at < now() - interval '365 days';
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_leaving"),
        ("privacy", "0012_account_deletion"),
    ]

    operations = [
        migrations.RunSQL(BLANK, "DROP FUNCTION privacy_blank_acceptances(uuid)"),
        migrations.RunSQL(PURGE, "DROP FUNCTION privacy_purge_acceptances(uuid[])"),
    ]
