"""The text that a campaign had becomes a script of one step, in Hindi where it is written so."""

from django.db import migrations

from jini.lib.ids import UUID7_SQL

TABLES = ("dialer_campaign", "dialer_script", "dialer_scriptversion", "dialer_campaignscript")
WRITE = f"""
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
    SELECT organisation_id, id AS campaign, name, created_by_id, btrim(script, E' \\r\\n\\t') AS text,
        CASE WHEN script ~ '[\u0900-\u097f]' THEN 'hi' ELSE 'en' END AS language, {UUID7_SQL} AS script
    FROM dialer_campaign WHERE btrim(script, E' \\r\\n\\t') <> '';
INSERT INTO dialer_script (id, organisation_id, name, language, version, created_at, created_by_id)
SELECT script, organisation_id, name, language, 1, now(), created_by_id FROM told;
INSERT INTO dialer_scriptversion (id, organisation_id, script_id, number, content, made_at, made_by_id)
SELECT {UUID7_SQL}, organisation_id, script, 1, jsonb_build_object(
    'steps', jsonb_build_array(jsonb_build_object(
        'key', 's1', 'title', CASE language WHEN 'hi' THEN 'शुरुआत' ELSE 'Opening' END, 'text', text,
        'answers', '[]'::jsonb
    )),
    'objections', '[]'::jsonb
), now(), NULL FROM told;
INSERT INTO dialer_campaignscript (id, organisation_id, campaign_id, script_id, language)
SELECT {UUID7_SQL}, organisation_id, campaign, script, language FROM told;
"""
FREE = "".join(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;" for table in TABLES)
BIND = "".join(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("dialer", "0016_scripts")]

    # The keys of what was written are checked now: a table with checks to come can not be altered.
    operations = [
        migrations.RunSQL(f"{FREE} {WRITE} SET CONSTRAINTS ALL IMMEDIATE; {BIND}", migrations.RunSQL.noop),
    ]
