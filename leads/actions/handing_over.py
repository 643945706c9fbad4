"""Follow-ups that change hands: taken when they were left lying, given to somebody, and given back."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions.notifying import notify
from accounts.models import AuditEntry, Membership
from jini.lib import lead_busy
from leads.actions.editing import assign, locked
from leads.actions.follow_ups import AlreadyClosed, open_one, place_of, tell
from leads.actions.reminding import owe_reminder
from leads.models import FollowUp
from teams.visibility import sight_of

TAKEN, GIVEN = "follow_up.taken", "follow_up.reassigned"
MOVED = "follow_up.moved"
# The toast with Undo stays twelve seconds, longer under the pointer.
UNDO_WITHIN = dt.timedelta(minutes=2)


class NotOnOffer(Exception):
    """The follow-up is not there to be taken: a colleague was faster, it was done, or it was moved."""


class BeingCalled(Exception):
    """Somebody is on the line with the lead."""


class TooLateToUndo(Exception):
    """The follow-up was changed since, or too long ago."""


@transaction.atomic
def take_follow_up(follow_up: FollowUp, *, by: Membership) -> FollowUp:
    """Let `by` have a follow-up that a colleague left lying, and the lead with it, which they could not call otherwise.

    Of two at once the second one finds it taken. Raises `NotOnOffer` and `BeingCalled`.
    """
    # In the order in which a lead that changes hands locks both.
    locked(follow_up.lead)
    offered = FollowUp.objects.fallen_to(by).select_for_update(of=("self",)).select_related("lead", "assigned_to")
    task: FollowUp | None = offered.filter(pk=follow_up.pk).first()
    if task is None:
        raise NotOnOffer
    if lead_busy.is_busy(task.lead_id):
        raise BeingCalled
    before = task.assigned_to
    _hand(task, by, "taken", by=by)
    _notify([before], TAKEN, task, by=by)
    return task


@transaction.atomic
def reassign_follow_up(follow_up: FollowUp, *, to: Membership, by: Membership) -> FollowUp:
    """Give an open follow-up to `to`, with the lead when they could not see it. Raises `AlreadyClosed`.

    What was promised stays promised: the capacity of an hour binds who promises, not who keeps it for them.
    """
    locked(follow_up.lead)
    task = open_one(follow_up)
    if task.assigned_to_id != to.pk:
        _hand(task, to, "reassigned", by=by)
        _notify([] if to.pk == by.pk else [to], GIVEN, task, by=by)
    return task


@transaction.atomic
def reassign_all(follow_ups: Iterable[FollowUp], *, to: Membership, by: Membership) -> int:
    """Give several follow-ups to `to`; return how many changed hands. What was closed meanwhile is left out."""
    count = 0
    # In one order, so that two who do this at once wait for each other.
    for follow_up in sorted(follow_ups, key=lambda row: (str(row.lead_id), str(row.pk))):
        try:
            with transaction.atomic():
                before = follow_up.assigned_to_id
                count += reassign_follow_up(follow_up, to=to, by=by).assigned_to_id != before
        except AlreadyClosed:
            continue
    return count


@transaction.atomic
def take_back(follow_up: FollowUp, *, by: Membership) -> FollowUp:
    """Undo what `by` did last to the follow-up: give it the time and the person that it had. Raises `TooLateToUndo`."""
    locked(follow_up.lead)
    try:
        task = open_one(follow_up)
    except AlreadyClosed as closed:
        raise TooLateToUndo from closed
    before = _before(task, by=by)
    people = {str(row.pk): row for row in Membership.objects.active().of(by.organisation)}
    if before is None or before["assigned_to"] not in people:
        raise TooLateToUndo
    owner = people.get(before["owner"])
    if str(task.lead.assigned_to_id or "") != before["owner"] and (owner or not before["owner"]):
        task.lead = assign(task.lead, owner, by=by)
    task.due_at = dt.datetime.fromisoformat(before["due_at"])
    task.save(update_fields=["due_at"])
    _put(task, people[before["assigned_to"]])
    tell(task, "returned", by=by)
    return task


def may_take_back(follow_up: FollowUp, *, by: Membership) -> bool:
    """Whether the last change of the follow-up was made by `by`, just now."""
    return _before(follow_up, by=by) is not None


def _before(task: FollowUp, *, by: Membership) -> dict[str, str] | None:
    """Where the follow-up was before its last change, when that was one of `by` that can be taken back."""
    lines = AuditEntry.objects.filter(subject_id=task.pk, verb__startswith="follow_up.", at__gte=_undo_since())
    line = lines.order_by("-at", "-id").first()
    if line is None or line.verb not in {MOVED, GIVEN, TAKEN} or line.actor_id != by.pk:
        return None
    before: dict[str, str] = line.details["before"]
    return before


def _undo_since() -> dt.datetime:
    return timezone.now() - UNDO_WITHIN


def _hand(task: FollowUp, to: Membership, event: str, *, by: Membership) -> None:
    before = place_of(task)
    if not sight_of(to).covers(task.lead.assigned_to_id):
        task.lead = assign(task.lead, to, by=by)
    _put(task, to)
    tell(task, event, by=by, before=before)


def _put(task: FollowUp, to: Membership) -> None:
    task.assigned_to, task.assigned_at = to, timezone.now()
    task.save(update_fields=["assigned_to", "assigned_at"])
    owe_reminder(task)


def _notify(people: list[Membership], kind: str, task: FollowUp, *, by: Membership) -> None:
    details = {"follow_up": str(task.pk), "due_at": task.due_at.isoformat(), "by": str(by.pk)}
    sees = all(sight_of(person).covers(task.lead.assigned_to_id) for person in people)
    url = task.lead.get_absolute_url() if sees else reverse("leads:follow_ups")
    notify(people, kind, url=url, details=details)
