"""The wish not to be recorded, of two leads that are merged: who merges them loses none."""

import uuid
from typing import Any

from dialer.models import RecordingWish
from jini.lib.lead_merging import Part

Id = uuid.UUID


def take(keep: Id, gone: Id) -> list[str]:
    """Move the wishes of `gone`; one that stands beside another that stands is withdrawn into it."""
    stands = RecordingWish.objects.filter(lead=keep, withdrawn_at=None).exists()
    moved = RecordingWish.objects.select_for_update().filter(lead=gone)
    if stands:
        # The kept lead's own says the same.
        moved = moved.exclude(withdrawn_at=None)
    ids = list(moved.values_list("pk", flat=True))
    RecordingWish.objects.filter(pk__in=ids).update(lead=keep)
    return [str(pk) for pk in ids]


def give_back(keep: Id, gone: Id, taken: list[str], _left: Any) -> None:
    """Move back what was moved."""
    stands = RecordingWish.objects.filter(lead=gone, withdrawn_at=None).exists()
    back = RecordingWish.objects.filter(pk__in=taken, lead=keep)
    if stands:
        back = back.exclude(withdrawn_at=None)
    back.update(lead=gone)


OF_RECORDINGS = Part("recordings", take=take, give_back=give_back)
