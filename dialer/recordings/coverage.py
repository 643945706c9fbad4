"""How many of the calls that should have been recorded were: each figure is a filter of the call log."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from dialer.models import Call, Recording
from dialer.recordings.words import ABSENCES

State, Rule = Recording.State, Call.RecordingRule
ABSENT = "absent-"
# Why a call that should have been recorded was not to be.
NOT_DUE = (Rule.WISH, Rule.UNSUPPORTED, Rule.UNAGREED)
WORDS: dict[str, Any] = {
    "due": _("Should have been recorded"),
    "kept": _("Can be played"),
    "erased": _("Recorded, and erased since"),
    "underway": _("Still being recorded or fetched"),
    "missing": _("Should have been recorded, and was not"),
    "broken": _("The provider's file cannot be used"),
    "unasked": _("Nobody asked the provider to record"),
    "wish": _("The customer does not want to be recorded"),
    "unsupported": _("The provider cannot record"),
    "unagreed": _("How the provider records is not settled on this page"),
} | {f"{ABSENT}{code}": words for code, words in ABSENCES.items()}
# The filters that the call log offers; the rest are reached from figures.
OFFERED = ("kept", "missing", "erased", "wish")


def narrowed(calls: Any, kind: str) -> Any:
    """Return those of `calls` (a queryset) of which `WORDS[kind]` is true."""
    if kind in NOT_DUE:
        return calls.filter(recording_rule=kind, answered_at__isnull=False)
    due = calls.filter(recording_rule=Rule.ON, answered_at__isnull=False)
    if kind == "due":
        return due
    if kind == "kept":
        # Also of calls that were recorded before somebody changed the rules.
        return calls.filter(_has(Q(state=State.KEPT)))
    if kind == "missing":
        return due.exclude(_has(Q(state__in=[State.KEPT, State.ERASED, *Recording.UNFINISHED])))
    if kind == "unasked":
        return due.exclude(_has(Q()))
    return due.filter(_has(_states(kind)))


def _states(kind: str) -> Q:
    if kind.startswith(ABSENT):
        return Q(state=State.ABSENT, absent_because=kind.removeprefix(ABSENT))
    return Q(state__in={"erased": [State.ERASED], "underway": Recording.UNFINISHED, "broken": [State.BROKEN]}[kind])


def _has(which: Q) -> Exists:
    return Exists(Recording.objects.filter(which, call=OuterRef("pk")))


@dataclass(frozen=True)
class Coverage:
    """Counts by kind of `WORDS`, since a day. `percent` of what could have been known by now; None of nothing."""

    since: dt.date
    counts: Mapping[str, int]

    @property
    def percent(self) -> int | None:
        known = self.counts["due"] - self.counts["underway"]
        return round(100 * (self.counts["kept"] + self.counts["erased"]) / known) if known else None

    @property
    def rows(self) -> Sequence[tuple[str, Any, int]]:
        """Kind, words and count of all that should have been recorded, of what was, and of what lies between."""
        return [(kind, WORDS[kind], count) for kind, count in self.counts.items() if count]


def coverage_of(calls: Any, since: dt.date) -> Coverage:
    """Count `calls`, a queryset, by what became of their recordings."""
    rules = dict(
        calls.filter(answered_at__isnull=False)
        .exclude(recording_rule="")
        .order_by()
        .values_list("recording_rule")
        .annotate(Count("pk"))
    )
    due = narrowed(calls, "due")
    found = Recording.objects.filter(call__in=due.order_by().values("pk"))
    states: dict[str, int] = {}
    for state, absence, count in found.order_by().values_list("state", "absent_because").annotate(Count("pk")):
        kind = _kind(state, absence)
        states[kind] = states.get(kind, 0) + count
    total = rules.get(Rule.ON, 0)
    counts = {"due": total, "kept": 0, "erased": 0, "underway": 0} | states
    counts |= {"unasked": max(total - sum(states.values()), 0)}
    return Coverage(since, counts | {str(rule): rules.get(rule, 0) for rule in NOT_DUE})


def _kind(state: str, absence: str) -> str:
    if state == State.ABSENT:
        return f"{ABSENT}{absence}"
    return "underway" if state in Recording.UNFINISHED else state
