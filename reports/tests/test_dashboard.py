"""The pages of figures: every number equals the rows it links to, whoever and whatever is selected."""

import csv
import datetime as dt
import io
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.models import Call, Campaign
from dialer.tests.factories import make_call, make_campaign, make_entry
from jini.lib.words import grouped
from leads.models import FollowUp, Lead
from leads.tests.factories import make_follow_up, make_lead
from reports.actions.rollups import rebuild
from reports.figures import Figures
from reports.metrics import METRICS, Totals, Unit, percent
from reports.parts import APART, DASHBOARD_TILES, OWN_TILES, PARTS, tiles
from reports.period import LONGEST, read_period
from reports.selection import read_selection
from reports.tests.factories import at, days_ago, scatter
from teams.models import Team, TeamMembership

DASHBOARD = reverse("reports:dashboard")
MINE = reverse("reports:my_stats")
TODAY = dt.date(2026, 11, 25)


@pytest.fixture
def story(organisation, manager, telecaller, colleague):
    """Twenty days of calls of two telecallers in two campaigns, in a team that the manager leads; late follow-ups."""
    with acting_for(organisation):
        team = Team.objects.create(name="West")
        TeamMembership.objects.create(team=team, member=manager, is_lead=True)
        TeamMembership.objects.create(team=team, member=colleague)
        TeamMembership.objects.create(team=team, member=telecaller)
        campaigns = [make_campaign(telecaller), make_campaign(colleague)]
        scatter(3, [telecaller, colleague], [*campaigns, None], calls=90)
        for place, lead in enumerate(Lead.objects.order_by("pk")):
            attempts = lead_calls(lead)
            first = min((call.started_at for call in attempts), default=None)
            Lead.objects.filter(pk=lead.pk).update(attempts=len(attempts), first_called_at=first)
            make_entry(lead, campaigns[place % 2], finished_at=timezone.now(), finished_because="closed")
        for place, lead in enumerate(Lead.objects.order_by("pk")[:6]):
            due = timezone.now() - dt.timedelta(hours=place + 1)
            make_follow_up(lead, [telecaller, colleague][place % 2], due_at=due, done_at=due if place > 3 else None)
        make_lead(source="")
    rebuild(organisation)
    with acting_for(organisation):
        yield {"team": team, "campaign": campaigns[0], "telecaller": telecaller}


def lead_calls(lead):
    return list(Call.objects.attempts().filter(lead=lead))


def shown_count(client, url: str) -> str:
    """How many rows a list says it has."""
    response = client.get(url)
    assert response.status_code == 200, url
    page = response.context["page"]
    return page.count_text or grouped(len(page.rows))


@pytest.mark.parametrize("who", [{}, {"telecaller": "telecaller"}, {"team": "team"}, {"campaign": "campaign"}])
def test_every_number_equals_the_rows_behind_it(client_of, story, manager, who):
    client = client_of(manager)
    query = {"period": "30d"} | {name: str(story[row].pk) for name, row in who.items()}
    read = Figures(read_selection(manager, query))
    checked = 0
    for key, make in PARTS.items():
        # Money is no number of rows; its own test follows it to them.
        if key == "weekdays" or key in APART:
            continue
        for row in make(read).rows:
            for cell in row.cells:
                if cell.url:
                    assert cell.text == shown_count(client, cell.url), (key, row.head.text, cell)
                    checked += 1
    counted = {"total_calls", "unique_leads_called", "conversions", "untouched_leads"}
    for tile in tiles(read, DASHBOARD_TILES):
        assert tile.url
        if tile.metric.key in counted:
            assert tile.text == shown_count(client, tile.url), tile.metric.key
            checked += 1
    assert checked > 40


def test_the_heatmap_leads_to_the_calls_of_its_hour(client_of, story, manager):
    client = client_of(manager)
    read = Figures(read_selection(manager, {"period": "30d"}))
    week = read.by_weekday()
    for weekday, row in enumerate(PARTS["weekdays"](read).rows):
        for cell, hour in zip(row.cells, [int(column) for column in PARTS["weekdays"](read).columns[1:]], strict=True):
            if cell.url:
                assert shown_count(client, cell.url) == str(week[weekday][hour][0])


@pytest.mark.parametrize("period", ["today", "yesterday", "7d", "30d", "month", "custom", "nonsense"])
def test_the_page_opens_for_every_period(client_of, story, manager, period):
    response = client_of(manager).get(DASHBOARD, {"period": period, "from": "2026-11-01", "to": "2026-11-20"})

    assert response.status_code == 200
    assert "Leaderboard" in response.content.decode()


def test_an_organisation_without_anything_has_a_page(client_of, scope, manager, telecaller):
    assert "Nobody is late." in client_of(manager).get(DASHBOARD).content.decode()
    assert client_of(telecaller).get(MINE).status_code == 200


def test_every_part_as_a_table_and_as_a_file(client_of, story, manager):
    client = client_of(manager)
    query = urlencode({"period": "30d", "telecaller": story["telecaller"].pk})
    read = Figures(read_selection(manager, {"period": "30d", "telecaller": str(story["telecaller"].pk)}))
    for key in PARTS:
        part = PARTS[key](read)
        assert client.get(f"{DASHBOARD}{key}/?{query}").status_code == 200
        response = client.get(f"{DASHBOARD}{key}.csv?{query}")
        rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode().removeprefix("\ufeff"))))
        assert rows[0] == [str(column) for column in part.columns]
        assert len(rows) == len(part.rows) + 1
    assert client.get(f"{DASHBOARD}nothing/").status_code == client.get(f"{DASHBOARD}nothing.csv").status_code == 404


def test_own_figures_are_ones_own(client_of, story, telecaller, colleague):
    client = client_of(telecaller)
    response = client.get(MINE, {"period": "30d", "telecaller": str(colleague.pk)})
    read = Figures(read_selection(telecaller, {"period": "30d", "telecaller": str(telecaller.pk)}))

    assert [tile.text for tile in response.context["tiles"]] == [tile.text for tile in tiles(read, OWN_TILES)]
    assert client.get(f"{MINE}hours/").status_code == client.get(f"{MINE}hours.csv").status_code == 200
    assert client.get(f"{MINE}leaderboard/").status_code == client.get(f"{MINE}leaderboard.csv").status_code == 404
    for tile in response.context["tiles"]:
        assert client.get(tile.url).status_code == 200


def test_who_may_see_what(client_of, story, telecaller, manager, outsider):
    for name in ("", "hours/", "hours.csv"):
        assert client_of(telecaller).get(DASHBOARD + name).status_code == 403
    assert client_of(manager).post(DASHBOARD).status_code == client_of(telecaller).post(MINE).status_code == 405
    theirs = client_of(outsider).get(DASHBOARD, {name: str(row.pk) for name, row in story.items()})
    assert theirs.context["selection"].is_whole
    assert all(tile.text in {"0", "–", "0 s"} for tile in theirs.context["tiles"])


@pytest.mark.parametrize("more", [1, 3])
def test_the_page_asks_the_same_queries_for_any_number_of_calls(
    client_of, story, organisation, manager, colleague, more
):
    client = client_of(manager)
    client.get(DASHBOARD)
    with CaptureQueriesContext(connection) as before:
        client.get(DASHBOARD)
    for _ in range(more):
        make_call(make_lead(assigned_to=colleague, source=f"S{_}"), colleague, talk=9)
        Campaign.objects.create(name=f"C{_}")
    with CaptureQueriesContext(connection) as after:
        client.get(DASHBOARD)

    assert len(after) == len(before)


def test_every_figure_has_its_words(client_of, scope, telecaller):
    text = client_of(telecaller).get(reverse("reports:metrics")).content.decode()

    for metric in METRICS.values():
        assert str(metric.label) in text


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, "2026-11-19", "2026-11-25"),
        ({"period": "today"}, "2026-11-25", "2026-11-25"),
        ({"period": "yesterday"}, "2026-11-24", "2026-11-24"),
        ({"period": "month"}, "2026-11-01", "2026-11-25"),
        ({"period": "custom", "from": "2026-11-20", "to": "2026-11-10"}, "2026-11-10", "2026-11-20"),
        ({"period": "custom", "from": "2026-11-20", "to": "2027-11-10"}, "2026-11-20", "2026-11-25"),
        ({"period": "custom", "from": "1980-01-01", "to": "2026-11-25"}, "2025-11-25", "2026-11-25"),
        ({"period": "custom", "from": "2026-02-30", "to": "2026-11-10"}, "2026-11-19", "2026-11-25"),
        ({"period": "custom", "from": "x"}, "2026-11-19", "2026-11-25"),
    ],
)
def test_periods(query, first, last):
    period = read_period(query, TODAY)

    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert period.before.days == period.days <= LONGEST
    assert period.before.last == period.first - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("unit", "before", "now", "text"),
    [
        (Unit.COUNT, 54, 61, "+7"),
        (Unit.COUNT, 3112, 3486, "+12 %"),
        (Unit.COUNT, 10, 10, "±0"),
        (Unit.RATE, 0.40, 0.37, "−3 points"),
        (Unit.RATE, 0.044, 0.047, "+0.3 points"),
        (Unit.LENGTH, 122, 123, "+1 s"),
        (Unit.TIME, 1000, 1050, "+5 %"),
    ],
)
def test_changes_in_words(unit, before, now, text):
    metric = next(metric for metric in METRICS.values() if metric.unit is unit)

    assert metric.change(now, before).text == text


def test_what_cannot_be_compared_is_not():
    metric = METRICS["connect_rate"]

    assert metric.change(None, 0.5) is metric.change(0.5, None) is metric.change(0, 0) is None
    assert metric.value(Totals()) is None
    assert [percent(share) for share in (0.047, 0.05, 0.37, 1)] == ["4.7 %", "5 %", "37 %", "100 %"]


def test_first_response_is_the_median_of_the_leads_created_in_the_period(scope, manager):
    for minutes in (10, 20, 300):
        created = at(days_ago(1), 10)
        make_lead(created_at=created, first_called_at=created + dt.timedelta(minutes=minutes), attempts=1)
    make_lead(created_at=at(days_ago(1), 10))
    totals = Figures(read_selection(manager, {"period": "7d"})).totals()

    assert totals.first_response == 20 * 60


def test_in_time_is_within_thirty_minutes(scope, manager, telecaller):
    due = timezone.now() - dt.timedelta(hours=2)
    for minutes in (-5, 30, 31):
        make_follow_up(make_lead(), telecaller, due_at=due, done_at=due + dt.timedelta(minutes=minutes))
    make_follow_up(make_lead(), telecaller, due_at=due)
    make_follow_up(make_lead(), telecaller, due_at=due, cancelled_at=due)
    make_follow_up(make_lead(), telecaller, due_at=timezone.now() + dt.timedelta(hours=1))
    totals = Figures(read_selection(manager, {"period": "7d"})).totals()

    assert (totals.follow_ups_due, totals.follow_ups_in_time) == (4, 2)
    assert FollowUp.objects.count() == 6


def test_a_callback_is_kept_within_ten_minutes(client_of, scope, manager, telecaller):
    due = timezone.now() - dt.timedelta(hours=2)
    for minutes in (-11, -10, 0, 10, 11):
        done = due + dt.timedelta(minutes=minutes)
        make_follow_up(make_lead(), telecaller, due_at=due, done_at=done, kind=FollowUp.Kind.CALLBACK)
    make_follow_up(make_lead(), telecaller, due_at=due, kind=FollowUp.Kind.CALLBACK)
    make_follow_up(make_lead(), telecaller, due_at=due, done_at=due)
    read = Figures(read_selection(manager, {"period": "7d"}))
    totals = read.totals()

    assert (totals.callbacks_due, totals.callbacks_kept) == (6, 3)
    assert METRICS["callbacks_kept"].value(totals) == 0.5
    (row,) = PARTS["promises"](read).rows
    assert [cell.text for cell in row.cells] == ["7", "6", "86 %", "6", "3", "50 %"]
    for cell in row.cells:
        if cell.url:
            assert str(len(client_of(manager).get(cell.url).context["page"].rows)) == cell.text


def test_nothing_inline_in_the_charts(client_of, story, manager):
    text = client_of(manager).get(DASHBOARD, {"period": "30d"}).content.decode()

    assert not re.search(r"<[^>]+\sstyle=", text)
    assert "<svg" in text
