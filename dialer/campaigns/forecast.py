"""When a campaign runs dry today, by what the last count found and by how fast its people call."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone

from accounts.tenancy import current_organisation
from dialer.models import Call, Campaign, CampaignCount

HOUR = dt.timedelta(hours=1)
# Who began to call a minute ago has no rate yet; of a count of yesterday nothing is left today.
SHORTEST = dt.timedelta(minutes=10)
OLDEST = dt.timedelta(hours=12)

Returns = Sequence[tuple[dt.datetime, int]]


@dataclass(frozen=True)
class Forecast:
    """`ends_at`: when nothing is left to call; None when the calls of the day end before, with `left` leads to go.

    `returns_at`, `returns`: when leads come back after that, and how many within five minutes. `per_hour` is the rate.
    """

    per_hour: int
    ends_at: dt.datetime | None
    left: int = 0
    returns_at: dt.datetime | None = None
    returns: int = 0


def forecast(campaign: Campaign, count: CampaignCount) -> Forecast | None:
    """Return what is to be expected; None while nothing was counted, or nobody called within the last hour."""
    now = timezone.now()
    if count.found_at is None or now - count.found_at > OLDEST:
        return None
    calls = Call.objects.filter(campaign=campaign, started_at__gt=min(now - HOUR, count.found_at), started_at__lte=now)
    lately = calls.filter(started_at__gt=now - HOUR).aggregate(calls=Count("id"), first=Min("started_at"))
    if not lately["calls"]:
        return None
    since = calls.filter(started_at__gt=count.found_at).count()
    rate = lately["calls"] / max(now - lately["first"], SHORTEST).total_seconds()
    returns = [(dt.datetime.fromisoformat(at), leads) for at, leads in count.found.get("returns", [])]
    zone = current_organisation().zone
    closes_at = dt.datetime.combine(timezone.localtime(now, zone).date(), campaign.closes_at, zone)
    return foresee(returns, called=since, rate=rate, now=now, closes_at=closes_at)


def foresee(returns: Returns, *, called: int, rate: float, now: dt.datetime, closes_at: dt.datetime) -> Forecast:
    """Work the leads off that are there at `now` and that come back until `closes_at`.

    `returns`: (moment, leads) in order, those before `now` being there; `called` of them were called already. `rate` is
    in calls per second.
    """
    there = max(sum(leads for at, leads in returns if at <= now) - called, 0)
    coming = [(at, leads) for at, leads in returns if now < at < closes_at]
    at = now
    for number, (moment, leads) in enumerate([*coming, (closes_at, 0)]):
        empty_at = at + dt.timedelta(seconds=there / rate)
        if empty_at <= moment:
            back_at, back = coming[number] if number < len(coming) else (None, 0)
            return Forecast(round(rate * 3600), empty_at, 0, back_at, back)
        there = there - round(rate * (moment - at).total_seconds()) + leads
        at = moment
    return Forecast(round(rate * 3600), None, max(there, 0))
