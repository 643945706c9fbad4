"""One ledger of what people allow or withdraw, which the database keeps as it was written; earlier choices move there."""

from importlib import import_module

import django.db.models.deletion
import django.db.models.functions.datetime
import jini.lib.ids
from django.conf import settings
from django.db import migrations, models

# The role of the application may not UPDATE or DELETE here (`accounts.database.APPEND_ONLY`). An erasure empties where
# proofs come from, be they acceptances or choices.
BLANK = """
CREATE OR REPLACE FUNCTION privacy_blank_acceptances(p_user uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done integer;
    more integer;
BEGIN
    UPDATE public.privacy_acceptance a SET ip_address = NULL, user_agent = ''
    FROM public.accounts_user u
    WHERE u.id = p_user AND u.erased_at IS NOT NULL AND a.user_id = u.id;
    GET DIAGNOSTICS done = ROW_COUNT;
    UPDATE public.privacy_choice c SET ip_address = NULL, user_agent = ''
    FROM public.accounts_user u
    WHERE u.id = p_user AND u.erased_at IS NOT NULL AND c.user_id = u.id;
    GET DIAGNOSTICS more = ROW_COUNT;
    RETURN done + more;
END $$
"""
BLANK_BACK: str = import_module("privacy.migrations.0013_acceptances_stay").BLANK
BLANK_BACK = BLANK_BACK.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
# A year is the shortest period that the schedule allows for proofs (`jini.lib.retention`).
PURGE = """
CREATE FUNCTION privacy_purge_choices(p_ids uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM public.privacy_choice c USING public.accounts_user u
    WHERE c.id = ANY (p_ids) AND c.user_id = u.id AND u.erased_at < now() - interval '365 days';
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""
# The box was on the page of whoever joined; its words tell the language.
MARKETING = """
INSERT INTO privacy_choice (id, user_id, purpose, state, wording, language, place, at, ip_address, user_agent)
SELECT id, user_id, 'marketing', CASE WHEN is_wanted THEN 'given' ELSE 'withdrawn' END, wording,
    CASE WHEN wording ~ '[\u0900-\u097f]' THEN 'hi' ELSE 'en' END, 'sign_up', at, NULL, ''
FROM privacy_marketingchoice;
"""
MARKETING_BACK = """
INSERT INTO privacy_marketingchoice (id, user_id, is_wanted, wording, at)
SELECT id, user_id, state = 'given', wording, at FROM privacy_choice WHERE purpose = 'marketing';
"""
# Whoever has a browser that shows notices pressed this button, and allowed it in the browser's own question, too.
PUSH = """
DO $$
DECLARE
    place record;
BEGIN
    FOR place IN SELECT id FROM accounts_organisation LOOP
        PERFORM set_config('jini.organisation', place.id::text, true);
        INSERT INTO privacy_choice (id, user_id, purpose, state, wording, language, place, at, ip_address, user_agent)
        SELECT gen_random_uuid(), user_id, 'push', 'given', 'Show reminders on this device', 'en', 'device', at, NULL, ''
        FROM (
            SELECT m.user_id, min(s.created_at) AS at
            FROM accounts_pushsubscription s JOIN accounts_membership m ON m.id = s.member_id
            GROUP BY m.user_id
        ) AS shown
        WHERE NOT EXISTS (
            SELECT 1 FROM privacy_choice c WHERE c.user_id = shown.user_id AND c.purpose = 'push'
        );
    END LOOP;
    PERFORM set_config('jini.organisation', '', true);
END
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0007_leaving"),
        ("privacy", "0015_dnd_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Choice',
            fields=[
                ('id', models.UUIDField(default=jini.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('marketing', 'News and offers'), ('usage', 'How I use JiNi'), ('push', 'Push messages')], max_length=10)),
                ('state', models.CharField(choices=[('given', 'Allowed'), ('withdrawn', 'Not allowed')], max_length=10)),
                ('wording', models.TextField()),
                ('language', models.CharField(max_length=2)),
                ('place', models.CharField(choices=[('sign_up', 'when joining'), ('page', 'under My choices'), ('bar', 'when asked on a page'), ('device', 'by the button on a device')], max_length=10)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('ip_address', models.GenericIPAddressField(null=True)),
                ('user_agent', models.CharField(blank=True, max_length=300)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'purpose', '-at', '-id'], name='choice_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['marketing', 'usage', 'push']), ('state__in', ['given', 'withdrawn'])), name='choice_is_one')],
            },
        ),
        migrations.RunSQL(MARKETING, MARKETING_BACK),
        migrations.RunSQL(PUSH, migrations.RunSQL.noop),
        migrations.RunSQL(BLANK, BLANK_BACK),
        migrations.RunSQL(PURGE, "DROP FUNCTION privacy_purge_choices(uuid[])"),
        migrations.DeleteModel(name='MarketingChoice'),
    ]
