"""Letting leads go that are to be removed: those nobody called and nobody holds."""

import uuid
from collections.abc import Collection

from dialer.models import Call, CountedLead, IncomingCall, QueueEntry, RecordingWish, Skip
from jini.lib.ids import one_of


def release(lead_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Take the leads out of the queue; return those that stay: called, tried, or in somebody's hands.

    A place that is being handed out in this moment is somebody's: it is not waited for, since they may wait for us.
    """
    places = QueueEntry.objects.filter(one_of("lead", lead_ids))
    idle = places.filter(attempts=0, leased_to=None).select_for_update(skip_locked=True, of=("self",))
    free = dict(idle.values_list("pk", "lead"))
    kept = set(Call.objects.filter(one_of("lead", lead_ids)).values_list("lead", flat=True))
    kept |= {lead for pk, lead in places.values_list("pk", "lead") if pk not in free}
    kept |= set(IncomingCall.objects.filter(one_of("lead", lead_ids)).values_list("lead", flat=True))
    Skip.objects.filter(one_of("lead", set(lead_ids) - kept)).delete()
    CountedLead.objects.filter(one_of("lead", set(lead_ids) - kept)).delete()
    RecordingWish.objects.filter(one_of("lead", set(lead_ids) - kept)).delete()
    QueueEntry.objects.filter(one_of("pk", (pk for pk, lead in free.items() if lead not in kept))).delete()
    return kept
