"""Calls with third people whose posts come thrice, shuffled, late or never: each must end as an oracle says.

Web server and worker are those of `make run`. What is never posted is mended by asking the simulator, whose own record
has all that happened. The limit is a tenth of the calls of which everything is posted, once.
"""

import dataclasses
import datetime as dt
import json
import random
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

from django.utils import timezone

from accounts import work
from accounts.models import Membership
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.calls_oracle import Said, end_of
from benchmarks.conference_oracle import Heard
from benchmarks.databases import connect
from benchmarks.faults import Bench, differences, leg_story
from benchmarks.measuring import Failed, Figures, Sample, figures, say
from benchmarks.posting import pour
from benchmarks.web import server
from benchmarks.worker import Worker
from dialer.models import Call, CallEvent, Participant
from reports.actions.verification import verify
from reports.days import DAY, day_of
from teams.models import Presence

SIZE = 10_000
CLIENTS, COPIES = 16, 3
# Of a hundred events, how many are never posted, and how many only after the provider was asked.
LOST, LATE = 5, 10
# How many third people are on an answered call, and how often.
PEOPLE = {0: 50, 1: 35, 2: 15}
ROLES = ("supervisor", "colleague", "outside")
PERSON = (
    "id organisation_id call_id number kind plan member_id phone leg_id status failure asked_by_id asked_at user_agent"
)
RECORD = "id organisation_id token events deliveries settings tones sent created_at"


def truth_of(dice: random.Random, kind: str, call: uuid.UUID, start: dt.datetime, people: int) -> list[Said]:
    """Return all that happens on a call: on its two legs, and on those of third people who come while they speak."""
    agents_end = kind.removeprefix("agent ") if kind.startswith("agent") else "completed"
    said = leg_story(dice, "agent", f"a-{call}", start, agents_end)
    if kind.startswith("agent") or kind == "hung up":
        return said
    customer = leg_story(dice, "customer", f"c-{call}", start + dt.timedelta(seconds=2), kind)
    # The telecaller stays until the customer's leg is over.
    said[-1] = replace(said[-1], at=customer[-1].at + dt.timedelta(seconds=1))
    said += customer
    for number in range(1, people + 1):
        end = dice.choices(["completed", "no-answer", "busy", "failed"], [80, 10, 5, 5])[0]
        comes = customer[2].at + dt.timedelta(seconds=dice.randrange(1, 20))
        said += leg_story(dice, f"third-{number}", f"t{number}-{call}", comes, end)
    return said


def heard_of(dice: random.Random, truth: list[Said], *, is_customer_asked: bool, is_faulty: bool) -> Heard:
    fates = dice.choices(["lost", "late", "first"], [LOST, LATE, 100 - LOST - LATE], k=len(truth))
    if not is_faulty:
        fates = ["first"] * len(truth)
    told = {fate: [one for one, its in zip(truth, fates, strict=True) if its == fate] for fate in ("first", "late")}
    return Heard(truth, told["first"], told["late"], is_customer_asked)


class Conferences(Bench):
    """Calls that were just placed, with third people who were just asked for, and what the provider will say of them."""

    def __init__(self, calls: int, *, is_faulty: bool) -> None:
        super().__init__(calls)
        self.heard: dict[uuid.UUID, Heard] = {}
        self.copies = COPIES if is_faulty else 1
        for call, kind in self.kinds.items():
            count = self.dice.choices(list(PEOPLE), list(PEOPLE.values()))[0] if kind == "completed" else 0
            truth = truth_of(self.dice, kind, call, self.began, count)
            is_asked = self.dialled[call].is_customer_asked
            self.heard[call] = heard_of(self.dice, truth, is_customer_asked=is_asked, is_faulty=is_faulty)
        self.said = {call: list(heard.of_call()) for call, heard in self.heard.items()}
        self.people = [
            (call, leg) for call, heard in self.heard.items() for leg in sorted({one.leg for one in heard.truth}) if
            leg.startswith("third")
        ]  # fmt: skip
        with closing(connect()) as connection:
            guests = data.load_members(connection, self.organisation, len(self.people))
            self.guests = dict(zip(self.people, guests, strict=True))
            data.copy(connection, "dialer_participant", PERSON, self._people())
            data.copy(connection, "dialer_simulatedcall", RECORD, self._records())
            data.settle(connection, "dialer_participant", "dialer_simulatedcall", "accounts_membership")

    def _people(self) -> Iterator[list[Any]]:
        for (call, leg), member in self.guests.items():
            kind = self.kind_of(call, leg)
            who = None if kind == "outside" else member
            plan = "" if kind == "supervisor" else "join"
            asker = self.members[call]
            yield [uuid.uuid4(), self.organisation.pk, call, int(leg[-1]), kind, plan, who, "+919000000002", "",
                   "queued", "", asker, self.began, ""]  # fmt: skip

    def kind_of(self, call: uuid.UUID, leg: str) -> str:
        return ROLES[(call.int + int(leg[-1])) % len(ROLES)]

    def _records(self) -> Iterator[list[Any]]:
        for call, heard in self.heard.items():
            events = [
                {"leg": one.leg, "status": one.status, "at": one.at.isoformat(), "duration": one.duration, "url": ""}
                for one in heard.truth
            ]
            yield [uuid.uuid4(), self.organisation.pk, call, json.dumps(events), "[]", "{}", 0, 0, self.began]

    def posts(self, *, late: bool) -> list[bytes]:
        """Return what is posted at first, or later, each as often as it is, shuffled and signed now."""
        stamp = str(int(time.time()))
        told = {call: heard.late if late else heard.first for call, heard in self.heard.items()}
        posts = [self._request(stamp, call, number, one) for call in told for number, one in self._numbered(call, told)]
        posts *= self.copies
        self.dice.shuffle(posts)
        return posts

    def _numbered(self, call: uuid.UUID, told: dict[uuid.UUID, Any]) -> Iterator[tuple[int, Said]]:
        return ((number, one) for number, one in enumerate(self.heard[call].truth) if one in told[call])

    def ask(self) -> int:
        """Let the provider be asked about whatever is not over, as it would be in two minutes; return about how many."""
        with acting_for(self.organisation):
            calls = list(Call.objects.filter(ended_at=None).values_list("pk", flat=True))
            people = list(Participant.objects.filter(left_at=None).values_list("pk", flat=True))
            for call in calls:
                work.schedule("dialer.reconcile_call", call)
            for person in people:
                work.schedule("dialer.reconcile_participant", person)
        return len(calls) + len(people)

    def check(self) -> None:
        """Hold every call and every person against the oracle; and lies, which must be noticed."""
        expected = {call: self._expected(call) for call in self.heard}
        found = self.found()
        if wrong := differences(expected, found):
            raise Failed(f"{len(wrong)} differ from the oracle, such as {wrong[:3]}")
        people = self.found_people()
        if wrong := differences(self.expected_people(), people):
            raise Failed(f"{len(wrong)} of third people differ from the oracle, such as {wrong[:3]}")
        self._check_lies(found, people)
        self._check_posts()
        self._check_presence()
        if wrong_days := verify(self.organisation, day_of(timezone.now(), self.organisation.zone) + DAY):
            raise Failed(f"the figures are not those of the rows: {wrong_days[:3]}")

    def _expected(self, call: uuid.UUID) -> dict[str, Any]:
        row = end_of(self.dialled[call], self.said[call])
        # How many posts there were is counted over all calls: answers to our own questions are among them.
        return {name: value for name, value in row.items() if name not in {"events", "copies"}}

    def expected_people(self) -> dict[Any, dict[str, Any]]:
        return {(call, leg): self.heard[call].of_person(leg) for call, leg in self.people}

    def found_people(self) -> dict[Any, dict[str, Any]]:
        names = ["status", "leg_id", "joined_at", "left_at", "counted_seconds", "failure"]
        with acting_for(self.organisation):
            rows = list(Participant.objects.values("call_id", "number", *names))
        return {(row.pop("call_id"), f"third-{row.pop('number')}"): row for row in rows}

    def _check_lies(self, found: dict[uuid.UUID, dict[str, Any]], people: dict[Any, dict[str, Any]]) -> None:
        call = next(call for call, kind in self.kinds.items() if kind == "completed")
        later = [replace(one, at=one.at + dt.timedelta(seconds=5)) for one in self.said[call]]
        lie = end_of(self.dialled[call], later) | {"events": 0, "copies": set()}
        person = self.people[0]
        truth = [replace(one, at=one.at + dt.timedelta(seconds=5)) for one in self.heard[person[0]].truth]
        moved = Heard(truth, truth, [], is_customer_asked=True).of_person(person[1])
        if not differences({call: lie}, found) or not differences({person: moved}, people):
            raise Failed("a call that went another way was not noticed: the comparison is worth nothing")

    def _check_posts(self) -> None:
        told = sum(len(heard.first) + len(heard.late) for heard in self.heard.values())
        with acting_for(self.organisation):
            kept = list(CallEvent.objects.exclude(event_key__startswith="asked:").values_list("copies", flat=True))
        if len(kept) != told or set(kept) != {self.copies}:
            raise Failed(f"{told} posts came {self.copies} times, but {len(kept)} are kept, {set(kept)} times")

    def _check_presence(self) -> None:
        """Nobody who came as a third person is on a call for ever."""
        with acting_for(self.organisation):
            guests = Membership.objects.filter(pk__in=self.guests.values()).values("pk")
            stuck = Presence.objects.filter(member__in=guests, ended_at=None, state="on_call").count()
        if stuck:
            raise Failed(f"{stuck} colleagues are on a call that is over")


def measure(bench: Conferences, address: str) -> tuple[Sample, int]:
    """Post, ask about what is not over, post what comes late; hold it against the oracle. Return about how many were asked."""
    began = time.perf_counter()
    first = bench.posts(late=False)
    times = list(pour(address, first, clients=CLIENTS).times)
    bench.settle()
    asked = bench.ask()
    bench.settle()
    late = bench.posts(late=True)
    if late:
        times += pour(address, late, clients=CLIENTS).times
        bench.settle()
    sample = Sample(len(first) + len(late), time.perf_counter() - began, times)
    bench.check()
    return sample, asked


def run(calls: int) -> Figures:
    with Worker(), server() as address:
        quiet, _ = measure(Conferences(max(calls // 10, 50), is_faulty=False), address)
        bench = Conferences(calls, is_faulty=True)
        disturbed, asked = measure(bench, address)
    found = figures(calls, "events/s", [disturbed], [quiet])
    say(f"{calls} calls, {len(bench.people)} third people, {disturbed.done} posts, asked about {asked}")
    more = {"third_people": len(bench.people), "asked_about": asked}
    return dataclasses.replace(found, goals={"as the oracle says": True, "some were asked about": asked > 0}, more=more)
