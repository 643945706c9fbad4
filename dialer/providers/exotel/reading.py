"""What Exotel says of a call, in a post or in an answer, as events of its two legs.

The first leg is the telecaller's, the second the customer's, and one word of Exotel tells of both. Times stand without
a zone and are Indian (YYYY-MM-DD HH:mm:ss), or in ISO with a Z: https://developer.exotel.com/api/statuscallback.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from dialer.providers.port import (
    FARTHEST,
    LONGEST_CALL,
    SPELLINGS,
    TERMINAL,
    Leg,
    ProviderEvent,
    Status,
    WebhookPost,
    number_in,
)

ZONE = ZoneInfo("Asia/Kolkata")
# What is kept of a post: no field of a number or of a recording.
KEPT = (
    "CallSid",
    "EventType",
    "Status",
    "DateCreated",
    "DateUpdated",
    "StartTime",
    "EndTime",
    "Direction",
    "ConversationDuration",
    "Legs[0][Status]",
    "Legs[0][OnCallDuration]",
    "Legs[1][Status]",
    "Legs[1][OnCallDuration]",
)
_KNOWN = frozenset(Status) | frozenset(SPELLINGS)
# The customer is dialled once the telecaller has answered, and not otherwise.
_NOT_ANSWERED = {Status.NO_ANSWER, Status.BUSY}


@dataclass(frozen=True, slots=True)
class Told:
    """A call as Exotel knows it: `status` of the whole, `agent` and `customer` of the legs, empty where it says nothing.

    `seconds` of conversation; `raw` as of `ProviderEvent`; `key` of the post that it was told in.
    """

    sid: str
    status: str
    agent: str
    customer: str
    seconds: int | None
    updated_at: dt.datetime | None
    ended_at: dt.datetime | None
    raw: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


def told_in_post(post: WebhookPost) -> Told:
    """Read a post, be it a form or JSON; what is missing in it, or cannot be read, is empty."""
    said = dict(post.form) or _flat(post.body)
    return Told(
        sid=said.get("CallSid", ""),
        status=said.get("Status", ""),
        agent=said.get("Legs[0][Status]", ""),
        customer=said.get("Legs[1][Status]", ""),
        seconds=_seconds(said.get("ConversationDuration", ""), said.get("Legs[1][OnCallDuration]", "")),
        updated_at=moment(said.get("DateUpdated", "")),
        ended_at=moment(said.get("EndTime", "")),
        raw={name: said[name] for name in KEPT if name in said},
        key=hashlib.sha256(json.dumps(sorted(said.items())).encode()).hexdigest(),
    )


def told_in_answer(call: Mapping[str, Any]) -> Told:
    """Read one call of an answer of the interface, asked for with its details."""
    details = call.get("Details")
    details = details if isinstance(details, dict) else {}
    return Told(
        sid=_text(call.get("Sid")),
        status=_text(call.get("Status")),
        agent=_text(details.get("Leg1Status")),
        customer=_text(details.get("Leg2Status")),
        seconds=_seconds(_text(details.get("ConversationDuration"))),
        updated_at=moment(_text(call.get("DateUpdated"))),
        ended_at=moment(_text(call.get("EndTime"))),
    )


def events_of(told: Told, heard_at: dt.datetime) -> list[ProviderEvent]:
    """Return what is told of each leg, the customer's first: merged alone, it tells what the call came to."""
    return [
        ProviderEvent(
            leg=leg,
            status=status,
            at=_at(told, heard_at, is_over=status in TERMINAL),
            provider_id=told.sid,
            duration=told.seconds if leg is Leg.CUSTOMER and status == Status.COMPLETED else None,
            event_key=hashlib.sha256(f"{leg}{told.key}".encode()).hexdigest(),
            raw=told.raw,
        )
        for leg, status in _legs(told)
    ]


def moment(text: str) -> dt.datetime | None:
    """Return the moment that Exotel writes; without a zone it is Indian. None when it is none."""
    with suppress(ValueError):
        found = dt.datetime.fromisoformat(text.strip())
        return found if found.tzinfo else found.replace(tzinfo=ZONE)
    return None


def written(at: dt.datetime) -> str:
    """Return a moment as Exotel's filters want it."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _legs(told: Told) -> list[tuple[Leg, str]]:
    agent, customer = told.agent, told.customer
    if not agent and not customer:
        if told.status in TERMINAL:
            # Nothing is said of the legs. The lead counts as called, which errs on the side of calling too little.
            return [(Leg.CUSTOMER, told.status)]
        agent = told.status
    if agent in _NOT_ANSWERED:
        return [(Leg.AGENT, agent)]
    if not customer and agent == Status.IN_PROGRESS:
        customer = Status.INITIATED
    elif not customer and agent == Status.COMPLETED:
        # The telecaller laid down the phone while the customer's was dialled.
        customer = Status.CANCELED
    elif customer and customer not in _KNOWN and agent in TERMINAL:
        # The telecaller's end would be taken for one before the customer was rung, of which it is not known what it was.
        agent = ""
    legs = [(Leg.CUSTOMER, customer), (Leg.AGENT, agent)]
    return [(leg, status) for leg, status in legs if status] or [(Leg.AGENT, "")]


def _at(told: Told, heard_at: dt.datetime, *, is_over: bool) -> dt.datetime:
    """Return when it happened: the first time that can be (an end that is not known is written as the year 1970)."""
    times = [told.ended_at if is_over else None, told.updated_at]
    return next((at for at in times if at is not None and abs(at - heard_at) <= FARTHEST), heard_at)


def _seconds(*texts: str) -> int | None:
    return next((found for text in texts if (found := number_in(text, LONGEST_CALL)) is not None), None)


def _flat(body: bytes) -> dict[str, str]:
    """Return a JSON body as a form would have it: Legs[0][Status] for the status of the first of its legs."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    legs = said.pop("Legs", None)
    flat = {name: _text(value) for name, value in said.items()}
    for number, leg in enumerate(legs[:2] if isinstance(legs, list) else []):
        if isinstance(leg, dict):
            flat |= {f"Legs[{number}][{name}]": _text(value) for name, value in leg.items()}
    return flat


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""
