"""Giving every lead of an organisation to its people in turn by the bulk job of a real worker, while others read the list.

The leads wait in a campaign, so that the queue follows too. Readers ask for the lead list four times a second each: once
with the job at work, once without. The limit is the bare change: one statement that moves the leads, one that writes the
lines of the timelines.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, in_turns, percentile, say
from benchmarks.web import Ask, cookie_of, get, hammer, server
from benchmarks.worker import Worker
from dialer.campaigns.enqueueing import enqueue
from dialer.models import Campaign, CampaignList
from jini.lib.ids import UUID7_SQL, uuid7
from leads.actions import bulk
from leads.bulk.actions import actions
from leads.models import BulkJob, Lead

SIZE = 100_000
PEOPLE, READERS = 20, 4
PAUSE_SECONDS = 0.25
QUIET_SECONDS = float(os.environ.get("SECONDS") or 15)
LONGEST_SECONDS = 600

_BARE = f"""
WITH moved AS (
    UPDATE leads_lead l SET assigned_to_id = p.member, assigned_at = now(), updated_at = now(), version = version + 1
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM leads_lead WHERE organisation_id = %(organisation)s) t
    JOIN unnest(%(members)s::uuid[]) WITH ORDINALITY AS p (member, number) ON p.number = 1 + t.place %% %(count)s
    WHERE l.id = t.id RETURNING l.id, p.member
)
INSERT INTO leads_activity (id, organisation_id, lead_id, kind, at, actor_id, text, details)
SELECT {UUID7_SQL}, %(organisation)s, id, 'assigned', now(), NULL, '', jsonb_build_object('new', member) FROM moved
"""


class Bench:
    """An organisation whose leads change hands again and again; each round moves every lead."""

    def __init__(self, rows: int, organisation: Organisation, members: list[UUID], address: str) -> None:
        self.rows, self.organisation, self.members, self.address = rows, organisation, members, address
        with acting_for(organisation):
            self.by = organisation.memberships.select_related("user").get(role="owner")
        self.headers = cookie_of(self.by)
        self.meanwhile: list[float] = []
        self.turn = 0

    def product(self) -> Sample:
        """Start the job, read the list until it is done, and check that it did everything."""
        self.turn += 1
        order = [*self.members[self.turn :], *self.members[: self.turn]]
        params: dict[str, Any] = {"how": "turn", "people": [[str(member), 1, None] for member in order]}
        over = threading.Event()
        found: list[float] = []
        reader = threading.Thread(target=lambda: found.extend(self.read(over, LONGEST_SECONDS).times))
        reader.start()
        began = time.perf_counter()
        with acting_for(self.organisation):
            job = bulk.start(uuid7(), actions()["assign"], params, by=self.by, query={})
        seconds = self._wait(job, began)
        over.set()
        reader.join()
        self.meanwhile += found
        with acting_for(self.organisation):
            done = BulkJob.objects.get(pk=job.pk).counts["done"]
        if done != self.rows:
            raise Failed(f"{done} of {self.rows} leads changed hands")
        say(f"{self.rows:,} leads in {seconds:.1f} s, p95 of the list meanwhile {1000 * percentile(found, 95):.0f} ms")
        return Sample(self.rows, seconds, found)

    def _wait(self, job: BulkJob, began: float) -> float:
        while time.perf_counter() - began < LONGEST_SECONDS:
            time.sleep(0.1)
            with acting_for(self.organisation):
                if BulkJob.objects.filter(pk=job.pk, finished_at__isnull=False).exists():
                    return time.perf_counter() - began
        raise Failed("the job did not end")

    def read(self, over: threading.Event, seconds: float) -> Sample:
        """Let the readers ask for the list until it is `over`."""

        def asks(number: int) -> Iterator[Ask]:
            time.sleep(PAUSE_SECONDS * number / READERS)
            while not over.is_set():
                yield get("/leads/", self.headers)
                time.sleep(PAUSE_SECONDS)

        return hammer(self.address, asks, clients=READERS, seconds=seconds)

    def limit(self) -> Sample:
        asked = {"organisation": self.organisation.pk, "members": [str(one) for one in self.members]}
        with closing(connect()) as connection, connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(_BARE, asked | {"count": len(self.members)})
            connection.commit()
            return Sample(self.rows, time.perf_counter() - began)


def run(rows: int) -> Figures:
    organisation = data.found("Large list")
    with closing(connect()) as connection:
        say(f"loading {rows:,} leads, and as many of another")
        members = data.load_members(connection, organisation, PEOPLE)
        data.load_leads(connection, organisation, rows, only_new=True)
        data.load_leads(connection, data.found("Other"), rows)
        with acting_for(organisation):
            campaign = Campaign.objects.create(name="All", state=Campaign.State.RUNNING, created_at=timezone.now())
            enqueue(Lead.objects.all(), CampaignList.objects.create(campaign=campaign, name="All"))
        data.settle(connection, "leads_lead", "dialer_queueentry", "accounts_membership")
    with server() as address, Worker():
        bench = Bench(rows, organisation, members, address)
        bench.read(threading.Event(), min(QUIET_SECONDS, 5))
        quiet = list(bench.read(threading.Event(), QUIET_SECONDS).times)
        found = figures(rows, "leads/s", *in_turns(bench.product, bench.limit))
        quiet += bench.read(threading.Event(), QUIET_SECONDS).times
    alone, meanwhile = (1000 * percentile(times, 95) for times in (quiet, bench.meanwhile))
    say(f"p95 of the list {meanwhile:.1f} ms meanwhile, {alone:.1f} ms without")
    goals = {
        "100k in <= 30 s": found.value >= 100_000 / 30,
        "p95 of other pages <= 1.3 x": meanwhile <= 1.3 * alone,
    }
    more = {"seconds_for_all": rows / found.value, "list_p95_ms": meanwhile, "list_p95_ms_alone": alone}
    return replace(found, goals=goals, more=more | {"list_p95_times": meanwhile / alone})
