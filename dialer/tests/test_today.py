"""A telecaller's day: what is next and why, until when nobody may be called, and the tabs."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialer.models import QueueEntry
from dialer.tests.factories import make_campaign, make_entry, open_all_day
from leads.tests.factories import make_follow_up, make_lead

TODAY, NEXT = reverse("dialer:today"), reverse("dialer:next")


@pytest.fixture
def campaign(scope, telecaller, colleague):
    open_all_day()
    return make_campaign(telecaller, colleague)


def test_today_shows_what_is_next_and_why(client_of, campaign, telecaller):
    lead = make_lead(name="Suresh Patil")
    make_entry(lead, campaign)

    response = client_of(telecaller).get(TODAY)

    assert response.context["entry"].lead == lead
    assert "First call" in response.content.decode()


def test_today_says_until_when_nobody_may_be_called(client_of, scope, telecaller):
    lead = make_lead(name="Suresh Patil")
    entry = make_entry(lead, reserved_for=telecaller, due_at=timezone.now() - dt.timedelta(days=900))
    client, night = client_of(telecaller), dt.datetime(2026, 11, 24, 23, tzinfo=scope.zone)

    with time_machine.travel(night, tick=False):
        page = client.get(TODAY).content.decode()
        assert client.post(NEXT).url == TODAY
        QueueEntry.objects.filter(pk=entry.pk).update(leased_to=telecaller, lease_until=timezone.now())
        in_hand = client.get(TODAY).content.decode()

    assert "Suresh Patil" in page
    assert "It is 23:00 for the lead (Asia/Kolkata), outside calling hours. May be called from" in page
    assert "Call next lead" not in page
    assert "Call next lead" in in_hand


@pytest.mark.parametrize(("hour", "again"), [(9, "Today 10:00 am"), (22, "Tomorrow 10:00 am")])
def test_before_and_after_the_hours_of_a_campaign_today_is_not_done(client_of, scope, telecaller, hour, again):
    campaign = make_campaign(telecaller, opens_at=dt.time(10), closes_at=dt.time(21))
    entry = make_entry(make_lead(), campaign, due_at=timezone.now() - dt.timedelta(days=900))
    client, moment = client_of(telecaller), dt.datetime(2026, 11, 24, hour, tzinfo=scope.zone)

    with time_machine.travel(moment, tick=False):
        page = client.get(TODAY).content.decode()
        QueueEntry.objects.filter(pk=entry.pk).update(finished_at=timezone.now(), finished_because="closed")
        done = client.get(TODAY).content.decode()

    assert f"Your campaigns are called again from: {again}." in page
    assert "All done for today" not in page
    assert "All done for today" in done


def test_today_without_anything_says_so(client_of, telecaller):
    assert "All done for today" in client_of(telecaller).get(TODAY).content.decode()


@pytest.mark.parametrize("tab", ["overdue", "today", "new", "retries", "nonsense"])
def test_the_tabs_hold_what_they_say(client_of, campaign, telecaller, tab):
    late, fresh, again = (make_lead(assigned_to=telecaller) for _ in range(3))
    make_follow_up(late, telecaller, due_at=timezone.now() - dt.timedelta(minutes=7))
    make_entry(fresh, campaign)
    make_entry(again, campaign, rank=QueueEntry.Rank.RETRY)

    rows = client_of(telecaller).get(TODAY, {"tab": tab}).context["rows"]

    expected = {"overdue": [late], "new": [fresh], "retries": [again], "today": [], "nonsense": [late]}[tab]
    assert [row.lead for row in rows] == expected


@pytest.mark.parametrize("count", [1, 3])
def test_today_asks_the_same_queries_for_any_number_of_rows(client_of, campaign, telecaller, count):
    client = client_of(telecaller)
    make_entry(make_lead(), campaign)
    with CaptureQueriesContext(connection) as before:
        client.get(TODAY, {"tab": "new"})
    for _ in range(count):
        make_entry(make_lead(), campaign)
    with CaptureQueriesContext(connection) as after:
        client.get(TODAY, {"tab": "new"})

    assert len(after) == len(before)
