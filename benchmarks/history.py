"""What comes of leads: calls, posts of providers, lines of the timeline, follow-ups; made by PostgreSQL from the leads.

Loaded past triggers and foreign keys, as in `data`, which hold because every row is made from one that is there.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg2.extensions import connection as Connection  # noqa: N812 -- a class, whatever its case

from accounts.models import Organisation
from accounts.tenancy import acting_for
from benchmarks.data import settle
from jini.lib.ids import UUID7_SQL
from leads.models import Tag

# What a column that came later and may not be null holds: what says nothing.
_NOTHING = {"boolean": "false", "character varying": "''", "text": "''", "jsonb": "'{}'"}
_LATER = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO' AND column_default IS NULL
"""
_CALL_COLUMNS = (
    "id organisation_id lead_id telecaller_id direction mode provider phone caller_id status agent_status "
    "customer_status customer_leg agent_leg failure started_at answered_at ended_at talk_seconds note closed_at "
    "policy_version"
)
_CALLS = f"""
SELECT {UUID7_SQL}, l.organisation_id, l.id, (%s::uuid[])[1 + n %% %s], 'outgoing', 'bridge', 'simulator', l.phone,
    '+912200000001', 'completed', 'completed', 'completed', 'c-' || l.id, 'a-' || l.id, '', at, at + interval '9 s',
    at + interval '70 s', 61, 'Wants a quotation, then a visit', at + interval '90 s', 1
FROM leads_lead l, generate_series(1, %s) n, LATERAL (SELECT l.created_at + n * interval '1 hour') a (at)
WHERE l.organisation_id = %s
"""
# Of one organisation: {table: (its columns, where its rows come from)}; what refers to a table stands above it.
_REST = {
    "leads_activity": (
        "id organisation_id lead_id actor_id kind at text details",
        (
            "SELECT {id}, organisation_id, lead_id, telecaller_id, kind, ended_at, CASE kind WHEN 'note' THEN note ELSE '' END,"
            " CASE kind WHEN 'note' THEN '{{}}' ELSE jsonb_build_object('call', id, 'status', status, 'talk_seconds', 61) END"
            " FROM dialer_call, unnest(ARRAY['call', 'note']) kind WHERE organisation_id = %s"
        ),
    ),
    "dialer_callevent": (
        "id organisation_id provider event_key call_token leg payload received_at copies verdict decided_at",
        (
            "SELECT {id}, organisation_id, provider, said || id, id, 'customer', jsonb_build_object('status', said, 'to',"
            " phone), ended_at, 1, 'merged', ended_at FROM dialer_call, unnest(ARRAY['answered', 'completed']) said"
            " WHERE organisation_id = %s"
        ),
    ),
    "dialer_queueentry": (
        "id organisation_id lead_id rank due_at attempts finished_at finished_because",
        (
            "SELECT {id}, organisation_id, id, 5, created_at, 1, created_at, 'reached' FROM leads_lead"
            " WHERE organisation_id = %s"
        ),
    ),
    "leads_followup": (
        "id organisation_id lead_id assigned_to_id kind due_at note created_at assigned_at open_to",
        (
            "SELECT {id}, organisation_id, lead_id, telecaller_id, 'callback', now() + interval '1 day', 'Ask again',"
            " ended_at, ended_at, 'anyone' FROM dialer_call WHERE organisation_id = %s AND lead_id::text < '8'"
        ),
    ),
    "leads_leadphone": (
        "id organisation_id lead_id phone position is_active kind",
        (
            "SELECT {id}, organisation_id, id, '+9180' || right(phone, 8), 1, true, 'work' FROM leads_lead"
            " WHERE organisation_id = %s AND right(phone, 1) = '5'"
        ),
    ),
    "leads_leadtag": (
        "id organisation_id lead_id tag_id",
        (
            "SELECT {id}, l.organisation_id, l.id, t.id FROM leads_lead l JOIN leads_tag t USING (organisation_id)"
            " WHERE organisation_id = %s"
        ),
    ),
    "accounts_auditentry": (
        "id organisation_id at verb subject_type subject_id details actor_id",
        (
            "SELECT {id}, organisation_id, now() - random() * interval '380 days', 'lead.changed', 'leads.Lead', id,"
            " jsonb_build_object('fields', 'city'), NULL::uuid FROM leads_lead WHERE organisation_id = %s AND right(phone, 1) = '1'"
        ),
    ),
}
TABLES = (*_REST, "dialer_call", "leads_lead")


def load_calls(connection: Connection, organisation: Organisation, telecallers: Sequence[UUID], each: int) -> None:
    """Give every lead of `organisation` as many calls as `each` says, long over, an hour apart."""
    values = [[str(pk) for pk in telecallers], len(telecallers), each, str(organisation.pk)]
    _fill(connection, "dialer_call", _CALL_COLUMNS, _CALLS, values)


def load_history(connection: Connection, organisation: Organisation, telecallers: Sequence[UUID]) -> dict[str, int]:
    """Give every lead of `organisation` a call and what comes of it; return {table: its rows}, leads included."""
    with acting_for(organisation):
        Tag.objects.create(name="Asked for a price")
    load_calls(connection, organisation, telecallers, 1)
    for table, (columns, rows) in _REST.items():
        _fill(connection, table, columns, rows.format(id=UUID7_SQL), [str(organisation.pk)])
    settle(connection, *TABLES)
    with connection.cursor() as cursor:
        return {table: _count(cursor, table, organisation) for table in TABLES}


def _count(cursor: Any, table: str, organisation: Organisation) -> int:
    cursor.execute(f"SELECT count(*) FROM {table} WHERE organisation_id = %s", [str(organisation.pk)])
    return int(cursor.fetchone()[0])


def _fill(connection: Connection, table: str, columns: str, rows: str, values: Sequence[Any]) -> None:
    """Insert the `rows` of a SELECT into `columns` of `table`; other columns that may not be null say nothing."""
    named = columns.split()
    with connection.cursor() as cursor:
        cursor.execute(_LATER, [table])
        later = {name: _NOTHING.get(kind, "0") for name, kind in cursor.fetchall() if name not in named}
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO {table} ({', '.join([*named, *later])})"
            f" SELECT {', '.join(['r.*', *later.values()])} FROM ({rows}) r",
            values,
        )
        cursor.execute("RESET session_replication_role")
