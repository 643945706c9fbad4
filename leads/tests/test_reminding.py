"""Reminders of follow-ups: before they are due, and when they are overdue."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions.notifying import unseen_count
from accounts.actions.reminding import choice_of, save_choice
from accounts.models import DueTask, Notification
from accounts.tenancy import acting_for
from jini.lib.work import handler_of
from leads.actions.follow_ups import (
    cancel_follow_up,
    finish_follow_up,
    move_follow_up,
    plan_follow_up,
    reopen_follow_up,
)
from leads.actions.reminding import OVERDUE, OVERDUE_AFTER, REMIND, SOON, remind_of
from leads.models import FollowUp
from leads.tests.factories import make_follow_up, make_lead

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(assigned_to=telecaller, name="Kavita Rao")


def task_in(lead, member, minutes):
    return make_follow_up(lead, member, due_at=timezone.now() + minutes * MINUTE)


def kinds():
    return list(Notification.objects.order_by("created_at", "id").values_list("kind", flat=True))


def test_planning_owes_a_reminder_from_half_an_hour_before(scope, lead, telecaller):
    due = timezone.now() + 60 * MINUTE

    task = plan_follow_up(lead, by=telecaller, due_at=due)

    owed = DueTask.objects.get(task=REMIND)
    assert (owed.subject_id, owed.due_at) == (task.pk, due - 30 * MINUTE)


def test_it_comes_ten_minutes_before_and_again_when_it_is_overdue(organisation, scope, lead, telecaller):
    task = task_in(lead, telecaller, 20)
    assert remind_of(organisation, task.pk) == task.due_at - 10 * MINUTE
    assert kinds() == []

    task.due_at = timezone.now() + 9 * MINUTE
    task.save()
    assert handler_of(REMIND).run(organisation, task.pk) == task.due_at + OVERDUE_AFTER
    assert kinds() == [SOON]

    FollowUp.objects.update(due_at=timezone.now() - OVERDUE_AFTER)
    assert remind_of(organisation, task.pk) is None
    assert kinds() == [SOON, OVERDUE]
    remind_of(organisation, task.pk)
    assert kinds() == [SOON, OVERDUE]


def test_the_member_says_how_long_before(organisation, scope, lead, telecaller):
    choice = choice_of(telecaller)
    choice.minutes_before = 30
    save_choice(choice, by=telecaller)
    task = task_in(lead, telecaller, 25)

    remind_of(organisation, task.pk)

    assert kinds() == [SOON]


@pytest.mark.parametrize("verb", [finish_follow_up, cancel_follow_up])
def test_of_what_is_closed_nobody_is_reminded_until_it_is_open_again(organisation, scope, lead, telecaller, verb):
    task = task_in(lead, telecaller, 5)
    verb(task, by=telecaller)
    assert remind_of(organisation, task.pk) is None
    assert kinds() == []

    reopen_follow_up(task, by=telecaller)

    assert DueTask.objects.filter(task=REMIND, subject_id=task.pk).exists()
    remind_of(organisation, task.pk)
    assert kinds() == [SOON]


def test_a_moved_one_is_reminded_of_anew(organisation, scope, lead, telecaller):
    task = task_in(lead, telecaller, 5)
    remind_of(organisation, task.pk)

    move_follow_up(task, by=telecaller, due_at=timezone.now() + 6 * MINUTE)
    remind_of(organisation, task.pk)

    assert kinds() == [SOON, SOON]


def test_who_is_deactivated_and_what_is_long_ago_is_left_alone(organisation, scope, lead, telecaller):
    assert remind_of(organisation, task_in(lead, telecaller, -26 * 60).pk) is None
    task = task_in(lead, telecaller, 5)
    telecaller.deactivated_at = timezone.now()
    telecaller.save()

    assert remind_of(organisation, task.pk) is None
    assert kinds() == []


def test_of_another_organisations_follow_up_nothing_is_known(rival, scope, lead, telecaller):
    task = task_in(lead, telecaller, 5)

    assert remind_of(rival, task.pk) is None


def test_the_bell_names_the_lead_and_leads_to_it_while_it_may_be_seen(
    organisation, client_of, scope, lead, telecaller, colleague
):
    task = task_in(lead, telecaller, 5)
    remind_of(organisation, task.pk)
    notice = Notification.objects.get()
    assert "Kavita" not in str(notice.details)
    assert notice.url == lead.get_absolute_url()
    page = reverse("accounts:notifications")
    assert "Follow-up with Kavita Rao, due" in client_of(telecaller).get(page).content.decode()

    FollowUp.objects.update(assigned_to=colleague)
    lead.assigned_to = colleague
    lead.save()

    assert "Follow-up with a lead, due" in client_of(telecaller).get(page).content.decode()
    remind_of(organisation, task.pk)
    with acting_for(organisation):
        assert unseen_count(colleague) == 1


def test_of_a_lead_out_of_sight_it_leads_to_the_list(organisation, scope, telecaller, colleague):
    task = task_in(make_lead(assigned_to=colleague), telecaller, 5)

    remind_of(organisation, task.pk)

    assert Notification.objects.get().url == reverse("leads:follow_ups")
