"""What a post says and what a replay changed, in words."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.calls.failures import FAILURES
from dialer.models import Call, CallEvent, ReplayDifference
from dialer.providers.port import SPELLINGS
from jini.lib.words import duration

TIMES = ("ringing_at", "answered_at", "ended_at")
SECONDS = ("ring_seconds", "talk_seconds", "counted_seconds")
STATUSES = ("status", "agent_status", "customer_status")
FACTS = {
    "status": gettext_lazy("Line"),
    "failure": gettext_lazy("Why not"),
    "agent_status": gettext_lazy("Telecaller's line"),
    "customer_status": gettext_lazy("Lead's line"),
    "ringing_at": gettext_lazy("Rang"),
    "answered_at": gettext_lazy("Answered"),
    "ended_at": gettext_lazy("Ended"),
    "ring_seconds": gettext_lazy("Ring time"),
    "talk_seconds": gettext_lazy("Talk time"),
    "counted_seconds": gettext_lazy("Talk time that the provider counted"),
    "agent_leg": gettext_lazy("Telecaller's line at the provider"),
    "customer_leg": gettext_lazy("Lead's line at the provider"),
}


@dataclass(frozen=True)
class Said:
    """A post in words: when it happened by the provider's clock, its status (an unknown one as it came), how late it was."""

    at: dt.datetime | None
    status: str
    late_by: str = ""


def said(post: CallEvent) -> Said:
    """Return what a post told."""
    payload: dict[str, Any] = post.payload
    at = dt.datetime.fromisoformat(payload["at"]) if payload.get("at") else None
    status = str(payload.get("status", ""))
    known = SPELLINGS.get(status, status)
    if not post.is_of_leg:
        words = status or _("no status")
    else:
        words = str(Call.Status(known).label) if known in Call.Status.values else status or _("no status")
    late = at is not None and post.verdict == CallEvent.Verdict.LATE
    return Said(at, words, duration((post.received_at - at).total_seconds()) if late and at else "")


def differences(row: ReplayDifference) -> list[tuple[Any, str, str]]:
    """Return the facts that differ: what, before, after."""
    return [
        (FACTS[name], _in_words(name, row.before[name]), _in_words(name, row.after[name]))
        for name in FACTS
        if name in row.before
    ]


def _in_words(name: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if name in TIMES:
        return f"{timezone.localtime(dt.datetime.fromisoformat(value)):%H:%M:%S}"
    if name in SECONDS:
        return duration(value)
    if name in STATUSES:
        return str(Call.Status(value).label)
    return str(FAILURES.get(value, value))
