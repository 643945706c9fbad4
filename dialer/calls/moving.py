"""Calls and waiting places of two leads that are merged, and of the same two when that is undone."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import current_organisation
from dialer.calls.counters import count_calls
from dialer.campaigns.settling import watch
from dialer.models import Call, IncomingCall, QueueEntry
from jini.lib import lead_watch
from jini.lib.figures import mark_dirty
from jini.lib.lead_merging import Busy, Part

Finished = QueueEntry.Finished
Id = uuid.UUID


def refuse_while_called(lead_ids: Collection[Id]) -> str:
    """Say that a call with one of the leads is to be finished first; empty when there is none."""
    if Call.objects.open().filter(lead__in=lead_ids).exists():
        return _("Finish the call first: one of the two leads is on the line or waits for its outcome.")
    return ""


def take(keep: Id, gone: Id) -> dict[str, Any]:
    """Move every call and every place of `gone`. Of two that wait, one goes on: a lead waits in one place (ADR 6)."""
    calls, entries = _held(keep, gone)
    mine = [call.pk for call in calls if call.lead_id == gone]
    before = [_place(entry) for entry in entries]
    Call.objects.filter(pk__in=mine).update(lead=keep)
    came_in = [str(pk) for pk in IncomingCall.objects.filter(lead=gone).values_list("pk", flat=True)]
    IncomingCall.objects.filter(pk__in=came_in).update(lead=keep)
    _join(keep, gone, entries)
    count_calls([keep, gone])
    _stale_figures(calls)
    return {"calls": [str(pk) for pk in mine], "incoming": came_in, "entries": before}


def left(keep: Id, _gone: Id, taken: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the places that are the kept lead's now."""
    return [_place(entry) for entry in QueueEntry.objects.filter(lead=keep).order_by("pk")]


def give_back(keep: Id, gone: Id, taken: dict[str, Any], was_left: list[dict[str, Any]]) -> None:
    """Move the calls back, and each place that nobody has touched since; a place that the merge began is ended."""
    calls, entries = _held(keep, gone)
    Call.objects.filter(pk__in=taken["calls"], lead=keep).update(lead=gone)
    IncomingCall.objects.filter(pk__in=taken.get("incoming", []), lead=keep).update(lead=gone)
    before = {place["id"]: place for place in taken["entries"]}
    untouched = [entry for entry in entries if _place(entry) in was_left]
    QueueEntry.objects.filter(pk__in=[entry.pk for entry in untouched if str(entry.pk) not in before]).delete()
    known = [entry for entry in untouched if str(entry.pk) in before]
    # What was the other lead's first, so that its place is out of the way of the one that the kept lead had.
    for entry in sorted(known, key=lambda entry: before[str(entry.pk)]["lead"] == str(keep)):
        _put_back(entry, before[str(entry.pk)])
    if len(untouched) < len(entries):
        # The rest waits as the follow-ups say, of which some have gone back.
        for lead in (keep, gone):
            watch(lead, lead_watch.FOLLOW_UPS)
    count_calls([keep, gone])
    _stale_figures(calls)


OF_DIALER = Part("dialer", take=take, left=left, give_back=give_back)


def _held(keep: Id, gone: Id) -> tuple[list[Call], list[QueueEntry]]:
    """Lock calls and places of both, without waiting for somebody who may be waiting for us."""
    both = [keep, gone]
    try:
        with transaction.atomic():
            calls = list(Call.objects.select_for_update(nowait=True, of=("self",)).filter(lead__in=both).order_by("pk"))
            entries = QueueEntry.objects.select_for_update(nowait=True, of=("self",)).filter(lead__in=both)
            return calls, list(entries.order_by("pk"))
    except OperationalError as error:
        raise Busy from error


def _join(keep: Id, gone: Id, entries: list[QueueEntry]) -> None:
    waiting = {entry.lead_id: entry for entry in entries if entry.finished_at is None}
    own, other = waiting.get(keep), waiting.get(gone)
    if own is not None and other is not None:
        # In somebody's hands before the rest, then what is due first by the order of a telecaller's day.
        is_own_first = own.leased_to_id is not None or (own.rank, own.due_at) <= (other.rank, other.due_at)
        first, second = (own, other) if is_own_first else (other, own)
        if first.campaign_id == second.campaign_id:
            first.attempts += second.attempts
        second.finish(Finished.MERGED)
    for entry in entries:
        if entry.lead_id == gone:
            entry.lead_id = keep
            entry.leased_to, entry.lease_until = None, None
    for entry in sorted(entries, key=lambda entry: entry.finished_at is None):
        entry.save(update_fields=["lead", "attempts", "leased_to", "lease_until"])


def _place(entry: QueueEntry) -> dict[str, Any]:
    return entry.place() | {"lead": str(entry.lead_id)}


def _put_back(entry: QueueEntry, place: dict[str, Any]) -> None:
    """Give the place back as it was, but in nobody's hands: whoever held the lead has gone on."""
    lead = uuid.UUID(place["lead"])
    waits = place["finished_at"] is None
    if waits and QueueEntry.objects.filter(lead=lead, finished_at=None).exclude(pk=entry.pk).exists():
        # It began to wait anew since the merge.
        return
    entry.lead_id = lead
    entry.save(update_fields=["lead"])
    entry.put_back(place | {"leased_to_id": None, "lease_until": None})


def _stale_figures(calls: Collection[Call]) -> None:
    """The days of all their calls count differently: how many people were called, and after how many days again."""
    zone = current_organisation().zone
    days: dict[tuple[dt.date, Id], dt.datetime] = {
        (timezone.localtime(call.started_at, zone).date(), call.telecaller_id): call.started_at for call in calls
    }
    for (__, telecaller), moment in days.items():
        mark_dirty(moment, telecaller)
