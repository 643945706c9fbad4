"""How many callbacks a telecaller can promise in an hour."""

import datetime as dt
import zoneinfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from leads.actions.capacity import HourIsFull, free_times
from leads.actions.follow_ups import cancel_follow_up, finish_follow_up, move_follow_up, plan_follow_up
from leads.models import FollowUp, FollowUpSettings
from leads.tests.factories import make_follow_up, make_lead
from leads.tests.threads import at_once
from privacy.models import ContactPolicy

ZONE = zoneinfo.ZoneInfo("Asia/Kolkata")
CALLBACK, TASK = FollowUp.Kind.CALLBACK, FollowUp.Kind.TASK


@pytest.fixture
def noon(scope):
    """Noon of the day after tomorrow; two callbacks fit in an hour."""
    FollowUpSettings.objects.update(callbacks_per_hour=2)
    return local(2, 12)


def local(days, hour, minute=0):
    day = timezone.localdate(timezone=ZONE) + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour, minute), ZONE)


def promise(member, due_at, **fields):
    return plan_follow_up(make_lead(assigned_to=member), by=member, due_at=due_at, **({"kind": CALLBACK} | fields))


def fill(member, hour, count=2):
    return [make_follow_up(make_lead(), member, due_at=hour, kind=CALLBACK) for _each in range(count)]


def test_a_full_hour_refuses_and_names_the_next_three_free_times(noon, telecaller):
    promise(telecaller, noon)
    promise(telecaller, noon + dt.timedelta(minutes=59))
    fill(telecaller, noon + dt.timedelta(hours=1, minutes=10))

    with pytest.raises(HourIsFull) as full:
        promise(telecaller, noon + dt.timedelta(minutes=20))

    assert full.value.free == [local(2, 14, 20), local(2, 15, 20), local(2, 16, 20)]
    assert FollowUp.objects.count() == 4


def test_the_next_free_times_lie_within_the_calling_hours(noon, telecaller):
    ContactPolicy.objects.update(opens_at=dt.time(10), closes_at=dt.time(14))

    assert free_times(telecaller, local(2, 12, 30), limit=2) == [local(2, 13, 30), local(3, 10), local(3, 11)]
    ContactPolicy.objects.update(weekdays=[])
    assert len(free_times(telecaller, local(2, 12, 30), limit=2)) == 3


def test_when_two_weeks_are_full_nothing_is_offered(noon, telecaller):
    ContactPolicy.objects.update(opens_at=dt.time(12), closes_at=dt.time(13))
    for day in range(2, 18):
        fill(telecaller, local(day, 12))

    with pytest.raises(HourIsFull) as full:
        promise(telecaller, noon)
    assert full.value.free == []


def test_only_open_callbacks_of_the_same_person_take_a_place(noon, telecaller, colleague):
    fill(colleague, noon)
    first, second = fill(telecaller, noon)
    promise(telecaller, noon, kind=TASK)
    with pytest.raises(HourIsFull):
        promise(telecaller, noon)

    finish_follow_up(first, by=telecaller)
    promise(telecaller, noon)
    cancel_follow_up(second, by=telecaller)
    promise(telecaller, noon)
    with pytest.raises(HourIsFull):
        promise(telecaller, noon)


def test_zero_is_no_limit(noon, telecaller):
    FollowUpSettings.objects.update(callbacks_per_hour=0)
    fill(telecaller, noon, 20)

    assert promise(telecaller, noon).pk


def test_a_callback_is_moved_within_its_hour_but_not_into_a_full_one(noon, telecaller):
    first, _second = fill(telecaller, noon)
    move_follow_up(first, by=telecaller, due_at=noon + dt.timedelta(minutes=30))
    third = promise(telecaller, noon + dt.timedelta(hours=1))

    with pytest.raises(HourIsFull):
        move_follow_up(third, by=telecaller, due_at=noon)
    task = promise(telecaller, noon + dt.timedelta(hours=1), kind=TASK)
    move_follow_up(task, by=telecaller, due_at=noon)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_promise_the_last_place_twice(organisation, telecaller, manager):
    with acting_for(organisation):
        FollowUpSettings.objects.update(callbacks_per_hour=1)
        leads = [make_lead(assigned_to=telecaller) for _each in range(3)]
    due_at = local(2, 12)

    def plan(lead, by):
        with acting_for(organisation):
            return plan_follow_up(lead, by=by, due_at=due_at, kind=CALLBACK)

    answers = at_once(*(lambda lead=lead: plan(lead, manager) for lead in leads))

    assert sorted(type(answer).__name__ for answer in answers) == ["FollowUp", "HourIsFull", "HourIsFull"]
    with acting_for(organisation):
        assert FollowUp.objects.count() == 1


def test_the_page_of_a_lead_offers_the_free_times_as_buttons(client_of, noon, telecaller):
    fill(telecaller, noon)
    lead = make_lead(assigned_to=telecaller)
    address = reverse("leads:plan", args=[lead.pk])
    sent = {"due": "pick", "due_at": f"{noon:%Y-%m-%dT%H:%M}", "promised": "on", "note": "ask"}

    answer = client_of(telecaller).post(address, sent)

    assert answer.status_code == 422
    page = answer.content.decode()
    free = [moment.isoformat() for moment in answer.context["full"].free]
    assert [page.count(f'name="slot" value="{moment}"') for moment in free] == [1, 1, 1]
    assert not FollowUp.objects.filter(lead=lead).exists()
    # What was typed is still there.
    assert all(typed in page for typed in (f'value="{sent["due_at"]}"', 'value="ask"', 'name="promised" checked'))

    assert client_of(telecaller).post(address, sent | {"slot": free[0]}).status_code == 302
    planned = FollowUp.objects.get(lead=lead)
    assert (planned.due_at.isoformat(), planned.kind) == (planned.due_at.isoformat(), CALLBACK)
    assert planned.due_at == answer.context["full"].free[0]


def test_a_task_fits_into_any_hour(client_of, noon, telecaller):
    fill(telecaller, noon)
    lead = make_lead(assigned_to=telecaller)
    sent = {"due": "pick", "due_at": f"{noon:%Y-%m-%dT%H:%M}", "only_me": "on"}

    assert client_of(telecaller).post(reverse("leads:plan", args=[lead.pk]), sent).status_code == 302
    assert FollowUp.objects.get(lead=lead).open_to == FollowUp.OpenTo.OWN


@pytest.mark.parametrize("slot", ["soon", "2026-13-45T00:00", "2001-01-01T10:00:00+05:30", "\x00"])
def test_a_free_time_that_was_not_offered_is_refused_when_it_cannot_be(client_of, noon, telecaller, slot):
    lead = make_lead(assigned_to=telecaller)

    answer = client_of(telecaller).post(reverse("leads:plan", args=[lead.pk]), {"due": "1h", "slot": slot})

    assert answer.status_code == 422
    assert not FollowUp.objects.exists()


def test_later_on_the_list_meets_the_same_limit(client_of, noon, telecaller):
    fill(telecaller, noon)
    task = make_follow_up(make_lead(assigned_to=telecaller), telecaller, kind=CALLBACK)
    address = reverse("leads:follow_up_snooze", args=[task.pk])

    answer = client_of(telecaller).post(address, {"due": "pick", "due_at": f"{noon:%Y-%m-%dT%H:%M}"})

    assert answer.status_code == 422
    assert "This hour is full" in answer.content.decode()
    slot = answer.context["full"].free[0]
    client_of(telecaller).post(address, {"due": "pick", "slot": slot.isoformat()})
    assert FollowUp.objects.get(pk=task.pk).due_at == slot


def test_the_rules_are_set_by_an_admin(client_of, scope, admin, manager):
    address = reverse("leads:follow_up_settings")
    assert client_of(manager).get(address).status_code == 403
    assert client_of(admin).get(address).status_code == 200

    answer = client_of(admin).post(address, {"anyone_after_minutes": "45", "callbacks_per_hour": "4"})

    assert answer.url == address
    kept = FollowUpSettings.objects.get()
    assert (kept.anyone_after_minutes, kept.callbacks_per_hour) == (45, 4)
    for wrong in ("-1", "999", "six", ""):
        sent = {"anyone_after_minutes": "45", "callbacks_per_hour": wrong}
        assert client_of(admin).post(address, sent).status_code == 422
    assert "callbacks_per_hour" not in client_of(admin).get(address).context["history"][0].fields
