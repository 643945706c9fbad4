"""Deciding on likely duplicates, and on what makes them likely."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from accounts.tenancy import current_organisation
from accounts.work import schedule
from leads.actions.looking import LOOK, duplicate_settings
from leads.models import DuplicateSettings, LikelyDuplicate

State = LikelyDuplicate.State


@transaction.atomic
def dismiss(pair: LikelyDuplicate, *, by: Membership) -> bool:
    """Say that the two are not the same, once for all; return whether the pair was still open."""
    dismissed = LikelyDuplicate.objects.filter(pk=pair.pk, state=State.OPEN).update(
        state=State.DISMISSED, dismissed_at=timezone.now(), dismissed_by=by
    )
    if dismissed:
        audit.record("duplicate.dismissed", by=by, subject=pair)
    return bool(dismissed)


@transaction.atomic
def reopen(pair: LikelyDuplicate, *, by: Membership) -> None:
    """Take `dismiss` back; a pair that is open or merged stays as it is."""
    reopened = LikelyDuplicate.objects.filter(pk=pair.pk, state=State.DISMISSED).update(
        state=State.OPEN, dismissed_at=None, dismissed_by=None
    )
    if reopened:
        audit.record("duplicate.reopened", by=by, subject=pair)


@transaction.atomic
def save_duplicate_settings(settings: DuplicateSettings, *, fields: Sequence[str], by: Membership) -> None:
    """Save the changed `fields`, and look through all leads again by them."""
    if not fields:
        return
    settings.seen_until = settings.seen_lead = None
    settings.save(update_fields=[*fields, "seen_until", "seen_lead"])
    audit.record("duplicates.changed", by=by, subject=settings, fields=list(fields))
    look_now()


@transaction.atomic
def look_now() -> None:
    """Look at once at what was changed since the last time."""
    duplicate_settings()
    schedule(LOOK, current_organisation().pk)
