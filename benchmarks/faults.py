"""Signed posts, three of each and shuffled, while the worker is killed ten times: every call must end as an oracle says.

Web server and worker are those of `make run`. The limit is a tenth of the calls with nobody killed; its calls are held
against the oracle as well.
"""

import datetime as dt
import random
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import DueTask
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.calls_oracle import Dialled, Said, end_of
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, say
from benchmarks.posting import pour, request_of
from benchmarks.web import server
from benchmarks.worker import Worker
from dialer.calls.pricing import PRICE
from dialer.models import Call, CallEvent, TelephonyAccount
from dialer.providers.simulator import signature
from jini.lib.ids import uuid7
from leads.models import Activity, Lead
from reports.actions.rollups import rebuild
from reports.actions.verification import verify
from reports.days import DAY, day_of
from teams.models import Presence

# Calls; each has about seven events, each posted three times.
SIZE = 10_000
KILLS, COPIES, CLIENTS = 10, 3, 16
SETTLED_SECONDS, IN_HAND_SECONDS = 900, 60
# What comes of a call, and how often.
KINDS = {
    "completed": 60, "no-answer": 14, "busy": 7, "failed": 4, "canceled": 4,
    "agent busy": 3, "agent no-answer": 4, "agent failed": 2, "hung up": 2,
}  # fmt: skip
LOST, SAID_TWICE, CALLED_BEFORE = 0.05, 0.1, 0.2
CALL_COLUMNS = (
    "id organisation_id lead_id telecaller_id direction mode provider phone caller_id status agent_status "
    "customer_status customer_leg agent_leg failure started_at hang_up_asked_at answered_at ended_at closed_at note "
    "policy_version"
)
FIELDS = [
    "status",
    "failure",
    "agent_status",
    "customer_status",
    "agent_leg",
    "customer_leg",
    "ringing_at",
    "answered_at",
    "ended_at",
    "ring_seconds",
    "talk_seconds",
    "counted_seconds",
]


def story(dice: random.Random, kind: str, call: uuid.UUID, start: dt.datetime) -> list[Said]:
    """Return what the provider says of a call, in its own order; some of it never arrives, some is said in two ways."""
    agents_end = kind.removeprefix("agent ") if kind.startswith("agent") else "completed"
    said = leg_story(dice, "agent", f"a-{call}", start, agents_end)
    if not kind.startswith("agent") and kind != "hung up":
        customers = leg_story(dice, "customer", f"c-{call}", start + dt.timedelta(seconds=2), kind)
        said += customers
        # The telecaller stays until the customer's leg is over.
        said[3] = Said("agent", "completed", customers[-1].at + dt.timedelta(seconds=1), f"a-{call}")
    ends = {"completed", "busy", "no-answer", "failed", "canceled"}
    heard = [one for one in said if one.status in ends or dice.random() >= LOST]
    again = [replace(one, duration=None) for one in heard if one.duration is not None and dice.random() < SAID_TWICE]
    return heard + again


def leg_story(dice: random.Random, leg: str, leg_id: str, start: dt.datetime, end: str) -> list[Said]:
    """Return what happens on a leg that is rung at `start` and ends with `end`."""
    rings = start + dt.timedelta(milliseconds=dice.randrange(100, 900))
    answers = rings + dt.timedelta(milliseconds=dice.randrange(1000, 20_000))
    talk = dice.randrange(1, 300)
    said = [Said(leg, "initiated", start, leg_id), Said(leg, "ringing", rings, leg_id)]
    if end != "completed":
        return [*said, Said(leg, end, answers, leg_id)]
    over = answers + dt.timedelta(milliseconds=talk * 1000 + dice.randrange(0, 900))
    duration = None if leg == "agent" else talk
    return [*said, Said(leg, "in-progress", answers, leg_id), Said(leg, end, over, leg_id, duration)]


class Bench:
    """Calls that were just placed, one of each telecaller, and what the provider will say of them."""

    def __init__(self, calls: int) -> None:
        self.dice = random.Random(data.SEED + calls)
        self.organisation = data.found("Killed")
        self.began = timezone.now() - dt.timedelta(minutes=10)
        self.kinds = {uuid7(): kind for kind in self.dice.choices(list(KINDS), list(KINDS.values()), k=calls)}
        self.said = {call: story(self.dice, kind, call, self.began) for call, kind in self.kinds.items()}
        with closing(connect()) as connection:
            members = data.load_members(connection, self.organisation, calls)
            leads = data.load_leads(connection, self.organisation, calls, only_new=True)
            self.leads = dict(zip(self.kinds, leads, strict=True))
            self.members = dict(zip(self.kinds, members, strict=True))
            self.dialled = {call: self._dialled(kind) for call, kind in self.kinds.items()}
            data.copy(connection, "dialer_call", CALL_COLUMNS, self._calls())
            data.copy(
                connection,
                "teams_presence",
                "id organisation_id member_id state because pause_code_id started_at ended_at",
                ((uuid7(), self.organisation.pk, who, "on_call", "", None, self.began, None) for who in members),
            )
            data.settle(connection, "dialer_call", "leads_lead", "teams_presence")
        # A load notes nothing for the figures; from here on they follow by themselves.
        rebuild(self.organisation)
        with acting_for(self.organisation):
            account = TelephonyAccount.objects.get(provider=TelephonyAccount.Provider.SIMULATOR)
            self.secret = account.credentials["secret"]

    def _dialled(self, kind: str) -> Dialled:
        is_asked = not kind.startswith("agent") and kind != "hung up"
        if self.dice.random() >= CALLED_BEFORE:
            return Dialled(self.began, is_asked)
        return Dialled(self.began, is_asked, 1, 1, self.began - dt.timedelta(days=1))

    def _calls(self) -> Iterator[list[Any]]:
        for call, dialled in self.dialled.items():
            asked = self.began if self.kinds[call] == "hung up" else None
            customer = "queued" if dialled.is_customer_asked else "intent"
            yield self._row(call, call, ["queued", "queued", customer], self.began, asked, None)
            if dialled.first_called_at:
                yield self._row(
                    uuid7(), call, ["completed"] * 3, dialled.first_called_at, None, dialled.first_called_at
                )

    def _row(
        self,
        pk: uuid.UUID,
        call: uuid.UUID,
        statuses: list[str],
        start: dt.datetime,
        asked: dt.datetime | None,
        over: dt.datetime | None,
    ) -> list[Any]:
        who = [self.organisation.pk, self.leads[call], self.members[call], "outgoing", "bridge", "simulator"]
        return [pk, *who, "+919000000001", "", *statuses, "", "", "", start, asked, over, over, over, "", 1]

    def requests(self) -> list[bytes]:
        """Return every post thrice, shuffled and signed now."""
        timestamp = str(int(time.time()))
        posts = [self._request(timestamp, call, *one) for call in self.said for one in enumerate(self.said[call])]
        posts *= COPIES
        self.dice.shuffle(posts)
        return posts

    def _request(self, timestamp: str, call: uuid.UUID, number: int, one: Said) -> bytes:
        form = {"status": one.status, "at": one.at.isoformat(), "leg_id": one.leg_id, "sequence": str(number)}
        if one.duration is not None:
            form["duration"] = str(one.duration)
        body = urlencode(form).encode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Jini-Timestamp": timestamp,
            "X-Jini-Signature": signature(self.secret, timestamp, body),
        }
        return request_of(f"/hooks/simulator/{self.organisation.pk}/{call}/{one.leg}/status/", body, headers)

    def settle(self) -> None:
        """Wait until the worker has nothing left to do for a call; raise `Failed` when that takes too long.

        What a call cost is asked for half a minute after its end, which changes nothing that is held against the oracle.
        """
        end = time.monotonic() + SETTLED_SECONDS
        tasks = DueTask.objects.filter(queue="telephony", organisation=self.organisation).exclude(task=PRICE)
        while time.monotonic() < end:
            owed = tasks.exists()
            with acting_for(self.organisation):
                if not owed and not CallEvent.objects.filter(verdict="waiting").exists():
                    return
            time.sleep(0.2)
        raise Failed("some events were never decided on")

    def check(self) -> None:
        """Hold every call against the oracle; and one of them against a lie, which must be noticed."""
        found = self.found()
        if wrong := differences({call: end_of(self.dialled[call], self.said[call]) for call in self.said}, found):
            raise Failed(f"{len(wrong)} differ from the oracle, such as {wrong[:3]}")
        call = next(call for call, kind in self.kinds.items() if kind == "completed")
        lies = [replace(one, at=one.at + dt.timedelta(seconds=5)) for one in self.said[call]]
        if not differences({call: end_of(self.dialled[call], lies)}, found):
            raise Failed("a call that went another way was not noticed: the comparison is worth nothing")
        if wrong_days := verify(self.organisation, day_of(timezone.now(), self.organisation.zone) + DAY):
            raise Failed(f"the figures are not those of the rows: {wrong_days[:3]}")

    def found(self) -> dict[uuid.UUID, dict[str, Any]]:
        """Return what the rows say of each call, in the oracle's words."""
        with acting_for(self.organisation):
            rows = {row.pop("id"): row for row in Call.objects.filter(pk__in=self.said).values("id", *FIELDS)}
            leads = {lead.pk: lead for lead in Lead.objects.filter(pk__in=self.leads.values())}
            lines: dict[str, list[Any]] = {}
            for details in Activity.objects.filter(kind="call").values_list("details", flat=True):
                lines.setdefault(details["call"], []).append(
                    (details["status"], details["talk_seconds"], details["ring_seconds"])
                )
            intervals: dict[uuid.UUID, list[Any]] = {}
            for member, *interval in Presence.objects.order_by("started_at", "id").values_list(
                "member", "state", "started_at", "ended_at"
            ):
                intervals.setdefault(member, []).append(tuple(interval))
            events = {
                row.pop("call_token"): row
                for row in CallEvent.objects.order_by()
                .values("call_token")
                .annotate(
                    events=Count("id"),
                    waiting=Count("id", filter=~Q(verdict__in=["merged", "late", "out_of_order"])),
                    found=ArrayAgg("copies", distinct=True),
                )
            }
        return {
            call: row
            | {
                "lead_attempts": leads[self.leads[call]].attempts,
                "lead_connected": leads[self.leads[call]].connected,
                "lead_first_called_at": leads[self.leads[call]].first_called_at,
                "timeline": lines.get(str(call), []),
                "presence": intervals.get(self.members[call], []),
                "events": events[call]["events"],
                "copies": set(events[call]["found"]),
                "waiting": events[call]["waiting"],
            }
            for call, row in rows.items()
        }


def differences(
    expected: dict[uuid.UUID, dict[str, Any]], found: dict[uuid.UUID, dict[str, Any]]
) -> list[tuple[str, str, Any, Any]]:
    """Return (call, what, expected, found) wherever the rows are not as expected."""
    return [
        (str(call), name, value, found.get(call, {}).get(name))
        for call, row in expected.items()
        for name, value in row.items()
        if call not in found or found[call][name] != value
    ]


def run(calls: int) -> Figures:
    with Worker() as worker, server() as address:
        quiet, _ = measure(Bench(max(calls // 10, 50)), address)
        disturbed, in_hand = measure(Bench(calls), address, worker)
    found = figures(calls, "events/s", [disturbed], [quiet])
    say(f"{found.value:.0f}/s with {KILLS} kills, {in_hand} calls were in hand, {found.limit:.0f}/s without")
    goals = {"as the oracle says": True, "killed at work": in_hand > 0}
    return replace(found, goals=goals, more={"kills": KILLS, "calls_in_hand": in_hand})


def measure(bench: Bench, address: str, worker: Worker | None = None) -> tuple[Sample, int]:
    """Post everything, killing `worker` on the way, wait until it is handled, and hold it against the oracle.

    Return the sample, and how many calls the killed workers had in hand.
    """
    posts = bench.requests()
    in_hand = 0
    began = time.perf_counter()
    times: list[float] = []
    for part in _parts(posts, KILLS + 1):
        samples: list[Sample | Failed] = []
        poster = threading.Thread(target=_pour, args=(address, part, samples))
        poster.start()
        is_last = part[-1] is posts[-1]
        if worker is not None and not is_last:
            # Somewhere in the part, and early enough that there is still work when the moment has come.
            time.sleep(bench.dice.uniform(0, len(part) / 4000))
            in_hand += _kill_at_work(bench, worker)
        poster.join()
        if isinstance(samples[0], Failed):
            raise samples[0]
        times += samples[0].times
    bench.settle()
    sample = Sample(len(posts), time.perf_counter() - began, times)
    bench.check()
    return sample, in_hand


def _pour(address: str, part: Sequence[bytes], samples: list[Sample | Failed]) -> None:
    try:
        samples.append(pour(address, part, clients=CLIENTS))
    except Failed as failure:
        samples.append(failure)


def _kill_at_work(bench: Bench, worker: Worker) -> int:
    """Kill the worker as soon as it has taken something; return how many calls it left unfinished."""
    mine = DueTask.objects.filter(organisation=bench.organisation, queue="telephony")
    end = time.monotonic() + IN_HAND_SECONDS
    while not mine.filter(lease_until__gt=timezone.now()).exists():
        if time.monotonic() > end:
            raise Failed("the worker never took anything")
        time.sleep(0.002)
    worker.kill()
    return mine.filter(lease_until__gt=timezone.now()).count()


def _parts(posts: list[bytes], count: int) -> list[list[bytes]]:
    size = -(-len(posts) // count)
    return [posts[first : first + size] for first in range(0, len(posts), size)]
