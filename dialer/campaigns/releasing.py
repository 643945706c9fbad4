"""Letting leads go that are to be removed: those nobody called and nobody holds."""

import uuid
from collections.abc import Collection

from dialer.models import Call, QueueEntry


def release(lead_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Take the leads out of the queue; return those that stay: called, tried, or in somebody's hands."""
    tried = QueueEntry.objects.filter(lead__in=lead_ids).exclude(attempts=0, leased_to=None)
    kept = set(Call.objects.filter(lead__in=lead_ids).values_list("lead", flat=True))
    kept |= set(tried.values_list("lead", flat=True))
    QueueEntry.objects.filter(lead__in=set(lead_ids) - kept).delete()
    return kept
