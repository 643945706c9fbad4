"""What calls must have come to, said from the set of their events and from nothing of the product's own rules.

Written from Twilio's vocabulary (a leg climbs queued, initiated, ringing, in-progress and ends once) and from what
people are shown: the customer's leg decides; the telecaller's only where the customer was never rung. It imports
nothing of the product, and looks at all events of a call at once.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

LADDER = ("intent", "queued", "initiated", "ringing", "in-progress")
ENDS = ("completed", "busy", "no-answer", "failed", "canceled")


@dataclass(frozen=True)
class Said:
    """One thing that the provider said of one leg ("agent" or "customer"); `duration`: seconds of talk, if it counted."""

    leg: str
    status: str
    at: dt.datetime
    leg_id: str
    duration: int | None = None


@dataclass(frozen=True)
class Dialled:
    """A call as it was when the provider began to speak: which legs had been asked for, and what the lead had before."""

    started_at: dt.datetime
    is_customer_asked: bool
    earlier_calls: int = 0
    earlier_connected: int = 0
    first_called_at: dt.datetime | None = None


def end_of(call: Dialled, said: Collection[Said]) -> dict[str, Any]:
    """Return the columns of the call's row, of its lead and of its telecaller's time once everything was heard."""
    customer = [one for one in said if one.leg == "customer"]
    agent = [one for one in said if one.leg == "agent"]
    row = {
        "agent_status": _height(agent, "queued"),
        "customer_status": _height(customer, "queued" if call.is_customer_asked else "intent"),
        "agent_leg": next((one.leg_id for one in agent), ""),
        "customer_leg": next((one.leg_id for one in customer), ""),
        "ringing_at": _first(customer, "ringing"),
        **_line(customer, agent),
    }
    was_reached = row["status"] not in {"failed", "canceled"} or row["ringing_at"] or row["answered_at"]
    is_connected = row["answered_at"] is not None
    return row | {
        "lead_attempts": call.earlier_calls + (1 if was_reached else 0),
        "lead_connected": call.earlier_connected + (1 if is_connected else 0),
        "lead_first_called_at": call.first_called_at or (call.started_at if was_reached else None),
        "timeline": [(row["status"], row["talk_seconds"], row["ring_seconds"])],
        "presence": [("on_call", call.started_at, row["ended_at"]), ("wrap_up", row["ended_at"], None)],
        "events": len(set(said)),
        "copies": {3},
        "waiting": 0,
    }


def _line(customer: list[Said], agent: list[Said]) -> dict[str, Any]:
    end = _end(customer)
    if end is None:
        return _without_customer(_end(agent))
    answered, counted = _first(customer, "in-progress"), None
    talk = None
    if end.status == "completed":
        counted = end.duration
        if counted is not None:
            answered = end.at - dt.timedelta(seconds=counted)
        talk = _whole(answered, end.at)
    rang = _first(customer, "ringing")
    return {
        "status": end.status,
        "failure": "",
        "answered_at": answered,
        "ended_at": end.at,
        "talk_seconds": talk,
        "counted_seconds": counted,
        "ring_seconds": _whole(rang, answered or end.at),
    }


def _without_customer(end: Said | None) -> dict[str, Any]:
    if end is None:
        raise ValueError("a call of the measurement must come to an end")
    hung_up = end.status in {"completed", "canceled"}
    return {
        "status": "canceled" if hung_up else "failed",
        "failure": "telecaller_hung_up" if hung_up else f"telecaller_{end.status.replace('-', '_')}",
        "answered_at": None,
        "ended_at": end.at,
        "talk_seconds": None,
        "counted_seconds": None,
        "ring_seconds": None,
    }


def _end(said: list[Said]) -> Said | None:
    """The one end of a leg; of two words about the same end, the one that counted the talk."""
    ends = [one for one in said if one.status in ENDS]
    return max(ends, key=lambda one: one.duration is not None, default=None)


def _height(said: list[Said], asked: str) -> str:
    end = _end(said)
    return end.status if end else max([asked, *(one.status for one in said)], key=LADDER.index)


def _first(said: list[Said], status: str) -> dt.datetime | None:
    return min((one.at for one in said if one.status == status), default=None)


def _whole(start: dt.datetime | None, end: dt.datetime) -> int | None:
    return None if start is None else max(0, round((end - start).total_seconds()))
