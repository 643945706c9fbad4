"""What a day's calls may take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.models import CallCharge, Dialling
from privacy.actions.contact_policy import change_contact_policy
from privacy.models import ContactPolicy


@dataclass(frozen=True)
class UsedToday:
    """What the calls of `member` (None: of everybody) took today, with what running ones have reserved."""

    member: Membership | None
    calls: int
    minutes: int
    amount: Any


@transaction.atomic
def save_limits(
    policy: ContactPolicy,
    dialling: Dialling,
    *,
    limits: Sequence[str],
    prices: Sequence[str],
    by: Membership,
) -> None:
    """Write the changed `limits` of the rules and `prices` of the dialling; each holds from the next call on."""
    change_contact_policy(policy, fields=limits, by=by)
    if prices:
        dialling.save(update_fields=[*prices])
        audit.record("dialling.changed", by=by, subject=dialling, fields=list(prices))


def used_today() -> list[UsedToday]:
    """Return what today's calls took: of the organisation first, then of each person who called, most calls first."""
    today = timezone.now().astimezone(current_organisation().zone).date()
    charges = CallCharge.objects.filter(day=today).order_by()
    is_call = ~Q(state=CallCharge.State.RELEASED) & Q(is_call=True)
    rows = list(
        charges.values("telecaller").annotate(
            calls=Count("id", filter=is_call), seconds=Sum("seconds"), amount=Sum("amount")
        )
    )
    people = Membership.objects.select_related("user").in_bulk([row["telecaller"] for row in rows if row["telecaller"]])
    each = [
        UsedToday(people[row["telecaller"]], row["calls"], row["seconds"] // 60, row["amount"])
        for row in sorted(rows, key=lambda row: -row["calls"])
        if row["telecaller"]
    ]
    calls, seconds, amount = (sum(row[name] for row in rows) for name in ("calls", "seconds", "amount"))
    return [UsedToday(None, calls, seconds // 60, amount), *each]
