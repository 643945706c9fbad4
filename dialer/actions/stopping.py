"""The switch that stops all calls of an organisation at once, and lets them go again."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from dialer.actions.calling import hang_up
from dialer.calls.charges import lock_means
from dialer.models import Call, Dialling


@transaction.atomic
def stop_dialling(*, reason: str, by: Membership, ends_calls: bool) -> Dialling:
    """Accept no call from now on and dial none that was accepted; with `ends_calls` end those under way, too.

    Whoever stopped first, and why, stands; asked again, it may still end calls.
    """
    dialling = lock_means()
    if dialling.stopped_at is None:
        dialling.stopped_at, dialling.stopped_by, dialling.stop_reason = timezone.now(), by, reason
        dialling.save(update_fields=["stopped_at", "stopped_by", "stop_reason"])
    live = list(Call.objects.filter(ended_at=None).order_by("pk")) if ends_calls else []
    audit.record("dialling.stopped", by=by, subject=dialling, ended=len(live))
    for call in live:
        hang_up(call, by=by)
    return dialling


@transaction.atomic
def resume_dialling(*, by: Membership) -> None:
    """Let calls go again, unless they do."""
    dialling = lock_means()
    if dialling.stopped_at is None:
        return
    dialling.stopped_at, dialling.stopped_by, dialling.stop_reason = None, None, ""
    dialling.save(update_fields=["stopped_at", "stopped_by", "stop_reason"])
    audit.record("dialling.resumed", by=by, subject=dialling)
