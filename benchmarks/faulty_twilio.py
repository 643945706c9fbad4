"""A Twilio that fails in every way that is known of it, behind the HTTP library, with a memory of whom it has rung.

It answers 5xx after it took a call and after it did not, does not answer at all, refuses, forgets calls that it took;
and posts late, twice, in disorder, some of it, or never. What it does with a call is drawn from the call's token.
"""

import datetime as dt
import hashlib
import heapq
import json
import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import responses
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

ACCOUNT, TOKEN = "AC" + "a" * 32, "secret"
ANYWHERE = re.compile(r"https://api\.twilio\.com/.*")
_FETCH = re.compile(r".*/Calls/(CA\w+)\.json")
_CUSTOMER = re.compile(r".*/Conferences/([\w-]+)/Participants\.json")
_HOOK = re.compile(r".*/hooks/twilio/[\w-]+/([\w-]+)/(\w+)/status/")
# What becomes of the wish to ring somebody, and how often of a hundred times.
FATES = {
    "taken": 70, "error, taken": 6, "error": 5, "silence, taken": 6, "silence": 4, "unreachable": 3, "too many": 3,
    "refused": 3,
}  # fmt: skip
TEMPERS = {"prompt": 66, "late": 12, "lossy": 12, "mute": 10}
ANSWER_FAULTS, FORGOTTEN, AGAIN = 0.2, 0.03, 0.3
LONGEST_DELAY, WAITS_FOR_CUSTOMER = 500, 240


@dataclass
class Event:
    """Something that happens on a leg; what is cut away never happens."""

    at: dt.datetime
    status: str
    duration: int | None = None
    is_cut: bool = False


@dataclass
class RungLeg:
    """Somebody whose telephone rings, or rang."""

    sid: str
    call: str
    leg: str
    to: str
    url: str
    temper: str
    is_forgotten: bool
    events: list[Event] = field(default_factory=list)

    def at(self, now: dt.datetime) -> Event | None:
        """What happened last."""
        return next((one for one in reversed(self.events) if one.at <= now and not one.is_cut), None)


@dataclass
class FaultyTwilio:
    """`rung` counts (call, leg); `last_word` is when a call was last told of, in a post or in an answer.

    Of calls that are long over only their ids are known (`forget`): whoever is rung for one of them then is rung twice.
    """

    seed: int
    is_faulty: bool = True
    rung: Counter[tuple[str, str]] = field(default_factory=Counter)
    last_word: dict[str, dt.datetime] = field(default_factory=dict)
    fates: Counter[str] = field(default_factory=Counter)
    legs: dict[str, RungLeg] = field(default_factory=dict)
    by_number: dict[str, list[RungLeg]] = field(default_factory=dict)
    posts: list[tuple[dt.datetime, int, RungLeg, Event]] = field(default_factory=list)
    posted: int = 0
    forgotten: set[str] = field(default_factory=set)
    legs_rung: int = 0
    twice: list[tuple[str, str]] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self.client = Client()
        self.signer = RequestValidator(TOKEN)

    def answer_on(self, mock: responses.RequestsMock) -> None:
        """Answer what is asked of Twilio's API."""
        for method in (responses.GET, responses.POST):
            mock.add_callback(method, ANYWHERE, self._answer)

    def _answer(self, request: requests.PreparedRequest) -> Any:
        url = urlsplit(str(request.url))
        form = dict(parse_qsl(str(request.body or "")))
        asked = dict(parse_qsl(url.query))
        if request.method == "GET":
            return self._tell(url.path, asked)
        if found := _FETCH.fullmatch(url.path):
            return self._hang_up(found[1])
        return self._ring(form, _CUSTOMER.fullmatch(url.path) is not None)

    # Ringing

    def _ring(self, form: dict[str, str], is_customer: bool) -> Any:  # noqa: FBT001 -- which of two addresses was asked
        hook = _HOOK.fullmatch(form["StatusCallback"])
        assert hook is not None
        call, leg = hook[1], hook[2]
        dice = self._dice(call, leg, str(self.fates.total()))
        fate = dice.choices(list(FATES), list(FATES.values()))[0] if self.is_faulty else "taken"
        self.fates[fate] += 1
        taken = self._take(call, leg, form, dice) if fate.endswith("taken") else None
        if fate == "taken" and taken is not None:
            self.last_word[call] = timezone.now()
            return _said(201, {"call_sid" if is_customer else "sid": taken.sid, "status": "queued"})
        if fate.startswith("silence"):
            return requests.ReadTimeout()
        if fate == "unreachable":
            return requests.ConnectTimeout()
        status, code = {"too many": (429, 20429), "refused": (400, 21211)}.get(fate, (500, 20500))
        return _said(status, {"code": code, "message": fate, "status": status})

    def _take(self, call: str, leg: str, form: dict[str, str], dice: random.Random) -> RungLeg:
        self.rung[call, leg] += 1
        self.legs_rung += 1
        if self.rung[call, leg] > 1 or call in self.forgotten:
            self.twice.append((call, leg))
        sid = _sid(call, leg, self.rung[call, leg])
        temper = dice.choices(list(TEMPERS), list(TEMPERS.values()))[0] if self.is_faulty else "prompt"
        is_forgotten = self.is_faulty and dice.random() < FORGOTTEN
        rung = RungLeg(sid, call, leg, form["To"], form["StatusCallback"], temper, is_forgotten)
        self.legs[sid] = rung
        self.by_number.setdefault(rung.to, []).append(rung)
        for event in _course(dice, leg, timezone.now()):
            self._plan(rung, event, dice)
        if leg == "customer":
            self._let_telecaller_go(rung, dice)
        return rung

    def _plan(self, rung: RungLeg, event: Event, dice: random.Random) -> None:
        """Let something happen on a leg, and plan the posts that tell of it."""
        rung.events.append(event)
        if rung.temper == "mute" or (rung.temper == "lossy" and dice.random() < 0.5):
            return
        for _ in range(1 + (dice.randrange(1, 3) if self.is_faulty and dice.random() < AGAIN else 0)):
            delay = dice.uniform(0, LONGEST_DELAY if rung.temper == "late" else 2)
            self._count += 1
            heapq.heappush(self.posts, (event.at + dt.timedelta(seconds=delay), self._count, rung, event))

    def _let_telecaller_go(self, customer: RungLeg, dice: random.Random) -> None:
        """The telecaller stays until the customer's leg is over, and no longer."""
        over = customer.events[-1].at + dt.timedelta(seconds=1)
        agent = self.legs.get(_sid(customer.call, "agent", 1))
        if agent is not None and agent.events[-1].at > timezone.now():
            agent.events[-1].is_cut = True
            self._plan(agent, Event(over, "completed"), dice)

    # Telling

    def _tell(self, path: str, asked: dict[str, str]) -> Any:
        found = _FETCH.fullmatch(path)
        legs = [self.legs[found[1]]] if found and found[1] in self.legs else self.by_number.get(asked.get("To", ""), [])
        legs = [rung for rung in legs if not rung.is_forgotten]
        if self.is_faulty and random.Random(f"{self.seed}{path}{timezone.now()}").random() < ANSWER_FAULTS:
            return _said(503, {"code": 20503, "message": "later", "status": 503})
        told = [self._row(rung) for rung in reversed(legs)]
        if found:
            return _said(200, told[0]) if told else _said(404, {"code": 20404, "message": "none", "status": 404})
        return _said(200, {"calls": told, "page": 0, "page_size": 20, "next_page_uri": None, "uri": path})

    def _row(self, rung: RungLeg) -> dict[str, Any]:
        now = timezone.now()
        last = rung.at(now)
        self.last_word[rung.call] = now
        return {
            "sid": rung.sid,
            "status": last.status if last else "queued",
            "start_time": format_datetime(rung.events[0].at),
            "end_time": format_datetime(last.at) if last else None,
            "duration": str(last.duration or 0) if last else None,
        }

    def _hang_up(self, sid: str) -> Any:
        rung, now = self.legs[sid], timezone.now()
        if rung.at(now) is not rung.events[-1]:
            for event in rung.events:
                event.is_cut = event.is_cut or event.at > now
            self._plan(rung, Event(now, "completed"), self._dice(rung.call, rung.leg, "cut"))
        return _said(200, self._row(rung))

    def deliver(self) -> None:
        """Post what is due."""
        now = timezone.now()
        while self.posts and self.posts[0][0] <= now:
            _, number, rung, event = heapq.heappop(self.posts)
            if not event.is_cut:
                self._post(rung, event, number)

    def forget(self, calls: Iterable[str]) -> None:
        """Keep no more of calls of which nobody asks again, and nothing is told again, than that there were any."""
        gone = set(calls)
        self.forgotten |= gone
        for leg in [leg for leg in self.legs.values() if leg.call in gone]:
            del self.legs[leg.sid], self.rung[leg.call, leg.leg]
            self.by_number[leg.to].remove(leg)
            if not self.by_number[leg.to]:
                del self.by_number[leg.to]
        for call in gone:
            self.last_word.pop(call, None)

    def _post(self, rung: RungLeg, event: Event, number: int) -> None:
        form = {
            "CallSid": rung.sid,
            "CallStatus": event.status,
            "Timestamp": format_datetime(event.at),
            "SequenceNumber": str(rung.events.index(event)),
        }
        if event.duration is not None:
            form["CallDuration"] = str(event.duration)
        headers = {"X-Twilio-Signature": self.signer.compute_signature(rung.url, form)}
        answer = self.client.post(urlsplit(rung.url).path, form, headers=headers)
        if answer.status_code != 204:
            raise AssertionError(f"a post was answered with {answer.status_code}")
        self.posted += 1
        self.last_word[rung.call] = timezone.now()

    def _dice(self, *parts: str) -> random.Random:
        return random.Random(f"{self.seed}{parts}")


def _sid(call: str, leg: str, number: int) -> str:
    return "CA" + hashlib.md5(f"{call}{leg}{number}".encode(), usedforsecurity=False).hexdigest()


def _said(status: int, body: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    return status, {}, json.dumps(body)


def _course(dice: random.Random, leg: str, now: dt.datetime) -> list[Event]:
    """What happens on a leg. A telecaller who answers waits some minutes for the customer."""
    rings = now + dt.timedelta(seconds=dice.uniform(0.2, 2))
    answers = rings + dt.timedelta(seconds=dice.uniform(1, 20))
    begun = [Event(now, "initiated"), Event(rings, "ringing")]
    if dice.random() > (0.9 if leg == "agent" else 0.6):
        return [*begun, Event(answers, dice.choice(["busy", "no-answer", "failed", "canceled"]))]
    talk = WAITS_FOR_CUSTOMER if leg == "agent" else dice.randrange(1, 200)
    over = answers + dt.timedelta(seconds=talk)
    return [*begun, Event(answers, "in-progress"), Event(over, "completed", talk if leg == "customer" else None)]
