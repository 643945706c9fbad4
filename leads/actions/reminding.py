"""Reminding who has a follow-up to do: some minutes before it is due, and when it is overdue."""

import datetime as dt
import uuid

from django.urls import reverse
from django.utils import timezone

from accounts.actions.reminding import choice_of, remind
from accounts.models import Organisation, ReminderChoice
from accounts.tenancy import acting_for
from accounts.work import schedule
from leads.models import FollowUp
from teams.visibility import sight_of

REMIND = "leads.remind"
SOON, OVERDUE = "follow_up.soon", "follow_up.overdue"
LONGEST = dt.timedelta(minutes=ReminderChoice.LONGEST)
# Who dials in time is not told that they are late.
OVERDUE_AFTER = dt.timedelta(minutes=5)
# What was due longer ago, because no worker ran, is no news.
STALE = dt.timedelta(days=1)


def owe_reminder(task: FollowUp) -> None:
    """Owe the reminders of an open follow-up; asked again after a change, they follow it."""
    schedule(REMIND, task.pk, due_at=task.due_at - LONGEST)


def remind_of(organisation: Organisation, follow_up_id: uuid.UUID) -> dt.datetime | None:
    """Send the reminder that is due of a follow-up; return when the next one is, None when there is none."""
    with acting_for(organisation):
        open_ones = FollowUp.objects.open().select_related("assigned_to__user", "assigned_to__organisation", "lead")
        task = open_ones.filter(pk=follow_up_id).first()
        if task is None or task.assigned_to.deactivated_at is not None:
            return None
        now = timezone.now()
        soon = task.due_at - dt.timedelta(minutes=choice_of(task.assigned_to).minutes_before)
        overdue = task.due_at + OVERDUE_AFTER
        if now < soon:
            return soon
        if now < overdue:
            _remind(task, SOON)
            return overdue
        if now < overdue + STALE:
            _remind(task, OVERDUE)
        return None


def _remind(task: FollowUp, kind: str) -> None:
    sees_lead = sight_of(task.assigned_to).covers(task.lead.assigned_to_id)
    remind(
        task.assigned_to,
        kind,
        url=task.lead.get_absolute_url() if sees_lead else reverse("leads:follow_ups"),
        details={"follow_up": str(task.pk), "due_at": task.due_at.isoformat()},
        once=f"{kind}:{task.pk}:{task.due_at.isoformat()}",
    )
