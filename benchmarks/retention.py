"""Deleting under one rule what is kept no longer: posts of providers, half of which are due, by the steps of the nightly run.

The rests between two steps, in which other work has its turn, are left out. The limit deletes the same rows as the table's
owner, in bare batches of the same size by the same index.
"""

import time
from contextlib import closing
from uuid import UUID

from accounts.models import Organisation
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, in_turns, say
from jini.lib.ids import UUID7_SQL
from privacy.actions.purging import confirm, purge_some
from privacy.models import RetentionRun

SIZE = 1_000_000
RULE, BATCH = "posts", 5_000
_LOAD = f"""
INSERT INTO dialer_callevent
    (id, organisation_id, provider, event_key, call_token, leg, payload, received_at, copies, verdict)
SELECT {UUID7_SQL}, %s, 'simulator', md5(n::text), gen_random_uuid(), 'customer',
    jsonb_build_object('status', 'completed', 'duration', n %% 600, 'to', '+9190000' || n),
    now() - (CASE WHEN n %% 2 = 0 THEN 400 ELSE 100 END || ' days')::interval - n * interval '1 second', 1, 'merged'
FROM generate_series(1, %s) AS n
"""
_BARE = """
DELETE FROM dialer_callevent WHERE id IN (
    SELECT id FROM dialer_callevent WHERE organisation_id = %s AND received_at < now() - interval '396 days'
    ORDER BY received_at LIMIT %s
)
"""


def loaded(rows: int) -> Organisation:
    """Found an organisation with twice as many posts as are due."""
    organisation = data.found("Retention")
    with closing(connect()) as connection:
        with connection.cursor() as cursor:
            cursor.execute(_LOAD, [str(organisation.pk), 2 * rows])
        data.settle(connection, "dialer_callevent")
    return organisation


def product(rows: int) -> Sample:
    organisation = loaded(rows)
    with acting_for(organisation):
        by = organisation.memberships.get()
    began = time.perf_counter()
    go_on(organisation)
    with acting_for(organisation):
        run = RetentionRun.objects.get(rule=RULE)
        # So much at once is not meant to go by itself.
        confirm(run, by=by)
    go_on(organisation)
    seconds = time.perf_counter() - began
    with acting_for(organisation):
        removed = run.reloaded().removed
    if removed != rows:
        raise Failed(f"{removed} of {rows} posts went")
    forget(organisation.pk)
    say(f"{rows:,} posts deleted in {seconds:.1f} s")
    return Sample(rows, seconds)


def go_on(organisation: Organisation) -> None:
    while purge_some(organisation):
        pass


def limit(rows: int) -> Sample:
    organisation = loaded(rows)
    with closing(connect()) as connection, connection.cursor() as cursor:
        began, removed = time.perf_counter(), 0
        while True:
            cursor.execute(_BARE, [str(organisation.pk), BATCH])
            removed += cursor.rowcount
            if not cursor.rowcount:
                break
        seconds = time.perf_counter() - began
    if removed != rows:
        raise Failed(f"{removed} of {rows} posts went")
    forget(organisation.pk)
    return Sample(rows, seconds)


def forget(organisation_id: UUID) -> None:
    """Make room for the next round, so that each one meets a table of the same size."""
    with closing(connect()) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM dialer_callevent WHERE organisation_id = %s", [str(organisation_id)])
        cursor.execute("VACUUM dialer_callevent")


def run(rows: int) -> Figures:
    return figures(rows, "rows/s", *in_turns(lambda: product(rows), lambda: limit(rows)))
