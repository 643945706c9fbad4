"""Days of calls for tests. Call inside the scope of an organisation."""

import datetime as dt
import random
import zoneinfo
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from dialer.models import Call, Campaign, Disposition
from dialer.tests.factories import make_call
from leads.models import Lead, Status
from leads.tests.factories import make_lead

KOLKATA = zoneinfo.ZoneInfo("Asia/Kolkata")


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of `day` in the zone of the tests' organisation."""
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=KOLKATA)


def days_ago(number: int) -> dt.date:
    return timezone.now().astimezone(KOLKATA).date() - dt.timedelta(days=number)


def make_unsuccessful(lead: Lead, telecaller: Membership, status: str, **fields: Any) -> Call:
    """A call of which the lead's line was never tried."""
    return make_call(lead, telecaller, status=status, ring_seconds=None, disposition="", **fields)


def scatter(
    seed: int, people: Sequence[Membership], campaigns: Sequence[Campaign | None], *, calls: int = 60, days: int = 20
) -> None:
    """Make leads, calls and conversions at random over the last `days` days, of every kind that counts differently."""
    chance = random.Random(seed)
    outcomes = [*Disposition.objects.all(), None]
    won = Status.objects.get(kind=Status.Kind.WON)
    leads = [
        make_lead(
            assigned_to=chance.choice([*people, None]),
            created_at=at(days_ago(chance.randrange(days)), chance.randrange(24)),
            source=chance.choice(["", "Website", "Expo"]),
        )
        for __ in range(max(calls // 3, 1))
    ]
    for lead in chance.sample(leads, len(leads) // 3):
        lead.status, lead.won_at = won, at(days_ago(chance.randrange(days)), chance.randrange(24))
        lead.save()
    for __ in range(calls):
        outcome = chance.choice(outcomes)
        answered = chance.random() < 0.5
        tried = chance.random() < 0.9
        make_call(
            chance.choice(leads),
            chance.choice(people),
            talk=chance.randrange(1, 300) if answered and tried else None,
            started_at=at(days_ago(chance.randrange(days)), chance.randrange(24), chance.randrange(60)),
            campaign=chance.choice(campaigns),
            direction=chance.choice([Call.Direction.OUTGOING] * 9 + [Call.Direction.INCOMING]),
            mode=chance.choice(Call.Mode.values),
            **(
                {}
                if tried
                else {"status": chance.choice([Call.Status.FAILED, Call.Status.CANCELED, Call.Status.INTENT])}
            ),
            **({"customer_leg": "CA1"} if chance.random() < 0.3 else {}),
        )
        if outcome is not None:
            call = Call.objects.latest("id")
            call.disposition = outcome
            call.save()
