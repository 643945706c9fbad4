"""The page of follow-ups: tabs, days, people, kinds, and what fell due."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads.models import FollowUp
from leads.tests.factories import make_follow_up, make_lead

PAGE = reverse("leads:follow_ups")
KEPT = reverse("leads:follow_ups_kept")
DAY = dt.timedelta(days=1)


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(assigned_to=telecaller, name="Kavita Rao")


def noon(days):
    zone = timezone.get_fixed_timezone(330)
    day = timezone.localtime(timezone=zone).date() + days * DAY
    return dt.datetime.combine(day, dt.time(12), zone)


def rows(client, **query):
    return [task.pk for task in client.get(PAGE, query).context["page"].rows]


def test_a_day_of_the_strip_counts_and_shows_its_own(client_of, lead, telecaller, colleague):
    first = make_follow_up(lead, telecaller, due_at=noon(3))
    make_follow_up(lead, telecaller, due_at=noon(4), kind=FollowUp.Kind.CALLBACK)
    make_follow_up(lead, telecaller, due_at=noon(4), done_at=timezone.now())
    make_follow_up(lead, colleague, due_at=noon(3))
    client = client_of(telecaller)

    strip = client.get(PAGE).context["strip"]

    assert [one.count for one in strip] == ["0", "0", "0", "1", "1", *["0"] * 9]
    answer = client.get(PAGE + strip[3].url)
    assert [task.pk for task in answer.context["page"].rows] == [first.pk]
    assert [one.is_chosen for one in answer.context["strip"]].index(True) == 3
    assert [one.count for one in client.get(PAGE, {"kind": "callback"}).context["strip"]][3:5] == ["0", "1"]


def test_kind_and_person_narrow_tabs_rows_and_strip(client_of, lead, telecaller, colleague, manager):
    callback = make_follow_up(lead, telecaller, kind=FollowUp.Kind.CALLBACK)
    task = make_follow_up(lead, colleague)
    client = client_of(manager)

    assert rows(client, kind="callback") == [callback.pk]
    assert rows(client, kind="task") == [task.pk]
    assert rows(client, person=str(colleague.pk)) == [task.pk]
    page = client.get(PAGE, {"person": str(telecaller.pk), "kind": "task"})
    assert page.context["tabs"][0][2] == "0"
    assert "Callback" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"due": "never"},
        {"day": "31-31"},
        {"day": "0001-01-01"},
        {"day": "9999-12-31"},
        {"kind": "x", "result": "y"},
        {"person": "x", "team": "\x00"},
        {"from": "2026-01-01"},
        {"from": "2026-02-30", "to": "2026-02-30"},
        {"from": "2026-12-01", "to": "2026-01-01", "result": "kept"},
    ],
)
def test_what_cannot_be_read_narrows_nothing_and_breaks_nothing(client_of, lead, telecaller, query):
    assert client_of(telecaller).get(PAGE, query).status_code == 200


def test_the_page_asks_as_much_for_many_as_for_one(client_of, lead, telecaller, manager):
    make_follow_up(lead, telecaller)
    client = client_of(manager)
    for query in ({}, {"due": "open"}, {"day": timezone.localdate().isoformat()}):
        with CaptureQueriesContext(connection) as before:
            client.get(PAGE, query)
        for _each in range(5):
            make_follow_up(make_lead(), telecaller)
        with CaptureQueriesContext(connection) as after:
            client.get(PAGE, query)
        assert len(after) == len(before)


def test_kept_on_time_counts_what_its_links_show(client_of, lead, telecaller, colleague, manager):
    due = noon(-1)
    minute = dt.timedelta(minutes=1)
    for kind, after in [
        ("task", 29),
        ("task", 31),
        ("callback", 9),
        ("callback", -9),
        ("callback", -11),
        ("callback", 20),
    ]:
        make_follow_up(lead, telecaller, due_at=due, kind=kind, done_at=due + after * minute)
    make_follow_up(lead, telecaller, due_at=due, kind="callback")
    make_follow_up(lead, telecaller, due_at=due, cancelled_at=due)
    make_follow_up(lead, telecaller, due_at=timezone.now() + DAY / 48)
    make_follow_up(lead, colleague, due_at=noon(-10), done_at=noon(-10))
    client = client_of(manager)

    ((name, row),) = client.get(KEPT).context["rows"]

    assert (name, row.due, row.in_time, row.callbacks, row.kept) == ("Asha Kulkarni", 7, 5, 5, 2)
    assert (row.in_time_share, row.kept_share) == ("71 %", "40 %")
    page = client.get(KEPT).content.decode()
    for more, count in [
        ({}, 7),
        ({"result": "in_time"}, 5),
        ({"kind": "callback"}, 5),
        ({"kind": "callback", "result": "kept"}, 2),
    ]:
        context = client.get(KEPT).context
        query = {"from": context["first"], "to": context["last"], "person": str(telecaller.pk)} | more
        assert len(rows(client, **query)) == count
    assert f"person={telecaller.pk}&amp;kind=callback&amp;result=kept" in page
    assert len(rows(client, **{"from": context["first"], "to": context["last"], "result": "late"})) == 2
    assert len(rows(client, **{"from": context["first"], "to": context["last"], "result": "missed"})) == 5
    assert len(client.get(KEPT, {"days": "30"}).context["rows"]) == 2
    assert len(client.get(KEPT, {"days": "x"}).context["rows"]) == 1


def test_kept_on_time_is_empty_at_first_and_shows_a_telecaller_themself(client_of, lead, telecaller, colleague):
    assert "Nothing fell due" in client_of(telecaller).get(KEPT).content.decode()
    make_follow_up(lead, colleague, due_at=noon(-1))
    make_follow_up(lead, telecaller, due_at=noon(-1))

    assert [name for name, _ in client_of(telecaller).get(KEPT).context["rows"]] == ["Asha Kulkarni"]


def test_kept_on_time_asks_as_much_for_many_as_for_one(client_of, lead, telecaller, colleague, manager):
    make_follow_up(lead, telecaller, due_at=noon(-1))
    with CaptureQueriesContext(connection) as before:
        client_of(manager).get(KEPT)
    for member in (colleague, manager):
        make_follow_up(lead, member, due_at=noon(-1))
    with CaptureQueriesContext(connection) as after:
        client_of(manager).get(KEPT)
    assert len(after) == len(before)


def test_another_time_is_chosen_on_a_page_of_its_own(client_of, lead, telecaller, colleague):
    task = make_follow_up(lead, telecaller)
    address = reverse("leads:follow_up_snooze", args=[task.pk])
    client = client_of(telecaller)
    assert client.get(address).status_code == 200
    assert client_of(colleague).get(address).status_code == 404

    for sent in ({}, {"due": "pick"}, {"due": "pick", "due_at": "2001-01-01T10:00"}, {"due": "pick", "due_at": "soon"}):
        answer = client.post(address, sent)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    client.post(address, {"due": "pick", "due_at": f"{noon(5):%Y-%m-%dT%H:%M}"})

    assert FollowUp.objects.get().due_at == noon(5)
    FollowUp.objects.update(done_at=timezone.now(), done_by=telecaller)
    answer = client.post(address, {"due": "tomorrow"}, follow=True)
    assert "closed already" in answer.content.decode()


def test_after_a_press_the_same_list_is_shown_and_nothing_else(client_of, lead, telecaller):
    client = client_of(telecaller)
    for back, wanted in [
        ("?due=today&kind=task", PAGE + "?due=today&kind=task"),
        ("https://evil.example/", PAGE),
        ("//x", PAGE),
    ]:
        task = make_follow_up(lead, telecaller)
        answer = client.post(reverse("leads:follow_up_done", args=[task.pk]), {"back": back})
        assert answer.url == wanted
