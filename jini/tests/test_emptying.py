"""Emptying the tables of an organisation: in short steps, and no row makes the database read a table of others."""

from django.db import connection

from accounts.models import Membership
from leads.models import Lead
from privacy.emptying import MOST, MOST_ASKED, Step, plan

# Of whose rows an organisation has as many as it likes.
MANY = ("leads_lead", "leads_followup", "dialer_call", "dialer_incomingcall", "dialer_recording", "dialer_devicecall")
# Keys to one of these tables that begin no index; one that leaves out rows without the key will do.
UNINDEXED = """
SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c
WHERE c.contype = 'f' AND c.confrelid = ANY (%s::regclass[]) AND NOT EXISTS (
    SELECT FROM pg_index i
    WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
        AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\\([a-z_]+ IS NOT NULL\\)$')
)
"""


def unindexed():
    with connection.cursor() as cursor:
        cursor.execute(UNINDEXED, [list(MANY)])
        return cursor.fetchall()


def test_whatever_names_one_of_many_rows_is_found_by_an_index(db):
    assert unindexed() == []


def test_a_missing_index_is_noticed(db):
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("DROP INDEX replay_of_call")

    assert unindexed() == [("dialer_replay", "dialer_replay_call_id_within")]


def test_the_more_refers_to_a_row_the_fewer_go_at_once():
    assert all(1 <= step.most <= MOST for step in plan())
    assert Step(Lead, "merged_into_id").most == MOST
    assert MOST > Step(Lead).most > Step(Membership).most
    assert Step(Lead).most <= MOST_ASKED / 15
