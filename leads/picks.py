"""Times that are offered for a follow-up, each within the hours in which the organisation calls."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import current_organisation
from privacy.models import ContactPolicy

MORNING, EVENING = dt.time(11), dt.time(17)
MONDAY = 0
MOST_DAYS = 8


@dataclass(frozen=True)
class Pick:
    """One offer: its `key` in the form, its words, and the moment it stands for."""

    key: str
    label: str | Promise
    at: dt.datetime
    is_default: bool = False


def clamp(moment: dt.datetime, policy: ContactPolicy, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Return `moment`, or the first moment after it at which the organisation may call."""
    local = moment.astimezone(zone)
    for _each in range(MOST_DAYS):
        day = local.date()
        opens = dt.datetime.combine(day, policy.opens_at, zone)
        closes = dt.datetime.combine(day, policy.closes_at, zone)
        if day.weekday() in policy.weekdays and local < closes:
            return max(local, opens)
        local = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), zone)
    # No weekday is chosen: nothing may be called anyway, and the wish is kept as it is.
    return moment


def quick_picks(*, wanted_minutes: int | None = None) -> list[Pick]:
    """Return the offers of this moment; the default one is nearest to `wanted_minutes` from now (none: tomorrow)."""
    zone, policy = current_organisation().zone, ContactPolicy.objects.get()
    now = timezone.localtime(timezone.now(), zone).replace(second=0, microsecond=0)
    offers = [(key, label, clamp(moment, policy, zone)) for key, label, moment in _offers(now, zone)]
    wanted = now + dt.timedelta(minutes=wanted_minutes or 24 * 60)
    nearest = min(offers, key=lambda offer: abs(offer[2] - wanted))[0]
    return [Pick(key, label, at, key == nearest) for key, label, at in offers]


def _offers(now: dt.datetime, zone: zoneinfo.ZoneInfo) -> Iterator[tuple[str, str | Promise, dt.datetime]]:
    def on(days: int, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(now.date() + dt.timedelta(days=days), time, zone)

    yield "15m", _("+15 min"), now + dt.timedelta(minutes=15)
    yield "1h", _("+1 h"), now + dt.timedelta(hours=1)
    if now.time() < EVENING:
        yield "today", _("Today 17:00"), on(0, EVENING)
    yield "tomorrow", _("Tomorrow 11:00"), on(1, MORNING)
    yield "3d", _("+3 days"), on(3, MORNING)
    yield "monday", _("Next Monday"), on((MONDAY - now.weekday() - 1) % 7 + 1, MORNING)
