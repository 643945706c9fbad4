"""Calls of a demonstration through the simulator ring nobody, so they go at any hour; every other call keeps to its hours."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation
from dialer.calls.caller import shown_in
from dialer.calls.contact import decide, decide_to_call, deciders
from dialer.campaigns import queue
from dialer.models import Call, TelephonyAccount
from dialer.tests.factories import make_campaign, make_entry
from leads.tests.factories import make_lead
from privacy.contact_reasons import GateName, Reason
from privacy.contact_rules import Outcome

LONG_AGO = dt.timedelta(days=900)
NEXT, TODAY = reverse("dialer:next"), reverse("dialer:today")


@pytest.fixture
def night(scope):
    with time_machine.travel(dt.datetime(2026, 11, 24, 23, tzinfo=scope.zone), tick=False):
        queue._heads.clear()
        queue._released.clear()
        yield


@pytest.fixture
def demonstration(scope):
    Organisation.objects.filter(pk=scope.pk).update(is_demo=True)
    scope.is_demo = True
    return scope


def asked(lead, member):
    """Everybody's answer on the lead: the queue's, the telecaller's, and that of the counts of a campaign."""
    shown, now = shown_in(None), timezone.now()
    return [decide(lead).reason, decide_to_call(lead, member).reason, deciders([lead], now, shown)[lead.pk](now).reason]


def test_practice_goes_on_at_night(client_of, demonstration, telecaller, night):
    campaign = make_campaign(telecaller, opens_at=dt.time.min, closes_at=dt.time.max)
    lead = make_lead(name="Suresh Patil", created_at=timezone.now() - LONG_AGO)
    make_entry(lead, campaign, due_at=timezone.now() - LONG_AGO)
    client = client_of(telecaller)

    page = client.get(TODAY).content.decode()
    given = client.post(NEXT).url
    client.post(reverse("dialer:start_call", args=[lead.pk]))

    assert "Call next lead" in page
    assert given == lead.get_absolute_url()
    assert Call.objects.get().lead == lead


def test_the_gate_says_that_it_did_not_ask(demonstration, telecaller, night):
    lead = make_lead(assigned_to=telecaller)

    hours = next(gate for gate in decide_to_call(lead, telecaller).gates if gate.gate is GateName.HOURS)

    assert asked(lead, telecaller) == [Reason.ALLOWED] * 3
    assert (hours.outcome, hours.reason) == (Outcome.SKIP, Reason.PRACTICE)


def test_a_list_of_ones_own_keeps_to_the_hours_in_the_simulator_too(scope, telecaller, night):
    assert asked(make_lead(assigned_to=telecaller), telecaller) == [Reason.OUTSIDE_HOURS] * 3


@pytest.mark.parametrize("provider", ["twilio", "exotel", "own_phone"])
def test_a_demonstration_that_rings_people_keeps_to_the_hours(demonstration, telecaller, night, provider):
    TelephonyAccount.objects.filter(is_active=True).update(provider=provider)

    assert asked(make_lead(assigned_to=telecaller), telecaller) == [Reason.OUTSIDE_HOURS] * 3


def test_a_telecaller_who_calls_on_their_own_phone_rings_somebody(demonstration, telecaller, night):
    shown = shown_in(None, Call.Mode.OWN_PHONE)

    refused = decide_to_call(make_lead(assigned_to=telecaller), telecaller, shown=shown)

    assert refused.reason == Reason.OUTSIDE_HOURS
