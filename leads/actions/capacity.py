"""How many callbacks a telecaller can promise in an hour, and where the next one fits."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncHour

from accounts.models import Membership
from accounts.tenancy import current_organisation
from leads.models import FollowUp, FollowUpSettings
from leads.picks import clamp
from privacy.models import ContactPolicy

HOUR = dt.timedelta(hours=1)
OFFERED = 3
# A free hour is looked for within so long.
LONGEST_LOOK = dt.timedelta(days=14)


class HourIsFull(Exception):
    """The telecaller has promised as many callbacks for this hour as they can keep. `free` are the next times."""

    def __init__(self, free: list[dt.datetime]) -> None:
        super().__init__("the hour is full")
        self.free = free


def hold_slot(member: Membership, due_at: dt.datetime, *, but: FollowUp | None = None) -> None:
    """Make sure that `member` can promise a callback for `due_at`, until the transaction ends; raise `HourIsFull`.

    Who plans into the same hour of the same person at the same moment waits here, and then counts this one too. `but`
    is the callback that is moved, which takes no place from itself.
    """
    limit = FollowUpSettings.current().callbacks_per_hour
    if not limit:
        return
    hour = _hour_of(due_at, current_organisation().zone)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"callbacks:{member.pk}:{hour}"])
    promised = _promised(member).filter(due_at__gte=hour, due_at__lt=hour + HOUR)
    if but is not None:
        promised = promised.exclude(pk=but.pk)
    if promised.count() >= limit:
        raise HourIsFull(free_times(member, due_at, limit=limit))


def free_times(member: Membership, wanted: dt.datetime, *, limit: int) -> list[dt.datetime]:
    """Return the next times after `wanted`, an hour apart and within the calling hours, at which a callback fits."""
    zone = current_organisation().zone
    until = wanted + LONGEST_LOOK
    taken = (
        _promised(member)
        .filter(due_at__gte=_hour_of(wanted, zone), due_at__lt=until + HOUR)
        .annotate(hour=TruncHour("due_at", tzinfo=zone))
        .values_list("hour")
        .order_by()
        .annotate(Count("pk"))
    )
    full = {hour for hour, count in taken if count >= limit}
    times = (moment for moment in _times_after(wanted, until, zone) if _hour_of(moment, zone) not in full)
    return list(islice(times, OFFERED))


def _times_after(wanted: dt.datetime, until: dt.datetime, zone: zoneinfo.ZoneInfo) -> Iterator[dt.datetime]:
    policy = ContactPolicy.objects.get()
    moment, last = wanted + HOUR, wanted
    while moment < until:
        callable_at = clamp(moment, policy, zone)
        if callable_at > last:
            yield callable_at
        # After a night it goes on from the opening.
        last = max(last, callable_at)
        moment = max(moment, callable_at) + HOUR


def _promised(member: Membership) -> Any:
    return FollowUp.objects.open().filter(assigned_to=member, kind=FollowUp.Kind.CALLBACK)


def _hour_of(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return moment.astimezone(zone).replace(minute=0, second=0, microsecond=0)
