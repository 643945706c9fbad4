"""The teams page, and making, changing and dissolving a team."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from teams.models import Team, TeamMembership

TEAMS, NEW = reverse("teams:teams"), reverse("teams:team_new")


def people_of(team):
    return {(row.member, row.is_lead) for row in TeamMembership.objects.filter(team=team).select_related("member")}


def test_a_team_is_made_with_its_people(client_of, scope, admin, manager, telecaller, colleague):
    response = client_of(admin).post(NEW, {"name": " West  side ", "members": [telecaller.pk], "leads": [manager.pk]})

    assert response.url == TEAMS
    team = Team.objects.get(name="West side")
    assert people_of(team) == {(telecaller, False), (manager, True)}
    assert AuditEntry.objects.filter(verb="team.founded", subject_id=team.pk).exists()
    text = client_of(manager).get(TEAMS).content.decode()
    assert "West side" in text
    assert colleague.name not in text
    assert reverse("teams:team", args=[team.pk]) not in text
    assert colleague.name in client_of(admin).get(TEAMS).content.decode().split("In no team")[1]


def test_who_leads_no_team_is_told_so(client_of, scope, manager, admin):
    Team.objects.create(name="East")

    assert "You lead no team" in client_of(manager).get(TEAMS).content.decode()
    assert "East" in client_of(admin).get(TEAMS).content.decode()


def test_who_joins_a_team_leaves_the_other(client_of, scope, admin, telecaller, colleague):
    east, west = Team.objects.create(name="East"), Team.objects.create(name="West")
    TeamMembership.objects.create(team=east, member=telecaller)
    TeamMembership.objects.create(team=west, member=colleague)
    page = reverse("teams:team", args=[west.pk])
    assert f"{telecaller.name} (East)" in client_of(admin).get(page).content.decode()

    client_of(admin).post(page, {"name": "West", "members": [telecaller.pk]})

    assert people_of(west) == {(telecaller, False)}
    assert people_of(east) == set()


def test_dissolving_leaves_its_people(client_of, scope, admin, telecaller):
    team = Team.objects.create(name="East")
    TeamMembership.objects.create(team=team, member=telecaller)
    client_of(admin).post(reverse("teams:dissolution", args=[team.pk]))

    assert not Team.objects.exists()
    assert not TeamMembership.objects.exists()
    assert telecaller.user.is_active


def test_wrong_input_keeps_what_was_typed(client_of, scope, admin, owner, telecaller, outsider):
    Team.objects.create(name="East")
    client = client_of(admin)

    assert client.post(NEW, {"name": ""}).status_code == 422
    taken = client.post(NEW, {"name": "EAST", "members": [telecaller.pk]})
    assert (taken.status_code, "Another team has this name." in taken.content.decode()) == (422, True)
    assert f'value="{telecaller.pk}" ' in taken.content.decode().split("checked")[0][-200:]
    for wrong in ({"members": [outsider.pk]}, {"members": [owner.pk]}, {"leads": [telecaller.pk]}):
        assert client.post(NEW, {"name": "New"} | wrong).status_code == 422
    assert Team.objects.count() == 1


def test_who_may_do_what(client_of, organisation, telecaller, manager, admin, outsider):
    with acting_for(organisation):
        team = Team.objects.create(name="East")
    pages = [reverse("teams:team", args=[team.pk]), NEW]
    dissolution = reverse("teams:dissolution", args=[team.pk])

    assert client_of(telecaller).get(TEAMS).status_code == 403
    assert {client_of(manager).get(page).status_code for page in pages} == {403}
    assert client_of(manager).post(dissolution).status_code == 403
    assert client_of(outsider).get(pages[0]).status_code == client_of(outsider).post(dissolution).status_code == 404
    assert client_of(admin).get(dissolution).status_code == client_of(admin).post(TEAMS).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_queries_for_any_number_of_teams(client_of, scope, manager, telecaller, count):
    client = client_of(manager)
    east = Team.objects.create(name="East")
    TeamMembership.objects.create(team=east, member=telecaller)
    TeamMembership.objects.create(team=east, member=manager, is_lead=True)
    with CaptureQueriesContext(connection) as before:
        client.get(TEAMS)
    for number in range(count):
        member = make_member(scope, Role.TELECALLER)
        TeamMembership.objects.create(team=Team.objects.create(name=f"T{number}", parent=east), member=member)
    with CaptureQueriesContext(connection) as after:
        client.get(TEAMS)

    assert "T0" in client.get(TEAMS).content.decode()
    assert len(after) == len(before)
