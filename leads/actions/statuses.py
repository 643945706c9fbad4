"""Setting up the steps of the pipeline, and the reasons that some of them ask for."""

from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from jini.lib import ordering
from leads.models import Status, StatusReason


@transaction.atomic
def save_status(status: Status, *, fields: Sequence[str], by: Membership) -> None:
    """Save a new or changed status; when new leads start in it, they start in no other one."""
    if status.is_initial:
        Status.objects.filter(is_initial=True).exclude(pk=status.pk).update(is_initial=False)
    status.save()
    audit.record("status.changed", by=by, subject=status, fields=list(fields))


@transaction.atomic
def save_reason(reason: StatusReason, *, fields: Sequence[str], by: Membership) -> None:
    """Save a new or changed reason; when it is the fallback, no other one is."""
    if reason.is_fallback:
        StatusReason.objects.filter(is_fallback=True).exclude(pk=reason.pk).update(is_fallback=False)
    reason.save()
    audit.record("reason.changed", by=by, subject=reason, fields=list(fields))


@transaction.atomic
def shift(row: Status | StatusReason, *, earlier: bool, by: Membership) -> None:
    """Let `row` change places with the one before it, or after it; at the end of the order it stays."""
    if ordering.shift(row, earlier=earlier):
        verb = "status.moved" if isinstance(row, Status) else "reason.moved"
        audit.record(verb, by=by, subject=row, earlier=earlier)


def reason_unasked(status: Status, wanted: StatusReason | None = None) -> StatusReason | None:
    """Return why a lead goes to `status` where nobody is asked: `wanted`, else the fallback; None if it asks for none."""
    if not status.requires_reason:
        return None
    return wanted or StatusReason.objects.get(is_fallback=True)
