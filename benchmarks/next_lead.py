"""Handing out the next lead: the real action for many telecallers at once, beside a bare SKIP LOCKED claim.

A telecaller is served by a thread of a web process, so 200 of them press behind as many connections as the web server
keeps. The limit is one statement of a role that row-level security does not bind, committed by itself, on a table of
its own with one index, through the same processes, threads and driver.
"""

import itertools
import os
from collections import Counter
from collections.abc import Callable
from contextlib import closing, contextmanager
from dataclasses import replace
from uuid import UUID

import psycopg2
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.clients import Answers, Prepare, Serve, press
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, in_turns, percentile, say
from dialer.campaigns.queue import claim_next
from dialer.models import Campaign, CampaignList
from jini.lib.ids import uuid7
from jini.local.run import WEB_PROCESSES, WEB_THREADS

SIZE = 1_000_000
CLIENTS = (1, 8, 32, 200)
THREADS = WEB_PROCESSES * WEB_THREADS
MOST_MEMBERS = 60_000
HELD_CLIENTS, HELD_SECONDS = 32, 60.0
ROUND_SECONDS = 4.0
LEASE_MINUTES = 15

_BARE_TABLE = """
CREATE TABLE bench_queue AS
    SELECT id, organisation_id, campaign_id, rank, due_at, leased_to_id, lease_until FROM dialer_queueentry;
ALTER TABLE bench_queue ADD PRIMARY KEY (id);
CREATE INDEX ON bench_queue (organisation_id, campaign_id, rank, due_at, id) WHERE leased_to_id IS NULL;
"""
_BARE_CLAIM = """
UPDATE bench_queue SET leased_to_id = %(member)s, lease_until = %(until)s
WHERE id = (
    SELECT id FROM bench_queue
    WHERE organisation_id = %(organisation)s AND campaign_id = %(campaign)s AND rank = 4 AND due_at <= %(now)s
      AND leased_to_id IS NULL
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id
"""


class Bench:
    """One organisation whose telecallers all call one campaign: the hottest queue there can be."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.organisation = data.found("Hot queue")
        with closing(connect()) as connection:
            say(f"loading {rows:,} leads and their places in the queue")
            self.members = data.load_members(connection, self.organisation, min(rows, MOST_MEMBERS))
            self.campaign = self._campaign(connection)
            with connection.cursor() as cursor:
                cursor.execute(_BARE_TABLE)
            data.settle(connection, "leads_lead", "dialer_queueentry", "bench_queue", "dialer_campaignmember")

    def _campaign(self, connection: psycopg2.extensions.connection) -> Campaign:
        pk, now = self.organisation.pk, timezone.now()
        with acting_for(self.organisation):
            campaign = Campaign.objects.create(
                name="Hot", state=Campaign.State.RUNNING, opens_at="00:00", closes_at="23:59:59"
            )
            only = CampaignList.objects.create(campaign=campaign, name="All")
        places = ((uuid7(), pk, campaign.pk, member) for member in self.members)
        data.copy(connection, "dialer_campaignmember", "id organisation_id campaign_id member_id", places)
        leads = data.load_leads(connection, self.organisation, self.rows, only_new=True)
        data.copy(
            connection,
            "dialer_queueentry",
            "id organisation_id lead_id campaign_id list_id rank due_at attempts finished_because",
            ((uuid7(), pk, lead, campaign.pk, only.pk, 4, now, 0, "") for lead in leads),
        )
        return campaign

    def action(self, part: "Part") -> Prepare:
        """Serve a telecaller by the action, in a scope of its own as a request has it."""

        def prepare(number: int) -> Serve:
            organisation = Organisation.objects.get(pk=self.organisation.pk)
            people = part.people(number)

            def serve() -> UUID | None:
                member_id = next(people, None)
                if member_id is None:
                    return None
                # As the middleware gives it, with its person.
                user = User(first_name="Asha", last_name="Kulkarni")
                member = Membership(pk=member_id, organisation=organisation, role=Role.TELECALLER, user=user)
                with acting_for(organisation):
                    entry = claim_next(member)
                    return None if entry is None else entry.pk

            return serve

        return prepare

    def bare(self, part: "Part") -> Prepare:
        """Serve a telecaller by the bare statement."""

        def prepare(number: int) -> Serve:
            cursor = connect().cursor()
            people = part.people(number)
            now = timezone.now()
            asked = {
                "organisation": str(self.organisation.pk),
                "campaign": str(self.campaign.pk),
                "now": now,
                "until": now,
            }

            def serve() -> UUID | None:
                member = next(people, None)
                if member is None:
                    return None
                cursor.execute(_BARE_CLAIM, asked | {"member": str(member)})
                row = cursor.fetchone()
                return row and row[0]

            return serve

        return prepare

    def measure(self, side: Callable[["Part"], Prepare], clients: int, seconds: float) -> Answers:
        """Let `clients` claim for `seconds`, and see that nothing went into two hands."""
        self.lay_everything_down()
        # No more than half of what waits, so that the last claims look for theirs no longer than the first.
        most = max(len(self.members) // 2 // min(2, clients), 1)
        part = Part(self.members, threads=THREADS)
        answers = press(
            side(part), clients=clients, threads=THREADS, processes=WEB_PROCESSES, seconds=seconds, most=most
        )
        table = "dialer_queueentry" if side == self.action else "bench_queue"
        self.check(answers, table)
        return answers

    def lay_everything_down(self) -> None:
        """Bring both tables to the state before the first claim."""
        with closing(connect()) as connection, connection.cursor() as cursor:
            cursor.execute(
                "UPDATE dialer_queueentry SET leased_to_id = NULL, lease_until = NULL WHERE leased_to_id IS NOT NULL;"
                "UPDATE leads_lead SET assigned_to_id = NULL, assigned_at = NULL WHERE assigned_to_id IS NOT NULL;"
                "UPDATE bench_queue SET leased_to_id = NULL, lease_until = NULL WHERE leased_to_id IS NOT NULL;"
                "TRUNCATE leads_activity"
            )
            data.settle(connection, "dialer_queueentry", "bench_queue", "leads_lead", "leads_activity")

    def check(self, answers: Answers, table: str) -> None:
        twice = [pk for pk, times in Counter(map(str, answers.results)).items() if times > 1]
        if twice:
            raise Failed(f"{len(twice)} entries of {table} went into two hands, {twice[0]} among them")
        with closing(connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT id::text FROM {table} WHERE leased_to_id IS NOT NULL")
            leased = {row[0] for row in cursor.fetchall()}
        if leased != set(map(str, answers.results)):
            raise Failed(f"{table} holds {len(leased)} leases for {len(answers.results)} claims")


class Part:
    """The telecallers divided among threads: nobody presses twice, so that every claim is a new one."""

    def __init__(self, members: list[UUID], *, threads: int) -> None:
        self.members, self.threads = members, threads

    def people(self, number: int) -> "itertools.islice[UUID]":
        return itertools.islice(self.members, number, None, self.threads)


def run(rows: int) -> Figures:
    bench = Bench(rows)
    seconds = float(os.environ.get("SECONDS") or ROUND_SECONDS)
    cases: dict[str, Figures] = {}
    for clients in CLIENTS:

        def product(clients: int = clients) -> Sample:
            return bench.measure(bench.action, clients, seconds).sample

        def limit(clients: int = clients) -> Sample:
            return bench.measure(bench.bare, clients, seconds).sample

        cases[str(clients)] = found = figures(rows, "claims/s", *in_turns(product, limit))
        say(
            f"{clients} clients: {found.value:.0f}/s of {found.limit:.0f}/s ({found.ratio:.2f}), p99 {found.p99_ms:.0f} ms"
        )
    share = _with_a_snapshot_held(bench, cases[str(HELD_CLIENTS)].value, seconds)
    goals = {
        "ratio >= 0.4 at 32 clients": cases["32"].ratio >= 0.4,
        "p99 <= 150 ms at 200 clients": cases["200"].p99_ms <= 150,
        "held snapshot >= 0.25": share >= 0.25,
        "no entry claimed twice": True,
    }
    more = {"connections": THREADS, "held_snapshot_share": share}
    return replace(cases["32"], cases={name: cases[name] for name in ("1", "8", "200")}, goals=goals, more=more)


def _with_a_snapshot_held(bench: Bench, own_rate: float, seconds: float) -> float:
    """Return the rate of the action at the end of a minute with an old snapshot, as a share of `own_rate`."""
    seconds = HELD_SECONDS if bench.rows >= SIZE / 10 else seconds
    bench.lay_everything_down()
    with _snapshot():
        answers = press(
            bench.action(Part(bench.members, threads=THREADS)),
            clients=HELD_CLIENTS,
            threads=THREADS,
            processes=WEB_PROCESSES,
            seconds=seconds,
        )
    bench.check(answers, "dialer_queueentry")
    end = max(answers.moments, default=seconds)
    last = [moment for moment in answers.moments if moment > end * 5 / 6]
    share = len(last) / (end / 6) / own_rate if own_rate else 0.0
    say(
        f"with a snapshot held for {end:.0f} s: {share:.2f} of its own rate, p99 {percentile(answers.sample.times, 99) * 1000:.0f} ms"
    )
    return share


@contextmanager
def _snapshot():
    with closing(connect()) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM dialer_queueentry WHERE rank = 0")
        yield
        cursor.execute("ROLLBACK")
