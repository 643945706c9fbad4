"""Follow-ups that change hands: taken, given, given back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification
from accounts.tenancy import acting_for
from jini.lib import lead_busy
from leads.actions import handing_over
from leads.actions.follow_ups import finish_follow_up, move_follow_up
from leads.actions.handing_over import (
    BeingCalled,
    NotOnOffer,
    TooLateToUndo,
    reassign_follow_up,
    take_back,
    take_follow_up,
)
from leads.models import FollowUp, FollowUpSettings, Lead
from leads.tests.factories import make_follow_up, make_lead
from leads.tests.threads import at_once
from teams.models import Team, TeamMembership

LATE = dt.timedelta(minutes=31)


def left_lying(member, *, ago=LATE, lead=None, **fields):
    at = timezone.now() - ago
    return make_follow_up(
        lead or make_lead(assigned_to=member, name="Kavita Rao"), member, due_at=at, **({"assigned_at": at} | fields)
    )


def now_of(task):
    return FollowUp.objects.get(pk=task.pk)


def test_what_is_left_lying_falls_to_colleagues_after_the_agreed_minutes(scope, telecaller, colleague):
    fallen = left_lying(telecaller)
    left_lying(telecaller, ago=dt.timedelta(minutes=29))
    left_lying(telecaller, open_to=FollowUp.OpenTo.OWN)
    left_lying(telecaller, done_at=timezone.now())
    # Given to Asha a moment ago, though it was due long before.
    left_lying(telecaller, assigned_at=timezone.now())

    assert list(FollowUp.objects.fallen_to(colleague)) == [fallen]
    assert list(FollowUp.objects.fallen_to(telecaller)) == []
    FollowUpSettings.objects.update(anyone_after_minutes=0)
    assert list(FollowUp.objects.fallen_to(colleague)) == []


def test_with_teams_it_falls_to_those_of_the_same_team(scope, telecaller, colleague, manager, admin):
    task = left_lying(telecaller)
    west, east = Team.objects.create(name="West"), Team.objects.create(name="East")
    TeamMembership.objects.create(team=west, member=telecaller)
    mine = TeamMembership.objects.create(team=east, member=colleague)
    TeamMembership.objects.create(team=east, member=manager, is_lead=True)

    assert list(FollowUp.objects.fallen_to(colleague)) == []
    assert list(FollowUp.objects.fallen_to(manager)) == []
    assert list(FollowUp.objects.fallen_to(admin)) == [task]
    mine.team = west
    mine.save()
    assert list(FollowUp.objects.fallen_to(colleague)) == [task]
    # A lead of somebody in another team does not change hands with it.
    Lead.objects.update(assigned_to=manager)
    assert list(FollowUp.objects.fallen_to(colleague)) == []


def test_who_takes_it_has_the_lead_too_and_the_other_is_told(scope, telecaller, colleague):
    task = left_lying(telecaller)

    take_follow_up(task, by=colleague)

    assert now_of(task).assigned_to == colleague
    assert Lead.objects.get().assigned_to == colleague
    notice = Notification.objects.get()
    assert (notice.member, notice.kind) == (telecaller, handing_over.TAKEN)
    assert "Kavita" not in str(notice.details)
    # The time counts anew for who has it now.
    assert list(FollowUp.objects.fallen_to(telecaller)) == []
    with pytest.raises(NotOnOffer):
        take_follow_up(task, by=telecaller)


def test_what_is_done_moved_or_being_called_is_not_taken(scope, telecaller, colleague, monkeypatch):
    moved = left_lying(telecaller)
    move_follow_up(moved, by=telecaller, due_at=timezone.now() + LATE)
    done = left_lying(telecaller)
    finish_follow_up(done, by=telecaller)
    for task in (moved, done):
        with pytest.raises(NotOnOffer):
            take_follow_up(task, by=colleague)
    task = left_lying(telecaller)
    monkeypatch.setattr(lead_busy, "_asked", [lambda lead_id: lead_id == task.lead_id])

    with pytest.raises(BeingCalled):
        take_follow_up(task, by=colleague)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_has_it(organisation, telecaller, colleague, manager):
    with acting_for(organisation):
        task = left_lying(telecaller)

    def take(by):
        with acting_for(organisation):
            return take_follow_up(task, by=by)

    answers = at_once(lambda: take(colleague), lambda: take(manager))

    assert sorted(type(answer).__name__ for answer in answers) == ["FollowUp", "NotOnOffer"]
    with acting_for(organisation):
        winner = next(answer for answer in answers if isinstance(answer, FollowUp))
        assert now_of(task).assigned_to_id == winner.assigned_to_id
        assert Notification.objects.count() == 1


def test_the_tab_shows_names_alone_and_a_button(client_of, scope, telecaller, colleague):
    task = left_lying(telecaller, note="about money")
    left_lying(telecaller, lead=make_lead(assigned_to=telecaller, name="", phone="+919000055555"))
    client = client_of(colleague)

    page = client.get(reverse("leads:follow_ups"), {"due": "open"}).content.decode()

    assert "Kavita Rao" in page
    assert "A lead without a name" in page
    for secret in ("about money", "90000 55555", "+919000055555", task.lead.get_absolute_url()):
        assert secret not in page
    answer = client.post(reverse("leads:follow_up_taking", args=[task.pk]))
    assert answer.url == task.lead.get_absolute_url()
    assert client.get(answer.url).status_code == 200


def test_who_comes_second_is_told(client_of, scope, telecaller, colleague, manager):
    task = left_lying(telecaller)
    address = reverse("leads:follow_up_taking", args=[task.pk])
    assert client_of(colleague).get(address).status_code == 405
    take_follow_up(task, by=colleague)

    answer = client_of(manager).post(address)

    assert answer.status_code == 409
    assert "somebody was faster" in answer.content.decode()
    # Who may not even see it learns nothing.
    assert client_of(telecaller).post(address).status_code == 404


def test_during_a_call_it_is_not_taken(client_of, scope, telecaller, colleague, monkeypatch):
    task = left_lying(telecaller)
    monkeypatch.setattr(lead_busy, "_asked", [lambda _lead_id: True])

    answer = client_of(colleague).post(reverse("leads:follow_up_taking", args=[task.pk]))

    assert answer.status_code == 409
    assert "on a call" in answer.content.decode()


def test_a_manager_gives_it_to_somebody_who_is_told(client_of, scope, telecaller, colleague, manager):
    task = left_lying(telecaller)
    address = reverse("leads:follow_up_reassignment", args=[task.pk])
    assert client_of(telecaller).get(address).status_code == 403
    assert client_of(manager).get(address).status_code == 200

    answer = client_of(manager).post(address, {"to": colleague.pk, "back": "?due=today"})

    assert answer.url == reverse("leads:follow_ups") + "?due=today"
    assert now_of(task).assigned_to == Lead.objects.get().assigned_to == colleague
    assert Notification.objects.get().member == colleague
    page = client_of(colleague).get(reverse("accounts:notifications")).content.decode()
    assert "Meera Iyer gave you a follow-up with Kavita Rao" in page


@pytest.mark.parametrize("to", ["", "x", "outsider"])
def test_it_is_given_to_nobody_else(client_of, scope, telecaller, manager, outsider, to):
    task = left_lying(telecaller)

    answer = client_of(manager).post(
        reverse("leads:follow_up_reassignment", args=[task.pk]), {"to": outsider.pk if to == "outsider" else to}
    )

    assert answer.status_code == 422
    assert now_of(task).assigned_to == telecaller


def test_a_closed_one_is_not_given(client_of, scope, telecaller, colleague, manager):
    task = left_lying(telecaller)
    finish_follow_up(task, by=telecaller)

    client_of(manager).post(reverse("leads:follow_up_reassignment", args=[task.pk]), {"to": colleague.pk})

    assert now_of(task).assigned_to == telecaller


def test_all_of_a_tab_are_given_to_one_person(client_of, scope, telecaller, colleague, manager, monkeypatch):
    monkeypatch.setattr("leads.views.follow_up_changes.MOST_GIVEN", 2)
    late = [left_lying(telecaller) for _each in range(3)]
    later = make_follow_up(make_lead(), telecaller, due_at=timezone.now() + dt.timedelta(days=3))
    address = reverse("leads:follow_ups_reassignment")
    sent = {"back": f"?due=overdue&person={telecaller.pk}", "to": colleague.pk}
    assert client_of(telecaller).post(address, sent).status_code == 403
    assert client_of(manager).get(address).status_code == 405

    for left in (1, 0):
        answer = client_of(manager).post(address, sent, follow=True)
        assert FollowUp.objects.filter(assigned_to=telecaller, due_at__lt=timezone.now()).count() == left
        assert ("press again" in answer.content.decode()) == bool(left)

    assert {now_of(task).assigned_to for task in late} == {colleague}
    assert now_of(later).assigned_to == telecaller


@pytest.mark.parametrize("back", ["", "?due=overdue", "?due=open", "garbage", "?person=x"])
def test_all_of_everybody_are_not_given(client_of, scope, telecaller, colleague, manager, back):
    task = left_lying(telecaller)

    client_of(manager).post(reverse("leads:follow_ups_reassignment"), {"back": back, "to": colleague.pk})

    assert now_of(task).assigned_to == telecaller


def test_taking_is_undone_with_time_person_and_lead(client_of, scope, telecaller, colleague):
    task = left_lying(telecaller)
    client = client_of(colleague)
    client.post(reverse("leads:follow_up_taking", args=[task.pk]))

    client.post(reverse("leads:follow_up_return", args=[task.pk]))

    assert (now_of(task).assigned_to, now_of(task).due_at) == (telecaller, task.due_at)
    assert Lead.objects.get().assigned_to == telecaller
    # Only once, and only by who did it.
    assert client.post(reverse("leads:follow_up_return", args=[task.pk])).status_code == 404


def test_a_move_is_undone(client_of, scope, telecaller, colleague):
    task = left_lying(telecaller)
    client = client_of(telecaller)
    answer = client.post(reverse("leads:follow_up_snooze", args=[task.pk]), {"due": "tomorrow", "back": "?due=today"})
    assert answer.url.endswith("?due=today")
    assert now_of(task).due_at > timezone.now()
    assert client_of(colleague).post(reverse("leads:follow_up_return", args=[task.pk])).status_code == 404

    client.post(reverse("leads:follow_up_return", args=[task.pk]))

    assert now_of(task).due_at == task.due_at


def test_what_was_changed_since_is_not_taken_back(scope, telecaller, colleague, manager, monkeypatch):
    task = left_lying(telecaller)
    reassign_follow_up(task, to=colleague, by=manager)
    move_follow_up(task, by=colleague, due_at=timezone.now() + LATE)
    with pytest.raises(TooLateToUndo):
        take_back(task, by=manager)
    other = left_lying(telecaller)
    reassign_follow_up(other, to=colleague, by=manager)
    monkeypatch.setattr(handing_over, "UNDO_WITHIN", dt.timedelta(0))
    with pytest.raises(TooLateToUndo):
        take_back(other, by=manager)
    monkeypatch.undo()
    finish_follow_up(other, by=colleague)
    with pytest.raises(TooLateToUndo):
        take_back(other, by=manager)
