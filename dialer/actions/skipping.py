"""Laying a lead down without calling it: with a reason, where the campaign allows it."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.calls.contact import decide
from dialer.campaigns.modes import may_be_skipped
from dialer.campaigns.queue import in_hand
from dialer.models import Call, Campaign, QueueEntry, Skip
from leads.models import Lead
from teams.visibility import Sight

# A lead that was skipped comes back then.
COMES_BACK = dt.timedelta(minutes=30)


class NotInHand(Exception):
    """The lead is not in the telecaller's hands (any more), or is being called."""


class MayNotSkip(Exception):
    """The campaign wants the lead in hand to be called first. `lead` is that lead."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(str(lead))
        self.lead = lead


@transaction.atomic
def skip_lead(lead: Lead, *, by: Membership, reason: str, note: str = "") -> Skip:
    """Lay down the lead in the hands of `by` for half an hour, and write down why. Raises `NotInHand` and `MayNotSkip`."""
    entry = held_by(by, lead)
    if entry is None or Call.objects.open().filter(lead=lead).exists():
        raise NotInHand
    if not may_be_skipped(entry):
        raise MayNotSkip(lead)
    skip = write_down(entry, by=by, reason=reason, note=note)
    entry.put_off(timezone.now() + COMES_BACK)
    return skip


def held_by(member: Membership, lead: Lead) -> QueueEntry | None:
    """Return the entry of `lead` in the hands of `member`, locked until the transaction ends."""
    held = QueueEntry.objects.select_for_update(of=("self",)).filter(leased_to=member, lead=lead, finished_at=None)
    entry: QueueEntry | None = held.select_related("campaign").first()
    return entry


def left_for(lead: Lead, *, by: Membership) -> QueueEntry | None:
    """Return what `by` would lay down by calling `lead` now, None for nothing.

    Raises `MayNotSkip` when that may not be skipped, unless it may not be called now either.
    """
    held = in_hand(by)
    if held is None or held.lead_id == lead.pk or held.campaign is None:
        return None
    if held.lease_until is not None and held.lease_until <= timezone.now():
        return None
    if not may_be_skipped(held) and decide(held.lead).is_allowed:
        raise MayNotSkip(held.lead)
    return held


def write_down(entry: QueueEntry, *, by: Membership, reason: str, note: str = "") -> Skip:
    """Keep that the lead of `entry` was passed over."""
    skip: Skip = Skip.objects.create(
        lead_id=entry.lead_id, telecaller=by, campaign=entry.campaign, reason=reason, note=note, at=timezone.now()
    )
    audit.record("lead.skipped", by=by, subject=skip, lead=str(entry.lead_id), reason=reason)
    return skip


def skips_by_person(campaign: Campaign, sight: Sight) -> list[tuple[str, int]]:
    """Return who of the people in sight skipped how many leads of the campaign, the most first."""
    skips = Skip.objects.filter(sight.of("telecaller"), campaign=campaign).order_by().values_list("telecaller")
    counted: Sequence[tuple[uuid.UUID, int]] = list(skips.annotate(count=Count("pk")).order_by("-count", "telecaller"))
    names = {row.pk: row.name for row in Membership.objects.of(current_organisation())} if counted else {}
    return [(names.get(who, ""), count) for who, count in counted]
