"""The sources that leads came from, as the filter of the list offers them."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from leads import sources
from leads.models import Lead
from leads.sources import used_sources
from leads.tests.factories import make_lead
from teams.models import Team, TeamMembership

FILTERS = reverse("leads:filters")


@pytest.fixture
def story(scope, rival, telecaller, manager):
    for source in ("Website", "Expo", "expo", "", "Website"):
        make_lead(source=source, assigned_to=telecaller)
    make_lead(source="Deleted", deleted_at=timezone.now(), deleted_by=manager)
    with acting_for(rival):
        make_lead(source="Theirs")


def test_each_source_is_told_once(story, admin):
    assert used_sources(admin) == ["Expo", "expo", "Website"]


def test_nobody_has_a_source(scope, admin):
    make_lead()

    assert used_sources(admin) == []


def test_as_many_sources_as_leads_are_no_choice(story, admin, monkeypatch):
    monkeypatch.setattr(sources, "MOST_SOURCES", 2)

    assert used_sources(admin) == []


def test_the_index_has_the_page_and_the_way_from_source_to_source(story, scope):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        page = Lead.objects.filter(source="Expo").order_by("-created_at", "-id")[:51].explain()
        cursor.execute("EXPLAIN ANALYZE " + sources._USED, {"organisation": scope.pk, "people": None, "most": 9})
        walk = "\n".join(line for (line,) in cursor.fetchall())

    for plan in (page, walk):
        # Row-level security lets a comparison into the index only where it tells nothing (LEAKPROOF).
        condition = next(line for line in plan.partition("lead_newest_of_source")[2].splitlines() if "Cond:" in line)
        assert "source" in condition


def test_who_leads_a_team_is_told_what_its_leads_came_from(story, manager, telecaller, colleague):
    make_lead(source="Hidden", assigned_to=colleague)
    make_lead(source="Zoo")
    team = Team.objects.create(name="West")
    TeamMembership.objects.create(team=team, member=manager, is_lead=True)
    TeamMembership.objects.create(team=team, member=telecaller)

    assert used_sources(manager) == ["Expo", "expo", "Website", "Zoo"]
    assert used_sources(telecaller) == []


def test_who_sees_every_lead_chooses_among_the_sources(client_of, story, manager):
    client = client_of(manager)

    menu = client.get(FILTERS, {"source": "Expo"}).content.decode()
    gone = client.get(FILTERS, {"source": "Long gone"}).content.decode()

    assert '<option value="Expo" selected>Expo</option>' in menu
    assert '<option value="none">No source</option>' in menu
    assert "Deleted" not in menu
    assert "Theirs" not in menu
    assert menu.count('name="source"') == 1
    assert '<option value="Long gone" selected>Long gone</option>' in gone


def test_who_sees_only_some_leads_types_it(client_of, story, telecaller):
    menu = client_of(telecaller).get(FILTERS, {"source": "Expo"}).content.decode()

    assert '<input class="form-control" id="by-source" name="source" type="text" value="Expo">' in menu
    assert "Website" not in menu
