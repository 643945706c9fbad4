"""Agreeing on how calls are made: for the organisation, and for one campaign."""

from collections.abc import Collection, Sequence

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from dialer.models import Campaign, DialerSettings, Disposition, LeftOut


@transaction.atomic
def save_settings(settings: DialerSettings, *, fields: Sequence[str], by: Membership) -> None:
    """Save the changed `fields` of the organisation's settings."""
    if fields:
        settings.save(update_fields=list(fields))
        audit.record("dialer_settings.changed", by=by, subject=settings, fields=list(fields))


@transaction.atomic
def set_calling(
    campaign: Campaign, *, fields: Sequence[str], left_out: Collection[Disposition], by: Membership
) -> None:
    """Save the changed `fields` of how a campaign is called, of which "offered" stands for the outcomes `left_out`."""
    own = [name for name in fields if name != "offered"]
    if own:
        campaign.save(update_fields=own)
    if "offered" in fields:
        LeftOut.objects.filter(campaign=campaign).exclude(disposition__in=left_out).delete()
        there = set(LeftOut.objects.filter(campaign=campaign).values_list("disposition_id", flat=True))
        LeftOut.objects.bulk_create(
            LeftOut(campaign=campaign, disposition=outcome) for outcome in left_out if outcome.pk not in there
        )
    if fields:
        audit.record("campaign.calling_changed", by=by, subject=campaign, fields=list(fields))
