"""Campaigns made from a list of leads, changed, paused and ended."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tenancy import acting_for
from dialer.campaign_forms import CampaignForm
from dialer.models import Campaign, QueueEntry, RetryRule
from dialer.tests.factories import make_campaign, make_entry
from leads.models import Status
from leads.tests.factories import make_lead
from privacy.models import DoNotCall

LIST, NEW = reverse("dialer:campaigns"), reverse("dialer:campaign_new")


def fields(*members, **more):
    """What the form sends when it is left as it is."""
    form = CampaignForm(by=members[0])
    shown = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    return shown | {"name": "Pune rooftop", "members": [member.pk for member in members]} | more


def test_a_campaign_of_a_filtered_list_holds_those_leads(client_of, scope, manager, telecaller):
    pune = make_lead(city="Pune")
    make_lead(city="Nashik")

    response = client_of(manager).post(f"{NEW}?q=Pune", fields(telecaller))

    campaign = Campaign.objects.get()
    assert response.url == campaign.get_absolute_url()
    assert campaign.state == Campaign.State.RUNNING
    assert [entry.lead for entry in QueueEntry.objects.all()] == [pune]
    assert [row.member for row in campaign.campaign_members.all()] == [telecaller]
    assert RetryRule.objects.filter(campaign=campaign).count() == 4


def test_who_stays_out_is_said(client_of, scope, manager, telecaller):
    make_lead()
    make_lead(status=Status.objects.get(name="Won"))
    DoNotCall.objects.create(phone=make_lead().phone, source="manual")
    make_entry(make_lead(), make_campaign())

    page = client_of(manager).post(NEW, fields(telecaller), follow=True).content.decode()

    assert "1 leads wait to be called. 1 wait in a campaign already. 1 are closed. 1 are on do not call." in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "TAKEN"}, "name"),
        ({"members": []}, "members"),
        ({"opens_at": "20:00", "closes_at": "10:00"}, "closes_at"),
        ({"priority": "12"}, "priority"),
        ({"maximum_attempts": "99"}, "maximum_attempts"),
    ],
)
def test_bad_input_is_refused_and_kept(client_of, scope, manager, telecaller, wrong, field):
    make_campaign(name="Taken")

    response = client_of(manager).post(NEW, fields(telecaller) | wrong)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Campaign.objects.count() == 1


def test_a_member_of_another_organisation_is_no_choice(client_of, scope, manager, outsider):
    assert client_of(manager).post(NEW, fields(outsider)).status_code == 422


def test_a_change_is_kept(client_of, scope, manager, telecaller, colleague):
    campaign = make_campaign(telecaller)
    address = reverse("dialer:campaign_edit", args=[campaign.pk])

    assert client_of(manager).get(address).status_code == 200
    client_of(manager).post(address, fields(colleague, name="New name", priority=9))

    campaign = campaign.reloaded()
    assert (campaign.name, campaign.priority) == ("New name", 9)
    assert [row.member for row in campaign.campaign_members.all()] == [colleague]


def test_a_campaign_pauses_runs_and_ends(client_of, scope, manager, telecaller):
    campaign = make_campaign(telecaller)
    make_entry(make_lead(), campaign)
    client = client_of(manager)

    for state in ("paused", "running", "ended"):
        assert client.post(reverse("dialer:campaign_state", args=[campaign.pk, state])).status_code == 302
        assert campaign.reloaded().state == state
    assert QueueEntry.objects.get().finished_because == "campaign_ended"
    assert client.post(reverse("dialer:campaign_state", args=[campaign.pk, "running"])).status_code == 409


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_queries_for_any_number(client_of, scope, manager, count):
    client = client_of(manager)
    make_campaign()
    with CaptureQueriesContext(connection) as before:
        client.get(LIST)
    for _ in range(count):
        make_campaign()
    with CaptureQueriesContext(connection) as after:
        assert client.get(LIST).status_code == 200

    assert len(after) == len(before)


def test_telecallers_may_not(client_of, scope, telecaller):
    campaign = make_campaign(telecaller)
    client = client_of(telecaller)

    assert client.get(LIST).status_code == client.get(NEW).status_code == 403
    assert client.get(campaign.get_absolute_url()).status_code == 403
    assert client.post(reverse("dialer:campaign_state", args=[campaign.pk, "paused"])).status_code == 403


def test_campaigns_of_another_organisation_are_not_found(client_of, outsider, organisation):
    with acting_for(organisation):
        campaign = make_campaign()
    client = client_of(outsider)

    assert client.get(campaign.get_absolute_url()).status_code == 404
    assert client.get(reverse("dialer:campaign_edit", args=[campaign.pk])).status_code == 404
    assert client.post(reverse("dialer:campaign_state", args=[campaign.pk, "ended"])).status_code == 404


def test_wrong_methods(client_of, scope, manager):
    campaign = make_campaign()
    client = client_of(manager)

    assert client.post(LIST).status_code == 405
    assert client.get(reverse("dialer:campaign_state", args=[campaign.pk, "ended"])).status_code == 405
