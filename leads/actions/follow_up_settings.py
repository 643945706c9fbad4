"""Agreeing on how follow-ups are handled."""

from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from leads.models import FollowUpSettings


@transaction.atomic
def save_settings(settings: FollowUpSettings, *, fields: Sequence[str], by: Membership) -> FollowUpSettings:
    """Save the changed `fields`, in the one row that the organisation has."""
    values = {name: getattr(settings, name) for name in fields}
    saved: FollowUpSettings = FollowUpSettings.objects.update_or_create(organisation=by.organisation, defaults=values)[
        0
    ]
    if fields:
        audit.record("follow_up_settings.changed", by=by, subject=saved, fields=list(fields))
    return saved
