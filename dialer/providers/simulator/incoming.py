"""People who call us, as the simulator plays them: they post like a provider, and do what they are told.

A simulated caller is a `SimulatedCall` whose token is also the id of our own row of the call. Its first event asks us
what to do; the answer may be to wait, which ends with the caller's patience, or to speak and listen, or to hang up. A
member who is rung has no real phone here: they pick up by a button on the page, or it rings until it is given up.
"""

import datetime as dt
import json
import random
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import SimulatedCall, SimulatedRecording
from dialer.providers.port import (
    LONGEST_CALL,
    TERMINAL,
    DialAnswer,
    DialOutcome,
    Leg,
    Status,
    WebhookPost,
    moment_of,
    number_in,
)
from dialer.providers.port.incoming import Arrival, Message, Reply, RingRequest, Spoken, e164
from dialer.providers.simulator import posting
from dialer.providers.simulator.posting import leg_id, moment
from jini.lib.ids import uuid7

GREETING = dt.timedelta(seconds=4)
# How long a caller talks once a member has picked up, in seconds.
TALKS = (20, 60)


class SimulatedIncoming:
    """The port's capability `incoming`."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

    def read(self, post: WebhookPost) -> Arrival:
        form, at, token = post.form, None, None
        with suppress(ValueError):
            at = parse_datetime(form.get("at", ""))
        with suppress(ValueError, IndexError):
            token = uuid.UUID(form.get("leg_id", "").split("-", 1)[1])
        return Arrival(
            provider_id=form.get("leg_id", ""),
            caller=e164(form.get("from", "")),
            called=e164(form.get("to", "")),
            at=moment_of(at, post.received_at),
            has_ended=form.get("status", "") in TERMINAL,
            token=token,
        )

    def read_message(self, post: WebhookPost) -> Message:
        return Message(post.form.get("recording_id", ""), number_in(post.form.get("seconds", ""), LONGEST_CALL))

    def wait(self, room: uuid.UUID) -> Reply:
        return _reply(do="wait", room=str(room))

    def join(self, room: uuid.UUID) -> Reply:
        return _reply(do="join", room=str(room))

    def take_message(self, greeting: Spoken, message_url: str) -> Reply:
        return _reply(do="record", say=greeting.text, language=greeting.language, post_to=message_url)

    def say(self, sentence: Spoken) -> Reply:
        return _reply(do="say", say=sentence.text, language=sentence.language)

    def hang_up(self) -> Reply:
        return _reply(do="hang_up")

    def refuse(self) -> Reply:
        return _reply(do="refuse")

    def ring(self, request: RingRequest) -> DialAnswer:
        """Let the member's phone ring until somebody picks it up (`pick_up`), or it is given up."""
        now = timezone.now()
        rings = [
            (Status.INITIATED, now),
            (Status.RINGING, now + dt.timedelta(seconds=0.3)),
            (Status.NO_ANSWER, now + dt.timedelta(seconds=request.ring_seconds)),
        ]
        with acting_for(self.organisation):
            record, is_new = SimulatedCall.objects.select_for_update().get_or_create(
                token=request.token, defaults={"created_at": now}
            )
            if is_new:
                for status, at in rings:
                    _add(record, Leg.AGENT, status, at, request.status_url, room=str(request.room))
                _owe(record)
        return DialAnswer(DialOutcome.ACCEPTED, leg_id(request.token, Leg.AGENT))

    def move(self, caller_leg: str, url: str) -> None:
        token = uuid.UUID(caller_leg.split("-", 1)[1])
        with acting_for(self.organisation):
            record = SimulatedCall.objects.select_for_update().filter(token=token).first()
            if record is not None and not _is_over(record):
                _add(record, Leg.CUSTOMER, Status.IN_PROGRESS, timezone.now(), url, asks=True)
                _owe(record)


def call_in(caller: str, called: str, *, post_to: str, ended_to: str, patience: int, message: int) -> uuid.UUID:
    """Let somebody call `called`, in the open scope and transaction; return the token of the call.

    They wait `patience` seconds for somebody to answer, and leave a message of `message` seconds, none with 0.
    """
    now = timezone.now()
    record = SimulatedCall(token=uuid7(), created_at=now)
    who = {"from": caller, "to": called}
    _add(record, Leg.CUSTOMER, Status.RINGING, now, post_to, asks=True, form=who, message=message, ended_to=ended_to)
    _add(record, Leg.CUSTOMER, Status.COMPLETED, now + dt.timedelta(seconds=patience), ended_to, form=who)
    _owe(record)
    return record.token


def pick_up(token: uuid.UUID) -> bool:
    """Let the member whose phone rings under `token` pick it up, in the open scope; False when it rings no more."""
    record = SimulatedCall.objects.select_for_update().filter(token=token).first()
    if record is None or _is_over(record) or any(row["status"] == Status.IN_PROGRESS for row in record.events):
        return False
    first = record.events[0]
    callers = SimulatedCall.objects.select_for_update().filter(token=uuid.UUID(first["room"])).first()
    if callers is None or _is_over(callers):
        return False
    now = timezone.now()
    ends = now + dt.timedelta(seconds=random.Random(str(token)).randint(*TALKS))  # noqa: S311 -- a seed, no secret
    _cut(record, now)
    _add(record, Leg.AGENT, Status.IN_PROGRESS, now, first["url"])
    _add(record, Leg.AGENT, Status.COMPLETED, ends + dt.timedelta(seconds=1), first["url"])
    _owe(record)
    _end_caller(callers, ends)
    # In the caller's own record both are on the line, so that they can be held and muted; nobody is told of it again.
    _join(callers, Leg.CUSTOMER, now, callers.events[0]["ended_to"])
    _join(callers, Leg.AGENT, now, first["url"])
    callers.save()
    return True


def is_caller(record: SimulatedCall) -> bool:
    """Whether it is somebody who called us."""
    return bool(record.events) and "ended_to" in record.events[0]


def hang_up_caller(record: SimulatedCall) -> None:
    """End the call of a caller, who is told so by us; one that is over stays as it is."""
    if not _is_over(record):
        _end_caller(record, timezone.now())


def emit(organisation: Organisation, record_id: uuid.UUID) -> dt.datetime | None:
    """Post what is due, and do what we are told where a caller asked; see `posting.emit`."""
    return posting.emit(organisation, record_id, obey=_obey)


def _obey(organisation: Organisation, record_id: uuid.UUID, told: Mapping[str, Any]) -> None:
    """Do with the caller what the answer to their question says."""
    with acting_for(organisation):
        record = SimulatedCall.objects.select_for_update().get(pk=record_id)
        now, do = timezone.now(), told.get("do")
        if do == "record":
            _leave_message(record, told["post_to"], now)
        elif do == "say":
            _end_caller(record, now + GREETING)
        elif do in {"hang_up", "refuse"}:
            _end_caller(record, now)


def _leave_message(record: SimulatedCall, post_to: str, now: dt.datetime) -> None:
    seconds = record.events[0]["message"]
    spoken = now + GREETING + dt.timedelta(seconds=seconds)
    if seconds:
        number = f"m-{record.token}"
        form = {"recording_id": number, "seconds": str(seconds)}
        made = {"token": record.token, "started_at": now + GREETING, "ended_at": spoken}
        SimulatedRecording.objects.get_or_create(number=number, defaults=made)
        _add(record, Leg.CUSTOMER, Status.IN_PROGRESS, spoken, post_to, form=form)
    _end_caller(record, spoken + dt.timedelta(milliseconds=200), but=post_to)


def _end_caller(record: SimulatedCall, at: dt.datetime, *, but: str = "") -> None:
    """Let the caller hang up at `at`, instead of when their patience would have ended."""
    first = record.events[0]
    _cut(record, timezone.now(), but=but)
    _add(record, Leg.CUSTOMER, Status.COMPLETED, at, first["ended_to"], form=first["form"])
    _owe(record)


def _cut(record: SimulatedCall, now: dt.datetime, *, but: str = "") -> None:
    for row in record.events:
        if moment(row["at"]) > now and not (but and row["url"] == but):
            row["cut"] = True


def _add(record: SimulatedCall, leg: Leg, status: Status, at: dt.datetime, url: str, **more: Any) -> None:
    row = {"leg": str(leg), "status": str(status), "at": at.isoformat(), "duration": None, "url": url}
    record.events.append(row | more)
    record.deliveries.append([at.isoformat(), len(record.events) - 1])


def _join(record: SimulatedCall, leg: Leg, at: dt.datetime, url: str) -> None:
    on_line = {"leg": str(leg), "status": str(Status.IN_PROGRESS), "at": at.isoformat(), "duration": None, "url": url}
    record.events.append(on_line)


def _is_over(record: SimulatedCall) -> bool:
    now = timezone.now()
    return any(row["status"] in TERMINAL and not row.get("cut") and moment(row["at"]) <= now for row in record.events)


def _owe(record: SimulatedCall) -> None:
    record.save()
    work.schedule("simulator.emit", record.pk)


def _reply(**told: Any) -> Reply:
    return Reply(json.dumps(told), "application/json")
