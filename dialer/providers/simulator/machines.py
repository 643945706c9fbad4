"""The simulator's answering machines: a part of the calls that are answered, which it tells of a moment later."""

import datetime as dt
import hashlib
import io
import random
import uuid
import wave
from collections.abc import Sequence
from typing import Any

import requests
from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import SimulatedCall
from dialer.providers.port import (
    TERMINAL,
    AnsweredBy,
    Beside,
    DialAnswer,
    DialOutcome,
    DialRequest,
    Leg,
    ProviderEvent,
    Status,
    WebhookPost,
)
from dialer.providers.simulator.posting import TIMEOUT_SECONDS, moment

# Of a hundred that answer, so many are machines; and how long it takes to hear it.
MACHINES, LISTENS = 0.2, dt.timedelta(seconds=2)
# What is not a sound of ours lasts so long here.
OTHERWISE = 10


class SimulatedMachines:
    """The port's machines of the simulator."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

    def leave(self, leg_id: str, media_url: str) -> DialAnswer:
        token, now = uuid.UUID(leg_id.split("-", 1)[1]), timezone.now()
        seconds = _length(media_url)
        if seconds is None:
            return DialAnswer(DialOutcome.REFUSED, code="no_sound")
        with acting_for(self.organisation):
            call = SimulatedCall.objects.select_for_update().filter(token=token).first()
            if call is None or not _is_on_the_line(call, now):
                return DialAnswer(DialOutcome.REFUSED, code="not_on_the_line")
            _end(call, Leg.AGENT, now)
            _end(call, Leg.CUSTOMER, now + dt.timedelta(seconds=seconds))
            call.save()
            work.schedule("simulator.emit", call.pk)
        return DialAnswer(DialOutcome.ACCEPTED, leg_id)

    def parse(self, post: WebhookPost) -> ProviderEvent:
        form = post.form
        return ProviderEvent(
            leg=Beside.MACHINE,
            status=form.get("status", ""),
            at=post.received_at,
            provider_id=form.get("leg_id", ""),
            event_key=hashlib.sha256(post.body).hexdigest(),
            raw={name: form[name] for name in ("status", "leg_id") if name in form},
        )


def heard_in(request: DialRequest, script: Sequence[tuple[Status, dt.datetime, int | None]]) -> dict[str, Any] | None:
    """Return what is heard of who answers, a moment later; None in a call that nobody answers."""
    answered = next((at for status, at, _ in script if status == Status.IN_PROGRESS), None)
    if answered is None:
        return None
    dice = random.Random(f"{request.token}machine")  # noqa: S311 -- a seed, no secret
    who = AnsweredBy.MACHINE if dice.random() < MACHINES else AnsweredBy.HUMAN
    at = (answered + LISTENS).isoformat()
    return {"leg": str(Beside.MACHINE), "status": str(who), "at": at, "duration": None, "url": request.machine_url}


def _length(media_url: str) -> int | None:
    """Fetch the sound, as any provider would, and return how long it plays; None when there is none."""
    try:
        answer = requests.get(media_url, timeout=TIMEOUT_SECONDS)
    except requests.RequestException:
        return None
    if not answer.ok:
        return None
    try:
        with wave.open(io.BytesIO(answer.content), "rb") as sound:
            return max(1, round(sound.getnframes() / sound.getframerate()))
    except (wave.Error, EOFError, ZeroDivisionError):
        return OTHERWISE


def _is_on_the_line(call: SimulatedCall, now: dt.datetime) -> bool:
    past = [
        row for row in call.events if row["leg"] == Leg.CUSTOMER and not row.get("cut") and moment(row["at"]) <= now
    ]
    statuses = {row["status"] for row in past}
    return Status.IN_PROGRESS in statuses and not statuses & set(TERMINAL)


def _end(call: SimulatedCall, leg: Leg, at: dt.datetime) -> None:
    """Let the leg be over then, and not when it would have been."""
    mine = [row for row in call.events if row["leg"] == leg and not row.get("cut")]
    for row in mine:
        if row["status"] in TERMINAL:
            row["cut"] = True
    answered = next((moment(row["at"]) for row in mine if row["status"] == Status.IN_PROGRESS), at)
    duration = round((at - answered).total_seconds()) if leg is Leg.CUSTOMER else None
    call.events.append(
        {
            "leg": str(leg),
            "status": str(Status.COMPLETED),
            "at": at.isoformat(),
            "duration": duration,
            "url": mine[0]["url"],
        }
    )
    call.deliveries.append([at.isoformat(), len(call.events) - 1])
