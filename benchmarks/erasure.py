"""Erasing an organisation whose account has ended, by the steps of the worker and with its rests between them.

Meanwhile people of another organisation, of a fifth of the size, look at their lead list at a steady pace, as they did
before and do after. `value` and the times are of the steps alone, `minutes` with the rests. The limit deletes the rows
of that other organisation as the tables' owner, in bare batches of the same size by the same key, all but the entries of
its audit log, which nobody may delete; and looks after nothing, seals nothing.
"""

import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import acting_for
from benchmarks import data, history
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, percentile, say
from benchmarks.web import Ask, cookie_of, get, hammer, server
from jini.tests.ending import end_now
from privacy.actions import ending
from privacy.emptying import MOST
from privacy.models import Cancellation
from privacy.tasks import LONGEST_REST

SIZE = 1_000_000
OTHERS = 0.2
MEMBERS = 20
CLIENTS, PAUSE_SECONDS = 4, 0.2
ROUND_SECONDS = float(os.environ.get("SECONDS") or 20)
MOST_MINUTES, MOST_SLOWER = 20, 1.2
_BARE = """
WITH these AS (SELECT id FROM {table} WHERE organisation_id = %s AND id > %s ORDER BY id LIMIT %s),
    gone AS (DELETE FROM {table} USING these WHERE {table}.id = these.id RETURNING {table}.id)
SELECT count(*), max(id::text) FROM gone
"""


class Loaded:
    """An organisation with `leads` leads and what came of them: `rows` of each table."""

    def __init__(self, name: str, leads: int) -> None:
        self.leads, self.organisation = leads, data.found(name)
        with closing(connect()) as connection:
            members = data.load_members(connection, self.organisation, MEMBERS)
            data.load_leads(connection, self.organisation, leads)
            self.rows = history.load_history(connection, self.organisation, members)
        say(f"{name}: {leads:,} leads, {sum(self.rows.values()):,} rows")

    @property
    def owner(self) -> Membership:
        found: Membership = self.organisation.memberships.select_related("user").get(role="owner")
        return found


@dataclass
class Looking:
    """People of an organisation who look at their lead list, each again a little after the answer."""

    address: str
    member: Membership
    stop: threading.Event = field(default_factory=threading.Event)

    def for_a_while(self) -> Sample:
        return hammer(self.address, self._asks, clients=CLIENTS, seconds=ROUND_SECONDS)

    def until_stopped(self) -> Sample:
        return hammer(self.address, self._asks, clients=CLIENTS, seconds=float("inf"))

    def _asks(self, number: int) -> Iterator[Ask]:
        time.sleep(PAUSE_SECONDS * number / CLIENTS)
        for ask in itertools.repeat(get("/leads/", cookie_of(self.member))):
            if self.stop.wait(PAUSE_SECONDS):
                return
            yield ask


def erase(loaded: Loaded) -> tuple[Sample, float]:
    """Erase the organisation; return the steps, and the seconds from the first to the last with the rests."""
    organisation = loaded.organisation
    row = end_now(organisation, loaded.owner)
    began, steps = time.perf_counter(), []
    while True:
        step = time.perf_counter()
        again = ending.take_step(organisation, row.pk)
        steps.append(time.perf_counter() - step)
        if again is None or again > timezone.now():
            break
        time.sleep(min(steps[-1], LONGEST_REST))
    seconds = time.perf_counter() - began
    with acting_for(organisation):
        row = row.reloaded()
    if row.state != Cancellation.State.VAULT:
        raise Failed(f"the erasure stands at {row.state}, found {row.found}")
    erased = sum(row.certificate["erased"].values())
    if erased < sum(loaded.rows.values()):
        raise Failed(f"{erased} of {sum(loaded.rows.values())} rows went")
    say(f"{erased:,} rows in {sum(steps):.1f} s of work, {seconds:.1f} s in all, the longest step {max(steps):.2f} s")
    return Sample(erased, sum(steps), steps), seconds


def bare(loaded: Loaded) -> Sample:
    """Delete the same tables as their owner."""
    tables = [table for table in history.TABLES if table != "accounts_auditentry"]
    began, removed = time.perf_counter(), 0
    with closing(connect()) as connection, connection.cursor() as cursor:
        for table in tables:
            after = "00000000-0000-0000-0000-000000000000"
            while after:
                cursor.execute(_BARE.format(table=table), [str(loaded.organisation.pk), after, MOST])
                count, after = cursor.fetchone()
                removed += count
    sample = Sample(removed, time.perf_counter() - began)
    if removed != sum(loaded.rows[table] for table in tables):
        raise Failed(f"{removed} rows went without the product")
    say(f"{removed:,} rows in {sample.seconds:.1f} s by bare statements")
    return sample


def run(leads: int) -> Figures:
    ends, stays = Loaded("Ends", leads), Loaded("Stays", max(round(leads * OTHERS), 50))
    with server() as address:
        looking = Looking(address, stays.owner)
        looking.for_a_while()
        alone = list(looking.for_a_while().times)
        beside: list[float] = []
        thread = threading.Thread(target=lambda: beside.extend(looking.until_stopped().times))
        thread.start()
        try:
            product, seconds = erase(ends)
        finally:
            looking.stop.set()
            thread.join()
        looking.stop.clear()
        alone += looking.for_a_while().times
    found = figures(leads, "rows/s", [product], [bare(stays)])
    slower = percentile(beside, 95) / percentile(alone, 95)
    minutes = seconds / 60 * SIZE / leads
    say(f"p95 of others {percentile(beside, 95) * 1000:.0f} ms, alone {percentile(alone, 95) * 1000:.0f} ms")
    return replace(
        found,
        goals={
            f"a million leads within {MOST_MINUTES} minutes": minutes <= MOST_MINUTES,
            f"p95 of others at most {MOST_SLOWER} times": slower <= MOST_SLOWER,
        },
        more={
            "minutes": seconds / 60,
            "minutes_a_million": minutes,
            "others_p95_ms": percentile(beside, 95) * 1000,
            "others_p95_alone_ms": percentile(alone, 95) * 1000,
            "others_slower": slower,
        },
    )
