"""Counts of use without people: made before visits go, never of fewer than five, and all that the page is built from."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from jini.lib.retention import SCHEDULE
from jini.lib.work import handler_of
from privacy.actions import counting_usage
from privacy.actions.counting_usage import count_days
from privacy.actions.purging import PURGE, purge_some
from privacy.actions.visiting import forget_visits
from privacy.models import PageVisit, UsageCount
from privacy.models.usage_count import FEWEST_PEOPLE

DAY = dt.timedelta(days=1)
URL = "/settings/usage/"


@pytest.fixture
def team(organisation):
    return [make_member(organisation) for _ in range(6)]


def visit(members, page="leads:list", device="phone", *, ago=1, seconds=10):
    """A visit of each of the members, at noon so many days ago."""
    for member in members:
        with acting_for(member.organisation):
            day = timezone.now().astimezone(member.organisation.zone).date() - ago * DAY
            at = dt.datetime.combine(day, dt.time(12), member.organisation.zone)
            PageVisit.objects.create(
                member=member, key=uuid.uuid4(), page=page, at=at, seconds=seconds, device_type=device,
                device=uuid.uuid4(),
            )  # fmt: skip


def counted(organisation):
    count_days(organisation)
    with acting_for(organisation):
        rows = UsageCount.objects.order_by("-day", "page", "device_type")
        return [(row.page, row.device_type, row.visits, row.people, row.seconds) for row in rows]


def test_five_people_on_one_kind_of_device_are_a_row(organisation, team):
    visit(team)
    visit(team[:5], device="computer", seconds=30)
    visit(team[:1])

    assert counted(organisation) == [
        ("", "mixed", 0, 0, 0),
        ("leads:list", "computer", 5, 5, 150),
        ("leads:list", "phone", 7, 6, 70),
    ]


def test_fewer_are_put_together_over_devices_then_over_pages(organisation, team):
    visit(team[:3])
    visit(team[3:], device="computer")
    visit(team[:2], "leads:lead")
    visit(team[2:], "leads:board", "tablet", seconds=1)
    visit(team[:1], "leads:board", "phone", seconds=1)

    assert counted(organisation) == [
        ("", "mixed", 0, 0, 0),
        ("leads:board", "mixed", 5, 5, 5),
        ("leads:list", "mixed", 6, 6, 60),
    ]


def test_what_is_left_of_all_pages_is_one_row_where_enough_people_are_in_it(organisation, team):
    for place, page in enumerate(("leads:lead", "leads:board", "leads:bin")):
        visit(team[2 * place : 2 * place + 2], page)

    assert counted(organisation) == [("", "mixed", 6, 6, 60)]


def test_a_day_of_fewer_than_five_is_looked_at_and_not_counted(organisation, team):
    visit(team[:4])

    assert counted(organisation) == [("", "mixed", 0, 0, 0)]


@pytest.mark.parametrize("fields", [{"people": 4}, {"people": 0}, {"people": 0, "page": "", "device_type": "phone"}])
def test_the_database_refuses_a_row_of_fewer(scope, fields):
    row = {"day": dt.date(2026, 11, 1), "page": "leads:list", "visits": 9, "people": 5, "seconds": 1} | fields

    with pytest.raises(IntegrityError, match="usage_count_of_five_people"), transaction.atomic():
        UsageCount.objects.create(**row)


def test_no_row_says_whose_it_was():
    names = {field.name for field in UsageCount._meta.get_fields()}

    assert names == {"id", "organisation", "day", "page", "device_type", "visits", "people", "seconds"}


def test_each_day_is_counted_once_by_the_organisations_days_and_today_is_not_over(organisation, team):
    visit(team, ago=3)
    visit(team, ago=1)
    visit(team, ago=0)

    assert (count_days(organisation), count_days(organisation)) == (2, 0)
    with acting_for(organisation):
        today = timezone.now().astimezone(organisation.zone).date()
        assert set(UsageCount.objects.values_list("day", flat=True)) == {today - 3 * DAY, today - DAY}


def test_what_somebody_withdraws_goes_and_the_counts_stay(organisation, team):
    visit(team)
    before = counted(organisation)
    forget_visits(team[0].user)

    assert counted(organisation) == before


def test_they_are_counted_before_they_are_deleted(organisation, team):
    visit(team, ago=91)

    handler_of(PURGE).run(organisation, organisation.pk)

    with acting_for(organisation):
        assert not PageVisit.objects.exists()
        assert UsageCount.objects.told().get().visits == 6


def test_without_the_counting_nothing_would_be_left(organisation, team, monkeypatch):
    monkeypatch.setattr("privacy.tasks.count_days", lambda organisation: 0)
    visit(team, ago=91)

    handler_of(PURGE).run(organisation, organisation.pk)

    with acting_for(organisation):
        assert not PageVisit.objects.exists()
        assert not UsageCount.objects.exists()


def test_who_is_asked_reads_what_is_left_and_for_how_long(client_of, telecaller):
    longest = SCHEDULE["usage_counts"].most
    page = client_of(telecaller).get("/me/privacy/choices/").content.decode()

    assert FEWEST_PEOPLE == 5
    assert "of five people or more and without their names" in page
    assert f"for {round(longest * 12 / 365.25)} months at most" in page


def test_counts_go_after_twenty_five_months(organisation):
    kept = SCHEDULE["usage_counts"].days
    today = timezone.now().astimezone(organisation.zone).date()
    with acting_for(organisation):
        for days in (kept + 2, kept - 1):
            UsageCount.objects.create(day=today - days * DAY, page="a", visits=5, people=5, seconds=5)

    while purge_some(organisation):
        pass

    with acting_for(organisation):
        assert [row.day for row in UsageCount.objects.all()] == [today - (kept - 1) * DAY]
    assert kept == 761


def test_the_page_is_built_from_the_counts_alone(client_of, admin, organisation, team):
    visit(team, seconds=20)
    visit(team, "leads:board", "computer", ago=40)
    count_days(organisation)
    with acting_for(organisation):
        PageVisit.objects.all().delete()
    client = client_of(admin)

    month = client.get(URL)
    quarter = client.get(URL, {"days": "90"})

    assert [(row["label"], row["visits"], row["average"]) for row in month.context["pages"]] == [("leads:list", 6, 20)]
    assert [row["label"] for row in quarter.context["pages"]] == ["leads:board", "leads:list"]
    assert {row["label"] for row in quarter.context["devices"]} == {"Phone", "Computer"}
    assert len(quarter.context["by_day"]) == 2
    page = month.content.decode()
    assert "Fewer than 5 people are not told apart" in page
    assert not any(member.name in page for member in team)
    assert client.get(URL, {"days": "9\x00"}).context["days"] == 30


def test_the_page_asks_the_same_queries_for_any_number_of_rows(client_of, admin, organisation, team):
    client, asked = client_of(admin), []
    client.get(URL)
    for ago in (1, 2):
        visit(team, ago=ago)
        count_days(organisation)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_only_admins_see_it_and_nobody_writes(client_of, admin, manager, telecaller, organisation, team):
    visit(team)
    count_days(organisation)

    assert client_of(manager).get(URL).status_code == 403
    assert client_of(telecaller).get(URL).status_code == 403
    assert client_of(admin).post(URL).status_code == 405
    assert reverse("privacy:usage_counts") == URL
    assert counting_usage.FEWEST_PEOPLE == 5
