"""Who sees and moves which follow-ups, and what falls to whom when it is left lying."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from jini.tests.sights import MANAGERS, SEES, TELECALLERS
from jini.tests.test_visibility import FOLLOWERS, LEADERS, client, expected, statuses  # noqa: F401 -- fixtures
from leads.models import FollowUp
from teams.models import TeamMembership

PAGE = reverse("leads:follow_ups")
# Whose late follow-ups each may take: of whom they see, and of their own teams (Sales is head's, West is Asha's).
TAKES = {
    "head": {"asha", "bilal"},
    "west": {"asha"},
    "none": set(),
    "admin": {"asha", "bilal", "ela"},
    "owner": {"asha", "bilal", "ela"},
    "asha": set(),
}


def shown(world, page):
    ids = {task.pk for task in page.context["page"].rows}
    return {name for name, task in world.follow_ups.items() if task.pk in ids}


@FOLLOWERS
def test_days_and_what_fell_due_are_of_who_is_seen(client, world, who):  # noqa: F811 -- fixtures
    today = timezone.localdate().isoformat()
    due_on = {timezone.localtime(task.due_at).date().isoformat() for task in world.follow_ups.values()}
    one, seen = client(who), SEES[who] - {"nobody"}

    for query in [{"day": day} for day in due_on] + [{"from": min(due_on), "to": today}]:
        assert shown(world, one.get(PAGE, query)) == seen
    for name in TELECALLERS:
        asked = one.get(PAGE, {"from": min(due_on), "to": today, "person": str(world.people[name].pk)})
        # Of who cannot be asked for, the filter means nobody in particular, and shows no more than without it.
        assert shown(world, asked) <= seen
        if name in seen:
            assert shown(world, asked) == {name}
    assert {name for name, _row in one.get(reverse("leads:follow_ups_kept"), {"days": "30"}).context["rows"]} == {
        world.people[name].name for name in seen
    }


@LEADERS
def test_a_team_narrows_to_its_people_who_are_seen(client, world, who):  # noqa: F811 -- fixtures
    for key, members in {"west": {"asha"}, "east": {"ela"}}.items():
        found = shown(world, client(who).get(PAGE, {"team": str(world.teams[key].pk)}))
        assert found <= SEES[who]
        if members <= SEES[who]:
            assert found == members


@FOLLOWERS
def test_moving_giving_and_taking_back(client, world, who):  # noqa: F811 -- fixtures
    one, seen = client(who), SEES[who] - {"nobody"}
    assert statuses(one, world.follow_ups, "leads:follow_up_snooze") == expected(world.follow_ups, seen)
    if who != "asha":
        assert statuses(one, world.follow_ups, "leads:follow_up_reassignment") == expected(world.follow_ups, seen)
    for name, task in world.follow_ups.items():
        answer = one.post(reverse("leads:follow_up_return", args=[task.pk]))
        assert answer.status_code == (302 if name in seen else 404)


@pytest.mark.parametrize("who", MANAGERS)
def test_a_follow_up_is_given_to_who_is_seen_alone(client, world, who):  # noqa: F811 -- fixtures
    for name in SEES[who] - {"nobody"}:
        address = reverse("leads:follow_up_reassignment", args=[world.follow_ups[name].pk])
        assert client(who).post(address, {"to": world.people["ela"].pk}).status_code == 422
    sent = {"back": f"?person={world.people['ela'].pk}", "to": world.people[who].pk}
    client(who).post(reverse("leads:follow_ups_reassignment"), sent)

    assert FollowUp.objects.get(pk=world.follow_ups["ela"].pk).assigned_to == world.people["ela"]


@FOLLOWERS
def test_what_is_left_lying_falls_to_the_own_teams(client, world, who):  # noqa: F811 -- fixtures
    FollowUp.objects.update(assigned_at=timezone.now() - dt.timedelta(hours=2))
    one = client(who)

    assert shown(world, one.get(PAGE, {"due": "open"})) == TAKES[who]
    for name, task in world.follow_ups.items():
        answer = one.post(reverse("leads:follow_up_taking", args=[task.pk]))
        known = 409 if name in SEES[who] else 404
        assert answer.status_code == (302 if name in TAKES[who] else known)


def test_a_telecaller_of_the_same_team_takes_and_then_sees_the_lead(client, world):  # noqa: F811 -- fixtures
    FollowUp.objects.update(assigned_at=timezone.now() - dt.timedelta(hours=2))
    lead = world.leads["bilal"]
    assert client("asha").get(lead.get_absolute_url()).status_code == 404
    TeamMembership.objects.filter(member=world.people["asha"]).update(team=world.teams["south"])

    client("asha").post(reverse("leads:follow_up_taking", args=[world.follow_ups["bilal"].pk]))

    assert client("asha").get(lead.get_absolute_url()).status_code == 200
    assert client("bilal").get(lead.get_absolute_url()).status_code == 404
