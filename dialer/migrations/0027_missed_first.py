"""Missed calls are handed out whatever becomes of the campaign, and calls that came in are no attempts of ours."""

from importlib import import_module

from django.db import migrations

CLAIM_BEFORE = import_module("dialer.migrations.0022_keeping").CLAIM
FACTS_BEFORE = import_module("dialer.migrations.0005_claim_in_one_question").FACTS


def changed(function: str, old: str, new: str) -> str:
    """Return the SQL with `old` as `new`, which must stand in it once."""
    if function.count(old) != 1:
        raise ValueError(old)
    return function.replace(old, new)


def replacing(function: str) -> str:
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


# 0: a promise to call back, or a missed call: both are kept for the member and asked for by rank, in whatever list.
CLAIM = changed(
    CLAIM_BEFORE,
    """                NULL::uuid AS list, 0 AS rank, false AS is_drawn
            WHERE is_reserved
""",
    """                NULL::uuid AS list, 0 AS rank, false AS is_drawn
            WHERE is_reserved
            UNION ALL
            SELECT 2, 10, NULL, 0, 0, NULL, 1, false WHERE is_reserved
""",
)
CLAIM = changed(
    CLAIM,
    "AND o.rank = 0 AND o.due_at <= p_now",
    "AND o.rank = probe.rank AND (o.rank = 0 OR o.kept_until IS NULL) AND o.due_at <= p_now",
)
FACTS = changed(
    FACTS_BEFORE,
    """    SELECT count(*), coalesce(array_agg(c.started_at) FILTER (WHERE c.started_at > p_since), '{}'),
        coalesce(bool_or(c.ended_at IS NULL), false)
""",
    """    SELECT count(*) FILTER (WHERE c.direction = 'outgoing'),
        coalesce(array_agg(c.started_at) FILTER (WHERE c.started_at > p_since AND c.direction = 'outgoing'), '{}'),
        coalesce(bool_or(c.ended_at IS NULL), false)
""",
)
FACTS = changed(
    FACTS,
    "    WHERE c.organisation_id = p_organisation AND c.phone = p_phone\n",
    "    WHERE c.organisation_id = p_organisation AND c.phone = p_phone AND c.direction = 'outgoing'\n",
)
# The type that it returns is there already.
FACTS = FACTS[FACTS.index("CREATE FUNCTION") :]
FACTS_BEFORE = FACTS_BEFORE[FACTS_BEFORE.index("CREATE FUNCTION") :]


class Migration(migrations.Migration):

    dependencies = [("dialer", "0026_incoming")]

    operations = [
        migrations.RunSQL(replacing(CLAIM), replacing(CLAIM_BEFORE)),
        migrations.RunSQL(replacing(FACTS), replacing(FACTS_BEFORE)),
    ]
