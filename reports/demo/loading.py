"""Puts the demonstration organisations into the database."""

import datetime as dt
import random
import zoneinfo

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.tenancy import acting_for
from leads.models import Activity
from reports.actions.rollups import rebuild
from reports.demo import calendar, calls, imports, people_called
from reports.demo.organisation import Cast, found
from reports.demo.plan import GUEST, PLANS
from reports.demo.story import Storyteller


@transaction.atomic
def load(*, seed: int) -> list[Organisation]:
    """Create both demonstration organisations with their last thirty days, told by `seed`, relative to now.

    Does nothing, and returns nothing, when there is any organisation already.
    """
    if Organisation.objects.exists():
        return []
    now = timezone.now()
    casts = [
        found(plan, random.Random(seed + number), now - dt.timedelta(days=calendar.DAYS + 3))  # noqa: S311 -- no secret
        for number, plan in enumerate(PLANS)
    ]
    for cast in casts:
        with acting_for(cast.organisation):
            _fill(cast, now)
        rebuild(cast.organisation)
    email, name, role = GUEST
    Membership.objects.create(
        organisation=Organisation.objects.get(name=name), user=User.objects.get(email=email), role=role
    )
    return [cast.organisation for cast in casts]


def _fill(cast: Cast, now: dt.datetime) -> None:
    zone = zoneinfo.ZoneInfo(cast.organisation.time_zone)
    lives = Storyteller(cast.plan, cast.chance, now, zone).tell()
    leads = people_called.make_leads(cast, lives)
    imports.make_imports(cast, lives, leads)
    lines = [
        *people_called.arrivals(cast, lives, leads),
        *calls.make_calls(cast, lives, leads),
        *calls.steps(cast, lives, leads),
        *calls.make_follow_ups(cast, lives, leads),
    ]
    lines.sort(key=lambda line: line.at)
    Activity.objects.bulk_create(lines, batch_size=500)
    people_called.make_queue(cast, lives, leads)
    calls.make_presence(cast, lives)
