"""Setting up the steps of the pipeline."""

from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from leads.models import Status


@transaction.atomic
def save_status(status: Status, *, fields: Sequence[str], by: Membership) -> None:
    """Save a new or changed status; when new leads start in it, they start in no other one."""
    if status.is_initial:
        Status.objects.filter(is_initial=True).exclude(pk=status.pk).update(is_initial=False)
    status.save()
    audit.record("status.changed", by=by, subject=status, fields=list(fields))
