"""Who finds and opens what: the search of the shell, similar names, files of a lead."""

import pytest
from django.urls import reverse

from jini.tests.sights import SEES
from jini.tests.test_visibility import client  # noqa: F401 -- fixtures

FOLLOWERS = pytest.mark.parametrize("who", SEES)
SEARCH = reverse("leads:search")


def found(client, words):  # noqa: F811
    sections = client.post(SEARCH, {"words": words}).context["sections"]
    return {str(section.label): {str(entry.title) for entry in section.entries} for section in sections}


@FOLLOWERS
@pytest.mark.parametrize(("words", "label"), [("lead", "Leads"), ("lesd", "Similar names")])
def test_the_search_finds_leads_that_are_seen(client, world, who, words, label):  # noqa: F811
    titles = found(client(who), words).get(label, set())

    assert {name for name, lead in world.leads.items() if lead.name in titles} == SEES[who]


@FOLLOWERS
def test_the_search_finds_people_and_campaigns_that_are_seen(client, world, who):  # noqa: F811
    one = client(who)
    for name in ("asha", "bilal", "ela"):
        person, campaign = world.people[name], world.campaigns[name]
        assert (person.name in found(one, person.user.first_name).get("People", set())) == (
            name in SEES[who] and who != "asha"
        )
        assert (campaign.name in found(one, campaign.name).get("Campaigns", set())) == (
            name in SEES[who] and who != "asha"
        )
