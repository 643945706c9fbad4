"""Wrap-up: the outcome of a call with everything that follows from it, and taking it back."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, Membership
from dialer.calls.counters import count_calls, write_lines
from dialer.calls.line import one_line_at_a_time, owe_closing
from dialer.campaigns.queue import lay_down
from dialer.campaigns.settling import settle, waiting_of
from dialer.incoming.callers import is_busy
from dialer.models import Call, DialerSettings, Disposition, QueueEntry
from jini.lib.figures import mark_dirty
from jini.lib.words import duration
from leads.actions.editing import change_status
from leads.actions.follow_ups import cancel_follow_up, finish_follow_up, plan_follow_up, reopen_follow_up
from leads.actions.statuses import reason_unasked
from leads.models import FollowUp, Lead, Status, StatusReason
from privacy.actions.do_not_call import bar
from privacy.models import DoNotCall
from teams.actions.presence import presence_of, set_presence
from teams.models import Presence

# The toast with Undo stays twelve seconds, longer under the pointer.
UNDO_WITHIN = dt.timedelta(seconds=30)
WRAPPED_UP = "call.wrapped_up"
OUTCOME_CHANGED = "call.outcome_changed"
# A call so long before a follow-up is the follow-up.
EARLY = dt.timedelta(minutes=15)


class NotEnded(Exception):
    """The line is still open: an outcome is chosen after the call."""


class AlreadySaved(Exception):
    """The outcome was saved before, in another tab or by a second click. `call` is the call as it stands."""

    def __init__(self, call: Call) -> None:
        super().__init__(str(call))
        self.call = call


class TalkDoesNotFit(Exception):
    """The outcome may not be chosen for a call of this length; the text says so to the telecaller."""


class FollowUpMissing(Exception):
    """The outcome is saved with a time for the next call only."""


class TooLateToUndo(Exception):
    """The time to take an outcome back is over, or it was taken back already."""


class OnAnotherCall(Exception):
    """The telecaller has begun the next call, so the last one cannot be opened again."""


@transaction.atomic
def save_disposition(
    call: Call,
    disposition: Disposition,
    *,
    by: Membership,
    follow_up_at: dt.datetime | None = None,
    note: str = "",
    is_only_theirs: bool = False,
) -> Call:
    """Wrap `call` up with `disposition`, and let follow what that means for the lead, its follow-ups and the queue.

    `follow_up_at` plans a follow-up; one that the person asked for with "Call back" counts as promised, and with
    `is_only_theirs` nobody else may take it when it is late. Raises `NotEnded`, `AlreadySaved`, `TalkDoesNotFit`,
    `FollowUpMissing`, and `DueInThePast` and `HourIsFull` of the follow-ups.
    """
    call = (
        Call.objects.select_for_update(of=("self",))
        .select_related("lead__assigned_to", "telecaller", "disposition")
        .get(pk=call.pk)
    )
    if call.closed_at is not None:
        raise AlreadySaved(call)
    if call.ended_at is None:
        raise NotEnded
    refuse_unfitting(call, disposition)
    if follow_up_at is None and needs_time(disposition):
        raise FollowUpMissing
    before = _before(call)
    now = timezone.now()
    call.disposition, call.note, call.closed_at = disposition, note, now
    call.wrap_up_seconds = max(0, round((now - call.ended_at).total_seconds()))
    call.save(update_fields=["disposition", "note", "closed_at", "wrap_up_seconds"])
    before["finished"] = _finish_what_was_due(call, disposition, by=by)
    open_to = FollowUp.OpenTo.OWN if is_only_theirs else FollowUp.OpenTo.ANYONE
    if follow_up_at is not None:
        before["planned"] = str(_plan(call, disposition, follow_up_at, by=by, open_to=open_to).pk)
    entry = settle(call)
    before["new_entry"] = str(entry.pk) if entry and not before["entry"] else None
    move_lead(call.lead, disposition, by=by)
    bring_up_to_date(call)
    before["barred"] = bar_numbers(call, by=by) if disposition.is_do_not_call else []
    _free(call.telecaller, at=now)
    audit.record(WRAPPED_UP, by=by, subject=call, disposition=str(disposition.pk), before=before)
    return call


@transaction.atomic
def undo_disposition(call: Call, *, by: Membership) -> Call:
    """Open the wrap-up of `call` again, and take back what followed from its outcome.

    What the telecaller was handed meanwhile goes back to the queue. Raises `TooLateToUndo` and `OnAnotherCall`.
    """
    call = (
        Call.objects.select_for_update(of=("self",)).select_related("lead__assigned_to", "telecaller").get(pk=call.pk)
    )
    before = _kept(call)
    one_line_at_a_time(call.telecaller)
    if is_busy(call.telecaller):
        raise OnAnotherCall
    call.disposition, call.closed_at, call.wrap_up_seconds = None, None, None
    call.save(update_fields=["disposition", "closed_at", "wrap_up_seconds"])
    _move_back(call.lead, before, by=by)
    for follow_up in FollowUp.objects.open().filter(pk=before.get("planned")):
        cancel_follow_up(follow_up, by=by)
    for follow_up in FollowUp.objects.filter(pk__in=before["finished"]):
        reopen_follow_up(follow_up, by=by)
    DoNotCall.objects.standing().filter(pk__in=before["barred"]).update(lifted_at=timezone.now(), lifted_by=by)
    lay_down(call.telecaller)
    _restore(call, before)
    bring_up_to_date(call)
    set_presence(call.telecaller, Presence.State.WRAP_UP)
    owe_closing(call)
    audit.record("call.wrap_up_undone", by=by, subject=call)
    return call


def needs_time(disposition: Disposition) -> bool:
    """Whether the outcome is saved with a time for the next call only, as it says itself or the settings say."""
    if not disposition.asks_when(not_connected_too=True):
        return False
    return disposition.asks_when(not_connected_too=DialerSettings.objects.get().not_connected_needs_follow_up)


def refuse_unfitting(call: Call, disposition: Disposition) -> None:
    """Raise `TalkDoesNotFit` when the call was too short or too long for the outcome.

    Nothing is known of the talk on an own phone, so there everything fits.
    """
    if call.mode == Call.Mode.OWN_PHONE:
        return
    talk = call.talk_seconds or 0
    least, most = disposition.minimum_talk_seconds, disposition.maximum_talk_seconds
    if least is not None and talk < least:
        raise TalkDoesNotFit(
            _("“%(outcome)s” needs at least %(least)s of talk; on this call it was %(talk)s.")
            % {"outcome": disposition.label, "least": duration(least), "talk": duration(talk)}
        )
    if most is not None and talk > most:
        raise TalkDoesNotFit(
            _("“%(outcome)s” does not fit %(talk)s of talk; it may be chosen up to %(most)s.")
            % {"outcome": disposition.label, "most": duration(most), "talk": duration(talk)}
        )


def bar_numbers(call: Call, *, by: Membership) -> list[str]:
    """Put every number of the person on do not call; return the ids of the rows that are new."""
    numbers = {call.phone, call.lead.phone, *call.lead.phones.values_list("phone", flat=True)}
    fresh = bar(numbers, source=DoNotCall.Source.CALL, by=by)
    return [str(pk) for pk in DoNotCall.objects.standing().filter(phone__in=fresh).values_list("pk", flat=True)]


def bring_up_to_date(call: Call) -> None:
    """Let counters, timeline and figures follow the outcome of the call."""
    count_calls([call.lead_id])
    write_lines([call])
    mark_dirty(call.started_at, call.telecaller_id)


def _before(call: Call) -> dict[str, Any]:
    """What undoing needs: ids, times and numbers of the lead's place before the outcome was saved."""
    entry = waiting_of(call.lead_id)
    reason = call.lead.lost_reason_id
    return {
        "status": str(call.lead.status_id),
        "reason": str(reason) if reason else None,
        "entry": entry.place() if entry else None,
    }


def _kept(call: Call) -> dict[str, Any]:
    """Return what `_before` and the saving wrote down; raise `TooLateToUndo` when that is too long ago, or gone."""
    since = timezone.now() - UNDO_WITHIN
    if call.closed_at is None or call.closed_at < since:
        raise TooLateToUndo
    verbs = [WRAPPED_UP, OUTCOME_CHANGED]
    lines = AuditEntry.objects.filter(verb__in=verbs, subject_id=call.pk, at__gte=since - UNDO_WITHIN)
    line = lines.order_by("-at", "-id").first()
    # An outcome that was corrected since is not the one that this would take back.
    if line is None or line.verb != WRAPPED_UP:
        raise TooLateToUndo
    before: dict[str, Any] = line.details["before"]
    return before


def _finish_what_was_due(call: Call, disposition: Disposition, *, by: Membership) -> list[str]:
    """Finish the follow-ups that this call was: those that were due, and after a talk all of the lead's."""
    follow_ups = FollowUp.objects.open().filter(lead=call.lead)
    is_over = disposition.is_customer_contact or disposition.is_do_not_call or disposition.is_unworkable
    if not is_over:
        # A missed call is called back with any call, also before its time.
        is_due = Q(due_at__lte=timezone.now() + EARLY) | Q(kind=FollowUp.Kind.MISSED)
        follow_ups = follow_ups.filter(is_due)
    return [str(finish_follow_up(follow_up, by=by).pk) for follow_up in follow_ups]


def _plan(call: Call, disposition: Disposition, due_at: dt.datetime, *, by: Membership, open_to: str) -> FollowUp:
    """Plan the follow-up; what was agreed with the person, and not only meant, is a callback."""
    is_promised = disposition.is_customer_contact and not disposition.is_converted
    kind = FollowUp.Kind.CALLBACK if is_promised else FollowUp.Kind.TASK
    return plan_follow_up(
        call.lead,
        by=by,
        due_at=due_at,
        kind=kind,
        note=call.note[:200],
        assigned_to=_whose(call),
        open_to=open_to,
    )


def _whose(call: Call) -> Membership:
    """Return who is to do what was agreed: the telecaller; of a call that came in for a colleague, its owner."""
    owner = call.lead.assigned_to
    is_theirs = call.direction == Call.Direction.OUTGOING or owner is None or owner.deactivated_at is not None
    return call.telecaller if is_theirs or owner is None else owner


def _move_back(lead: Lead, before: dict[str, Any], *, by: Membership) -> None:
    status = Status.objects.get(pk=before["status"])
    if lead.status_id != status.pk:
        reason = StatusReason.objects.filter(pk=before.get("reason")).first()
        change_status(lead, status, by=by, reason=reason_unasked(status, reason))


def move_lead(lead: Lead, disposition: Disposition, *, by: Membership) -> None:
    """Put the lead where the outcome says; a reason that is asked there is the outcome's own, else the fallback.

    A lead that is in that status already keeps the reason somebody gave it.
    """
    status = disposition.next_status
    if status is not None and lead.status_id != status.pk:
        change_status(lead, status, by=by, reason=reason_unasked(status, disposition.reason))


def _free(telecaller: Membership, *, at: dt.datetime) -> None:
    """The telecaller is free again; who chose a break during the wrap-up, or to go, is there no more."""
    now = presence_of(telecaller)
    if now is None or now.state not in {Presence.State.PAUSE, Presence.State.OFFLINE}:
        set_presence(telecaller, Presence.State.AVAILABLE, at=at)


def _restore(call: Call, before: dict[str, Any]) -> None:
    """Put the lead's place back as it was; a place that the outcome made goes."""
    if before["new_entry"]:
        QueueEntry.objects.filter(pk=before["new_entry"]).delete()
    if place := before["entry"]:
        entry_id = uuid.UUID(place["id"])
        # Reopening follow-ups may have begun another waiting place; the old one is the right one.
        QueueEntry.objects.filter(lead=call.lead, finished_at=None).exclude(pk=entry_id).delete()
        QueueEntry.objects.get(pk=entry_id).put_back(place)
