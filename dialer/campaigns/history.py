"""The team's own last weeks of calls, as the pacing simulator plays them again."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.campaigns.pacing import Sample
from dialer.models import Call, Campaign

# The newest calls are played; more of them change nothing but the wait.
MOST = 20_000
# Longer gaps are breaks and not a look at the lead.
LONGEST_LOOK = 600.0
LONGEST_SETUP = 60.0
# Whoever called so often on a day was there to call.
SOME_CALLS = 5
FIELDS = ("telecaller", "started_at", "ringing_at", "closed_at", "ring_seconds", "talk_seconds", "wrap_up_seconds")


@dataclass(frozen=True)
class History:
    """The calls, and what they say of the team: how many telecallers on a usual day, from when to when."""

    samples: list[Sample]
    telecallers: int
    first: dt.datetime | None = None
    last: dt.datetime | None = None

    @property
    def answered(self) -> int:
        return sum(sample.talk is not None for sample in self.samples)


def history_of(member: Membership, *, weeks: int, campaign: Campaign | None = None) -> History:
    """Return the calls that `member` may see of the last `weeks`, without those that the system had to close.

    Calls on own phones are left out as long as nobody measured their ringing.
    """
    calls = Call.objects.visible_to(member).attempts()
    since = timezone.now() - dt.timedelta(weeks=weeks)
    calls = calls.filter(started_at__gte=since, ring_seconds__isnull=False, wrap_up_seconds__isnull=False)
    if campaign is not None:
        calls = calls.filter(campaign=campaign)
    rows = list(calls.order_by("-started_at", "-pk").values(*FIELDS)[:MOST])
    rows.reverse()
    if not rows:
        return History([], 1)
    return History(_samples(rows), _telecallers(rows), rows[0]["started_at"], rows[-1]["started_at"])


def _samples(rows: Sequence[dict[str, Any]]) -> list[Sample]:
    looks = list(_looks(rows))
    known = [look for look in looks if look is not None]
    # Of the first call after a break nobody knows how long its lead was looked at.
    usual = median(known) if known else 0.0
    return [_sample(row, usual if look is None else look) for row, look in zip(rows, looks, strict=True)]


def _looks(rows: Iterable[dict[str, Any]]) -> Iterable[float | None]:
    before: dict[uuid.UUID, dt.datetime] = {}
    for row in rows:
        last = before.get(row["telecaller"])
        gap = None if last is None else max(0.0, (row["started_at"] - last).total_seconds())
        yield None if gap is None or gap > LONGEST_LOOK else gap
        before[row["telecaller"]] = row["closed_at"]


def _sample(row: dict[str, Any], look: float) -> Sample:
    rang = row["ringing_at"]
    setup = (rang - row["started_at"]).total_seconds() if rang else 0.0
    talk = row["talk_seconds"]
    return Sample(
        look=look,
        setup=min(max(0.0, setup), LONGEST_SETUP),
        ring=float(row["ring_seconds"]),
        talk=None if talk is None else float(talk),
        wrap_up=float(row["wrap_up_seconds"]),
    )


def _telecallers(rows: Iterable[dict[str, Any]]) -> int:
    zone = current_organisation().zone
    days: dict[dt.date, Counter[uuid.UUID]] = defaultdict(Counter)
    for row in rows:
        days[timezone.localtime(row["started_at"], zone).date()][row["telecaller"]] += 1
    there = [sum(calls >= SOME_CALLS for calls in people.values()) for people in days.values()]
    return max(1, round(median(there)))
