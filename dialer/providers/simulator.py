"""A telephone company that exists only here, and says so: it keeps its own record and posts signed events to us."""

import datetime as dt
import hashlib
import hmac
import random
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import requests
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import SimulatedCall, TelephonyAccount
from dialer.providers.address import check_address
from dialer.providers.port import (
    LONGEST_CALL,
    MOST_EVENTS,
    TERMINAL,
    CheckStep,
    DialAnswer,
    DialOutcome,
    DialRequest,
    ForgedPost,
    Leg,
    LegQuery,
    ProviderEvent,
    ProviderUnavailable,
    StalePost,
    Status,
    WebhookPost,
    moment_of,
    number_in,
)

# Older posts, though rightly signed, are replays.
FRESH = dt.timedelta(minutes=15)
TIMEOUT_SECONDS = 5
ANSWERS = 0.6


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA-256 of timestamp and body, in hex: what the simulator signs and we verify."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Simulator:
    """The port's simulator. What a call does is drawn from its token, so the same call always goes the same way.

    The telecaller answers at once; the customer rings 1 to 4 seconds and answers in about 60 % of calls. `is_unruly`
    (demonstration) posts every third event twice and lets events overtake each other.
    """

    def __init__(self, *, organisation: Organisation, secret: str, address: str, is_unruly: bool = False) -> None:
        self.organisation = organisation
        self.secret = secret
        self.address = address
        self.is_unruly = is_unruly

    def dial(self, request: DialRequest) -> DialAnswer:
        now = timezone.now()
        dice = random.Random(f"{request.token}{request.leg}")  # noqa: S311 -- a seed, no secret
        script = _agent(now) if request.leg is Leg.AGENT else _customer(now, dice)
        with acting_for(self.organisation):
            record, _ = SimulatedCall.objects.select_for_update().get_or_create(
                token=request.token, defaults={"created_at": now}
            )
            if any(event["leg"] == request.leg for event in record.events):
                return DialAnswer(DialOutcome.ACCEPTED, _leg_id(request.token, request.leg))
            self._tell(record, request.leg, script, request.status_url, dice)
            if request.leg is Leg.CUSTOMER:
                ends = next(at for status, at, _ in script if status in TERMINAL)
                self._tell(record, Leg.AGENT, [(Status.COMPLETED, ends + dt.timedelta(seconds=1), None)], "", dice)
            record.save()
            work.schedule("simulator.emit", record.pk)
        return DialAnswer(DialOutcome.ACCEPTED, _leg_id(request.token, request.leg))

    def hang_up(self, legs: Sequence[str]) -> None:
        now = timezone.now()
        tokens = {uuid.UUID(leg.split("-", 1)[1]) for leg in legs}
        with acting_for(self.organisation):
            for record in SimulatedCall.objects.select_for_update().filter(token__in=tokens):
                self._cut(record, now)
                record.save()
                work.schedule("simulator.emit", record.pk)

    def fetch(self, query: LegQuery) -> ProviderEvent | None:
        with acting_for(self.organisation):
            record = SimulatedCall.objects.filter(token=query.token).first()
        if record is None:
            return None
        past = [row for row in record.events if row["leg"] == query.leg and _moment(row["at"]) <= timezone.now()]
        return _event(query.token, past[-1]) if past else None

    def check(self) -> list[CheckStep]:
        """Ask our own address, to which the simulator posts, whether it is alive."""
        return [check_address(self.address, from_outside=False)]

    def verify(self, post: WebhookPost) -> None:
        timestamp = post.headers.get("X-Jini-Timestamp", "")
        expected = signature(self.secret, timestamp, post.body)
        if not hmac.compare_digest(expected, post.headers.get("X-Jini-Signature", "")):
            raise ForgedPost
        if not timestamp.isdecimal() or abs(post.received_at.timestamp() - int(timestamp)) > FRESH.total_seconds():
            raise StalePost

    def parse(self, post: WebhookPost, leg: Leg) -> ProviderEvent:
        form = post.form
        at = None
        with suppress(ValueError):
            at = parse_datetime(form.get("at", ""))
        return ProviderEvent(
            leg=leg,
            status=form.get("status", ""),
            at=moment_of(at, post.received_at),
            provider_id=form.get("leg_id", ""),
            sequence=number_in(form.get("sequence", ""), MOST_EVENTS),
            duration=number_in(form.get("duration", ""), LONGEST_CALL),
            event_key=hashlib.sha256(post.body).hexdigest(),
            raw={name: form[name] for name in ("status", "at", "leg_id", "sequence", "duration") if name in form},
        )

    def _tell(self, record: SimulatedCall, leg: Leg, script: "Script", url: str, dice: random.Random) -> None:
        """Add what happens on a leg, and when we are told of it."""
        url = url or next(row["url"] for row in record.events if row["leg"] == leg)
        for status, at, duration in script:
            record.events.append(
                {"leg": str(leg), "status": str(status), "at": at.isoformat(), "duration": duration, "url": url}
            )
            index = len(record.events) - 1
            late = dt.timedelta(seconds=dice.uniform(0, 1.2) if self.is_unruly else 0)
            record.deliveries.append([(at + late).isoformat(), index])
            if self.is_unruly and index % 3 == 0:
                record.deliveries.append([(at + late * 2).isoformat(), index])

    def _cut(self, record: SimulatedCall, now: dt.datetime) -> None:
        """End every leg that is not over now, and forget what would have come."""
        dice = random.Random(f"{record.token}cut")  # noqa: S311 -- a seed, no secret
        for leg in sorted({row["leg"] for row in record.events}):
            mine = [row for row in record.events if row["leg"] == leg and not row.get("cut")]
            past = [row for row in mine if _moment(row["at"]) <= now]
            # The telecaller's leg is open without an end in sight until the customer's is dialled.
            if any(row["status"] in TERMINAL for row in past):
                continue
            for row in mine:
                if row not in past:
                    row["cut"] = True
            answered = next((row for row in past if row["status"] == Status.IN_PROGRESS), None)
            duration = int((now - _moment(answered["at"])).total_seconds()) if answered else None
            status = Status.COMPLETED if answered else Status.CANCELED
            self._tell(
                record, Leg(leg), [(status, now, duration if leg == Leg.CUSTOMER else None)], mine[0]["url"], dice
            )


Script = list[tuple[Status, dt.datetime, int | None]]


def _agent(now: dt.datetime) -> Script:
    second = dt.timedelta(seconds=1)
    return [
        (Status.INITIATED, now, None),
        (Status.RINGING, now + second * 0.3, None),
        (Status.IN_PROGRESS, now + second * 0.8, None),
    ]


def _customer(now: dt.datetime, dice: random.Random) -> Script:
    ringing = now + dt.timedelta(seconds=0.4)
    over = ringing + dt.timedelta(seconds=dice.uniform(1, 4))
    script: Script = [(Status.INITIATED, now, None), (Status.RINGING, ringing, None)]
    if dice.random() < ANSWERS:
        talk = dice.randint(8, 40)
        return [*script, (Status.IN_PROGRESS, over, None), (Status.COMPLETED, over + dt.timedelta(seconds=talk), talk)]
    ends = dice.choices([Status.NO_ANSWER, Status.BUSY, Status.FAILED], [6, 3, 1])[0]
    return [*script, (ends, over, None)]


def emit(organisation: Organisation, record_id: uuid.UUID) -> dt.datetime | None:
    """Post the deliveries that are due, in the order of their times; return when the next one is, None after the last.

    A post that is not accepted stays due: the exception puts the task off, and the next run begins with it.
    """
    with acting_for(organisation):
        record = SimulatedCall.objects.get(pk=record_id)
        secret = _secret()
    waiting = sorted(record.deliveries, key=lambda delivery: delivery[0])[record.sent :]
    for number, (due_at, index) in enumerate(waiting, start=record.sent):
        if _moment(due_at) > timezone.now():
            return _moment(due_at)
        row = record.events[index]
        if not row.get("cut"):
            _post(secret, record.token, row, index)
        with acting_for(organisation):
            SimulatedCall.objects.filter(pk=record_id, sent=number).update(sent=number + 1)
    return None


def _secret() -> str:
    return TelephonyAccount.objects.get(provider=TelephonyAccount.Provider.SIMULATOR).credentials["secret"]


def _post(secret: str, token: uuid.UUID, row: Mapping[str, Any], index: int) -> None:
    form = {"status": row["status"], "at": row["at"], "leg_id": _leg_id(token, Leg(row["leg"])), "sequence": str(index)}
    if row["duration"] is not None:
        form["duration"] = str(row["duration"])
    body = urlencode(form).encode()
    timestamp = str(int(timezone.now().timestamp()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Jini-Timestamp": timestamp,
        "X-Jini-Signature": signature(secret, timestamp, body),
    }
    try:
        answer = requests.post(row["url"], data=body, headers=headers, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise ProviderUnavailable from error
    if not answer.ok:
        raise ProviderUnavailable(str(answer.status_code))


def _leg_id(token: uuid.UUID, leg: Leg) -> str:
    return f"{leg[0]}-{token}"


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _event(token: uuid.UUID, row: Mapping[str, Any]) -> ProviderEvent:
    leg = Leg(row["leg"])
    return ProviderEvent(
        leg, row["status"], _moment(row["at"]), provider_id=_leg_id(token, leg), duration=row["duration"]
    )
