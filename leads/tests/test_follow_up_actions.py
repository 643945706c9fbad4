"""Planning, moving and closing follow-ups."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership, Organisation
from leads.actions.follow_ups import (
    AlreadyClosed,
    DueInThePast,
    cancel_follow_up,
    finish_follow_up,
    move_follow_up,
    plan_follow_up,
    reopen_follow_up,
)
from leads.models import Activity, FollowUp
from leads.tests.factories import make_follow_up, make_lead

HOUR = dt.timedelta(hours=1)


def test_a_follow_up_is_for_the_owner_of_the_lead(
    scope: Organisation, manager: Membership, telecaller: Membership
) -> None:
    lead = make_lead(assigned_to=telecaller)
    due = timezone.now() + HOUR

    task = plan_follow_up(lead, by=manager, due_at=due, kind=FollowUp.Kind.CALLBACK, note="About the subsidy")

    assert (task.assigned_to, task.created_by, task.due_at, task.kind) == (telecaller, manager, due, "callback")
    line = Activity.objects.get(lead=lead)
    assert (line.kind, line.text) == ("follow_up", "About the subsidy")
    assert line.details == {
        "follow_up": str(task.pk),
        "due_at": due.isoformat(),
        "event": "created",
    }


def test_a_lead_of_nobody_gives_its_follow_up_to_who_plans_it(scope: Organisation, manager: Membership) -> None:
    assert plan_follow_up(make_lead(), by=manager, due_at=timezone.now() + HOUR).assigned_to == manager


def test_a_time_that_is_over_is_refused(scope: Organisation, telecaller: Membership) -> None:
    lead = make_lead(assigned_to=telecaller)
    task = make_follow_up(lead, telecaller)

    with pytest.raises(DueInThePast):
        plan_follow_up(lead, by=telecaller, due_at=timezone.now() - HOUR)
    with pytest.raises(DueInThePast):
        move_follow_up(task, by=telecaller, due_at=timezone.now() - HOUR)

    assert FollowUp.objects.count() == 1


def test_a_follow_up_is_done_once(scope: Organisation, telecaller: Membership) -> None:
    task = make_follow_up(make_lead(), telecaller)

    done = finish_follow_up(task, by=telecaller)

    assert (done.done_by, done.done_at is not None) == (telecaller, True)
    with pytest.raises(AlreadyClosed):
        finish_follow_up(task, by=telecaller)
    with pytest.raises(AlreadyClosed):
        move_follow_up(task, by=telecaller, due_at=timezone.now() + HOUR)


@pytest.mark.parametrize("close", [finish_follow_up, cancel_follow_up])
def test_what_was_closed_can_be_opened_again(
    scope: Organisation, telecaller: Membership, close: Callable[..., FollowUp]
) -> None:
    task = close(make_follow_up(make_lead(), telecaller), by=telecaller)

    reopened = reopen_follow_up(task, by=telecaller)

    assert (reopened.done_at, reopened.done_by, reopened.cancelled_at) == (None, None, None)
    assert list(FollowUp.objects.open()) == [task]
    assert [line.details["event"] for line in Activity.objects.order_by("-id")[:1]] == ["reopened"]


def test_who_finished_a_follow_up_is_not_kept_without_when(scope: Organisation, telecaller: Membership) -> None:
    for pair in ({"done_by": telecaller}, {"done_at": timezone.now()}):
        with pytest.raises(IntegrityError, match="follow_up_done_at_and_by"), transaction.atomic():
            FollowUp.objects.create(lead=make_lead(), assigned_to=telecaller, due_at=timezone.now(), **pair)
