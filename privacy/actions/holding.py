"""Placing legal holds and lifting them."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from privacy.holds import wait_for_holds
from privacy.models import LegalHold


@dataclass(frozen=True)
class Kept:
    """What a hold keeps; see `LegalHold`."""

    scope: str
    lead_id: uuid.UUID | None = None
    member: Membership | None = None
    rule: str = ""
    records_from: dt.date | None = None
    records_until: dt.date | None = None


@transaction.atomic
def place_hold(kept: Kept, *, reason: str, until: dt.datetime | None, by: Membership) -> LegalHold:
    """Keep what is named until the hold is lifted or `until`. From the commit on nothing of it is deleted."""
    wait_for_holds(alone=True)
    hold: LegalHold = LegalHold.objects.create(**vars(kept), reason=reason, until=until, placed_by=by)
    audit.record("hold.placed", by=by, subject=hold, scope=kept.scope, rule=kept.rule)
    return hold


@transaction.atomic
def lift_hold(hold: LegalHold, *, by: Membership) -> None:
    """End the hold; what is due goes in the next night. The second press finds nothing to do."""
    if LegalHold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=timezone.now(), lifted_by=by):
        audit.record("hold.lifted", by=by, subject=hold)
