"""What a member sees: by role, by the teams they lead, and by the teams below those."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Role
from accounts.tests.factories import make_member
from teams.actions.teams import dissolve_team
from teams.models import Team, TeamMembership
from teams.visibility import Sight, people_in, people_seen_by, people_who_see, sight_of, teams_seen_by


def seen(member):
    """The sight of the member as a request would work it out."""
    return sight_of(Membership.objects.get(pk=member.pk))


@pytest.fixture
def tree(scope, manager, telecaller, colleague):
    """Sales, led by the manager; below it West with Asha; below that North with Bilal. East stands apart, led by Esha."""
    sales = Team.objects.create(name="Sales")
    west = Team.objects.create(name="West", parent=sales)
    north = Team.objects.create(name="North", parent=west)
    east = Team.objects.create(name="East")
    esha, ela = make_member(scope, Role.MANAGER, first_name="Esha"), make_member(scope, first_name="Ela")
    for team, member, is_lead in [
        (sales, manager, True),
        (west, telecaller, False),
        (north, colleague, False),
        (east, esha, True),
        (east, ela, False),
    ]:
        TeamMembership.objects.create(team=team, member=member, is_lead=is_lead)
    return {"sales": sales, "west": west, "north": north, "east": east, "esha": esha, "ela": ela}


def test_without_teams_a_manager_sees_everything_and_a_telecaller_their_own(scope, manager, telecaller):
    assert seen(manager).is_whole
    assert seen(telecaller) == Sight(frozenset({telecaller.pk}), frozenset(), unowned=False)


def test_a_lead_sees_the_people_of_the_team_and_of_those_below(tree, manager, telecaller, colleague):
    sight = seen(manager)

    assert sight.people == {manager.pk, telecaller.pk, colleague.pk}
    assert sight.teams == {tree["sales"].pk, tree["west"].pk, tree["north"].pk}
    assert seen(tree["esha"]).people == {tree["esha"].pk, tree["ela"].pk}
    assert (sight.covers(None), sight.covers(colleague.pk), sight.covers(tree["ela"].pk)) == (True, True, False)
    assert people_in(tree["west"]) == {telecaller.pk, colleague.pk}


def test_who_leads_none_sees_their_own_and_nobodys(tree, manager):
    TeamMembership.objects.filter(member=manager).update(is_lead=False)
    sight = seen(manager)

    assert (sight.people, sight.teams, sight.unowned) == ({manager.pk}, set(), True)
    assert sight.is_own


def test_admin_and_owner_see_everything_whatever_teams_there_are(tree, admin, owner):
    assert seen(admin) == seen(owner) == Sight()
    assert set(teams_seen_by(admin)) == set(Team.objects.all())


def test_leading_a_team_does_not_make_a_manager_of_a_telecaller(tree, telecaller):
    TeamMembership.objects.filter(member=telecaller).update(is_lead=True)

    assert seen(telecaller).people == {telecaller.pk}


def test_teams_that_stand_in_a_ring_end_the_walk(tree, manager, colleague):
    Team.objects.filter(pk=tree["sales"].pk).update(parent=tree["north"])

    assert colleague.pk in seen(manager).people


def test_a_sight_is_worked_out_once_in_one_question(tree, manager):
    member = Membership.objects.get(pk=manager.pk)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            sight_of(member)

    assert len(asked) == 1


def test_the_teams_page_shows_what_is_seen(client_of, tree, manager, admin):
    page = reverse("teams:teams")
    text = client_of(manager).get(page).content.decode()

    assert "West" in text
    assert "under Sales" in text
    assert "East" not in text
    assert "Ela" not in text
    assert "Ela" in client_of(admin).get(page).content.decode()
    assert set(people_seen_by(Membership.objects.get(pk=tree["esha"].pk))) == {tree["esha"], tree["ela"]}


def test_a_team_does_not_come_under_itself(client_of, tree, admin):
    for parent in (tree["sales"], tree["north"]):
        tree["sales"].parent = parent
        with pytest.raises(ValidationError):
            tree["sales"].clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.filter(pk=tree["east"].pk).update(parent=tree["east"])
    page = reverse("teams:team", args=[tree["sales"].pk])
    answer = client_of(admin).post(page, {"name": "Sales", "parent": tree["north"].pk})

    assert answer.status_code == 422
    assert "A team cannot be under itself" in answer.content.decode()
    assert Team.objects.get(name="Sales").parent is None


def test_a_team_is_put_under_another(client_of, tree, admin):
    page = reverse("teams:team", args=[tree["east"].pk])
    client_of(admin).post(page, {"name": "East", "parent": tree["west"].pk, "members": [tree["ela"].pk]})

    assert Team.objects.get(name="East").parent == tree["west"]


def test_the_teams_below_a_dissolved_one_come_under_the_one_above(tree, admin, manager, colleague):
    dissolve_team(tree["west"], by=admin)

    assert Team.objects.get(name="North").parent == tree["sales"]
    assert colleague.pk in seen(manager).people


@pytest.mark.parametrize("has_teams", [True, False])
def test_who_sees_is_the_same_asked_from_either_side(tree, manager, telecaller, colleague, admin, owner, has_teams):
    if not has_teams:
        Team.objects.all().delete()
    everybody = list(Membership.objects.filter(organisation=manager.organisation))
    for of in [*(person.pk for person in everybody), None]:
        assert set(people_who_see(of)) == {person for person in everybody if seen(person).covers(of)}
    Membership.objects.filter(pk=tree["esha"].pk).update(deactivated_at=admin.created_at)
    assert tree["esha"] not in people_who_see(tree["ela"].pk)
