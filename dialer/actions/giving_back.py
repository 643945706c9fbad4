"""What a telecaller who leaves for good still held: leads on their screen, leads kept for them, their phones."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from dialer.models import Call, CallingChoice, Device, PairingCode, QueueEntry, Softphone


def is_on_a_call(member: Membership) -> bool:
    """Whether `member` is on a call, or owes its outcome."""
    return bool(Call.objects.filter(telecaller=member, closed_at=None).exists())


@transaction.atomic
def give_back(member: Membership, most: int) -> dict[str, int]:
    """Free at most `most` places in queues that `member` holds, and let no phone or browser of theirs in any more."""
    waiting = QueueEntry.objects.filter(finished_at=None)
    held = list(waiting.filter(leased_to=member).order_by("pk").values_list("pk", flat=True)[:most])
    freed = waiting.filter(pk__in=held, leased_to=member).update(leased_to=None, lease_until=None)
    kept = list(waiting.filter(reserved_for=member).order_by("pk").values_list("pk", flat=True)[:most])
    freed += waiting.filter(pk__in=kept, reserved_for=member).update(reserved_for=None, kept_until=None)
    devices = Device.objects.filter(member=member, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=member)
    # What somebody calls their phone may name them.
    Device.objects.filter(member=member).update(name="")
    for mine in (PairingCode, CallingChoice, Softphone):
        mine.objects.filter(member=member).delete()
    return {"waiting": freed, "devices": devices}
