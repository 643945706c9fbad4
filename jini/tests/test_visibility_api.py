"""Who sees what through the API: the same as on the pages."""

import pytest

from accounts.tests.api import program_of
from jini.tests.sights import SEES
from leads.models import FollowUp, Lead
from leads.tests.factories import make_follow_up

FOLLOWERS = pytest.mark.parametrize("who", SEES)


@FOLLOWERS
def test_leads(world, who):
    program = program_of(world.member(who))

    listed = {lead["id"] for lead in program.get("leads/").json()["items"]}

    assert {name for name, lead in world.leads.items() if str(lead.pk) in listed} == SEES[who]
    for name, lead in world.leads.items():
        answers = [program.get(f"leads/{lead.pk}/"), program.send("PATCH", f"leads/{lead.pk}/", {"version": 1})]
        assert {answer.status_code for answer in answers} == {200 if name in SEES[who] else 404}


@FOLLOWERS
def test_calls_and_follow_ups(world, who):
    program, seen = program_of(world.member(who)), SEES[who] - {"nobody"}

    calls = {call["id"] for call in program.get("calls/").json()["items"]}
    tasks = {task["id"] for task in program.get("follow-ups/").json()["items"]}

    assert {name for name, call in world.calls.items() if str(call.pk) in calls} == seen
    assert {name for name, task in world.follow_ups.items() if str(task.pk) in tasks} == seen
    for name, call in world.calls.items():
        assert program.get(f"calls/{call.pk}/").status_code == (200 if name in seen else 404)
    for name, lead in world.leads.items():
        body = {"lead_id": str(lead.pk), "due_at": "2999-01-01T10:00:00+05:30"}
        assert program.post("follow-ups/", body).status_code == (201 if name in SEES[who] else 404)


@FOLLOWERS
def test_who_may_be_given_a_lead(world, who):
    offered = {person["name"] for person in program_of(world.member(who)).get("lead-choices/").json()["owners"]}

    assert {world.people[name].name for name in SEES[who] - {"nobody"}} <= offered
    assert (world.people["ela"].name in offered) == ("ela" in SEES[who])


def test_a_number_of_a_lead_out_of_sight_is_refused_without_saying_whose(world):
    hidden = world.leads["ela"]

    answer = program_of(world.member("asha")).post("leads/", {"phone": hidden.phone})

    assert (answer.status_code, answer.json()["code"], answer.json()["lead_id"]) == (409, "phone_taken", None)
    assert Lead.objects.filter(phone=hidden.phone).count() == 1


def test_a_refused_request_has_written_nothing(world):
    lead = world.leads["asha"]
    make_follow_up(lead, world.people["asha"])
    before = FollowUp.objects.count(), lead.reloaded().version

    body = {"version": lead.version, "city": "Nashik", "owner_id": str(world.people["ela"].pk)}
    answer = program_of(world.member("west")).send("PATCH", f"leads/{lead.pk}/", body)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["owner_id"])
    assert (FollowUp.objects.count(), lead.reloaded().version) == before
