"""Follow-ups: planned, moved, done or cancelled, each with a line on the lead's timeline."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from jini.lib import lead_watch
from leads.actions.capacity import hold_slot
from leads.actions.editing import write
from leads.actions.reminding import owe_reminder
from leads.models import Activity, FollowUp, Lead

# A form that is sent some seconds after it was shown still means what it said.
GRACE = dt.timedelta(minutes=1)


class DueInThePast(Exception):
    """A follow-up was planned for a time that is over."""


class AlreadyClosed(Exception):
    """The follow-up was done or cancelled before, by this person or another."""


@transaction.atomic
def plan_follow_up(  # noqa: PLR0913 -- each of them is a choice of who plans
    lead: Lead,
    *,
    by: Membership | None,
    due_at: dt.datetime,
    kind: str = FollowUp.Kind.TASK,
    note: str = "",
    assigned_to: Membership | None = None,
    open_to: str = FollowUp.OpenTo.ANYONE,
) -> FollowUp:
    """Plan a follow-up, or a callback that was promised, for `assigned_to`, else the lead's owner, else `by`.

    Without `by` nobody planned it, and it says whose it is by `assigned_to` or the owner.
    Raises `DueInThePast` when `due_at` is over, and `HourIsFull` when no callback can be promised for that hour.
    """
    _refuse_the_past(due_at)
    person = assigned_to or lead.assigned_to or by
    if person is None:
        raise ValueError("a follow-up is somebody's")
    if kind == FollowUp.Kind.CALLBACK:
        hold_slot(person, due_at)
    task: FollowUp = FollowUp.objects.create(
        lead=lead,
        assigned_to=person,
        open_to=open_to,
        kind=kind,
        due_at=due_at,
        note=note,
        created_by=by,
    )
    owe_reminder(task)
    tell(task, "created", by=by)
    return task


@transaction.atomic
def move_follow_up(follow_up: FollowUp, *, by: Membership, due_at: dt.datetime) -> FollowUp:
    """Give an open follow-up another time. Raises `DueInThePast`, `AlreadyClosed`, and `HourIsFull` of a callback."""
    _refuse_the_past(due_at)
    task = open_one(follow_up)
    if task.kind == FollowUp.Kind.CALLBACK:
        hold_slot(task.assigned_to, due_at, but=task)
    before = place_of(task)
    task.due_at = due_at
    task.save(update_fields=["due_at"])
    owe_reminder(task)
    tell(task, "moved", by=by, before=before)
    return task


@transaction.atomic
def finish_follow_up(follow_up: FollowUp, *, by: Membership) -> FollowUp:
    """Mark an open follow-up as done. Raises `AlreadyClosed`, so that a double click counts once."""
    task = open_one(follow_up)
    task.done_at, task.done_by = timezone.now(), by
    task.save(update_fields=["done_at", "done_by"])
    tell(task, "done", by=by)
    return task


@transaction.atomic
def cancel_follow_up(follow_up: FollowUp, *, by: Membership | None) -> FollowUp:
    """Cancel an open follow-up. Raises `AlreadyClosed`."""
    task = open_one(follow_up)
    task.cancelled_at = timezone.now()
    task.save(update_fields=["cancelled_at"])
    tell(task, "cancelled", by=by)
    return task


@transaction.atomic
def reopen_follow_up(follow_up: FollowUp, *, by: Membership) -> FollowUp:
    """Undo `finish_follow_up` or `cancel_follow_up`; an open one stays as it is."""
    task = _locked(follow_up)
    if task.done_at or task.cancelled_at:
        task.done_at = task.done_by = task.cancelled_at = None
        task.save(update_fields=["done_at", "done_by", "cancelled_at"])
        owe_reminder(task)
        tell(task, "reopened", by=by)
    return task


def _refuse_the_past(due_at: dt.datetime) -> None:
    if due_at < timezone.now() - GRACE:
        raise DueInThePast


def _locked(follow_up: FollowUp) -> FollowUp:
    task: FollowUp = (
        FollowUp.objects.select_for_update(of=("self",)).select_related("lead", "assigned_to").get(pk=follow_up.pk)
    )
    return task


def open_one(follow_up: FollowUp) -> FollowUp:
    """Return the follow-up, locked until the transaction ends; raise `AlreadyClosed` when it is not open."""
    task = _locked(follow_up)
    if task.done_at or task.cancelled_at:
        raise AlreadyClosed
    return task


def place_of(task: FollowUp) -> dict[str, str]:
    """Return when it is due and whose it is, as JSON holds it, so that a move can be taken back."""
    owner = task.lead.assigned_to_id
    return {
        "due_at": task.due_at.isoformat(),
        "assigned_to": str(task.assigned_to_id),
        "owner": str(owner) if owner else "",
    }


def tell(task: FollowUp, event: str, *, by: Membership | None, **more: Any) -> None:
    """Write what was done to a follow-up on the timeline and into the audit log, and let others know."""
    write(
        task.lead,
        Activity.Kind.FOLLOW_UP,
        by=by,
        text=task.note,
        details={"follow_up": str(task.pk), "due_at": task.due_at.isoformat(), "event": event},
    )
    audit.record(f"follow_up.{event}", by=by, subject=task, lead=str(task.lead_id), **more)
    lead_watch.changed(task.lead_id, lead_watch.FOLLOW_UPS)
