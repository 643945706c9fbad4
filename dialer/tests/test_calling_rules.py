"""How calls are made: the organisation's settings, and what a campaign says of its own."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from dialer.actions.wrap_up import FollowUpMissing, save_disposition
from dialer.models import DialerSettings, Disposition, LeftOut
from dialer.tests.factories import make_call, make_campaign
from leads.models import FollowUp
from leads.tests.factories import make_lead

SETTINGS = reverse("dialer:calling_settings")


def outcome(name):
    return Disposition.objects.get(name=name)


def sent(**changes):
    kept = {
        "wrap_up_seconds": "120",
        "outcome_minutes": "30",
        "default_mode": "bridge",
        "language": DialerSettings._meta.get_field("language").default,
    }
    return kept | {"lease_minutes": "20", "hot_lead_minutes": "30"} | changes


@pytest.fixture
def campaign(scope, telecaller):
    return make_campaign(telecaller)


@pytest.fixture
def ended(campaign, telecaller):
    """A call of the campaign that was not answered and waits for its outcome."""
    lead = make_lead(assigned_to=telecaller)
    return make_call(lead, telecaller, campaign=campaign, closed_at=None, wrap_up_seconds=None)


def calling(campaign):
    return reverse("dialer:campaign_calling", args=[campaign.pk])


def offer(client, campaign, *left_out, **more):
    page = client.get(calling(campaign))
    shown = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    kept = [row.pk for row in Disposition.objects.in_order() if row.name not in left_out]
    return client.post(
        calling(campaign), {name: value for name, value in shown.items() if value} | {"offered": kept} | more
    )


def wrap_up(client, call, name, **more):
    return client.post(reverse("dialer:disposition", args=[call.pk]), {"outcome": outcome(name).pk, **more})


def test_the_settings_are_saved_with_a_history(client_of, admin, scope):
    client = client_of(admin)

    assert client.post(SETTINGS, sent(not_connected_needs_follow_up="on")).url == SETTINGS

    own = DialerSettings.objects.get()
    assert (own.not_connected_needs_follow_up, own.lease_minutes) == (True, 20)
    assert AuditEntry.objects.get(verb="dialer_settings.changed").details["fields"] == [
        "not_connected_needs_follow_up",
        "lease_minutes",
    ]
    assert "Change history" in client.get(SETTINGS).content.decode()


@pytest.mark.parametrize("wrong", [{"lease_minutes": "0"}, {"lease_minutes": "x"}, {"hot_lead_minutes": "1441"}])
def test_a_wrong_setting_is_named_and_nothing_changes(client_of, admin, scope, wrong):
    response = client_of(admin).post(SETTINGS, sent(**wrong))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == list(wrong)
    assert DialerSettings.objects.get().lease_minutes == 15


def test_who_may_set_them(client_of, admin, manager, telecaller):
    assert client_of(manager).get(SETTINGS).status_code == client_of(telecaller).get(SETTINGS).status_code == 403
    assert client_of(admin).put(SETTINGS).status_code == 405


def test_a_campaign_offers_what_it_does_not_leave_out(client_of, manager, telecaller, campaign, ended):
    offer(client_of(manager), campaign, "Already bought", "Switched off")

    client = client_of(telecaller)
    page = client.get(reverse("dialer:disposition", args=[ended.pk])).content.decode()
    assert "Already bought" not in page
    assert wrap_up(client, ended, "Switched off").status_code == 422
    assert ended.reloaded().closed_at is None
    wrap_up(client, ended, "No answer")
    assert ended.reloaded().disposition == outcome("No answer")
    # Nor later, when the outcome is corrected; elsewhere it is offered as ever.
    changed = client.post(reverse("dialer:outcome", args=[ended.pk]), {"outcome": outcome("Switched off").pk})
    assert changed.status_code == 422
    other = make_call(make_lead(assigned_to=telecaller), telecaller, closed_at=None, wrap_up_seconds=None)
    wrap_up(client, other, "Switched off")
    assert other.reloaded().disposition == outcome("Switched off")


def test_what_is_left_out_is_offered_again(client_of, manager, campaign):
    client = client_of(manager)
    offer(client, campaign, "Busy", "Already bought")
    offer(client, campaign, "Busy")

    assert [row.disposition.name for row in LeftOut.objects.all()] == ["Busy"]
    assert AuditEntry.objects.filter(verb="campaign.calling_changed").count() == 2
    added = Disposition.objects.create(name="Visit fixed", group="connected")
    assert added.pk in client.get(calling(campaign)).context["form"].initial["offered"]


def test_a_group_without_outcome_is_refused(client_of, manager, campaign):
    connected = Disposition.objects.filter(group="connected").values_list("name", flat=True)

    response = offer(client_of(manager), campaign, *connected)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["offered"]
    assert not LeftOut.objects.exists()


def test_an_outcome_is_left_out_once(campaign):
    LeftOut.objects.create(campaign=campaign, disposition=outcome("Busy"))

    with pytest.raises(IntegrityError, match="outcome_left_out_once"), transaction.atomic():
        LeftOut.objects.create(campaign=campaign, disposition=outcome("Busy"))


def test_who_may_say_how_it_is_called(client_of, manager, telecaller, outsider, campaign):
    assert client_of(telecaller).get(calling(campaign)).status_code == 403
    assert client_of(outsider).get(calling(campaign)).status_code == 404
    assert client_of(manager).put(calling(campaign)).status_code == 405


def test_after_no_connection_a_follow_up_is_asked_where_that_is_set(client_of, telecaller, ended):
    DialerSettings.objects.update(not_connected_needs_follow_up=True)
    client = client_of(telecaller)

    asked = wrap_up(client, ended, "Switched off")
    assert asked.status_code == 200
    # The delay of its retry, four hours, is what is suggested.
    assert asked.context["chosen"].suggested_minutes == 240
    with pytest.raises(FollowUpMissing):
        save_disposition(ended, outcome("Switched off"), by=telecaller)
    assert ended.reloaded().closed_at is None
    wrap_up(client, ended, "Switched off", chosen=outcome("Switched off").pk, due="3d")

    assert ended.reloaded().disposition == outcome("Switched off")
    # Nothing was agreed with anybody.
    assert FollowUp.objects.get().kind == FollowUp.Kind.TASK


def test_where_the_matter_ends_nothing_is_planned(client_of, telecaller, ended):
    DialerSettings.objects.update(not_connected_needs_follow_up=True)

    wrap_up(client_of(telecaller), ended, "Wrong number")

    assert ended.reloaded().closed_at is not None
    assert not FollowUp.objects.exists()


def test_the_wrap_up_says_which_outcomes_do_not_fit_and_refuses_them(client_of, telecaller, ended):
    client = client_of(telecaller)
    page = client.get(reverse("dialer:disposition", args=[ended.pk])).content.decode()

    assert page.count("from 5 s of talk") == 2
    response = wrap_up(client, ended, "Converted")
    assert response.status_code == 422
    assert "needs at least 5 s of talk; on this call it was 0 s." in response.content.decode()


def test_the_page_of_a_call_shows_its_earlier_outcomes(client_of, telecaller, organisation):
    with acting_for(organisation):
        call = make_call(make_lead(assigned_to=telecaller), telecaller, talk=60, disposition="Not interested")
        sold = {"outcome": outcome("Converted").pk, "was": outcome("Not interested").pk, "reason": "Paid at night"}
    client = client_of(telecaller)
    client.post(reverse("dialer:outcome", args=[call.pk]), sold)

    page = client.get(reverse("dialer:call", args=[call.pk])).content.decode()

    assert "Earlier outcomes" in page
    assert '<s class="text-secondary">Not interested</s> → Converted' in page
    assert "Paid at night" in page
