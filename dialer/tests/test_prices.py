"""What calls cost: told late by the provider, or never; and what that makes for a minute, a lead and a conversion."""

import datetime as dt
from decimal import Decimal

import pytest
import responses
import time_machine
from django.utils import timezone

from accounts.models import DueTask
from accounts.tenancy import acting_for
from dialer import tasks
from dialer.calls import line
from dialer.calls.costs import cost_of
from dialer.calls.pricing import GIVES_UP_AFTER, PRICE
from dialer.models import Call, CallCharge, Dialling, SimulatedCall, TelephonyAccount
from dialer.providers.exotel.client import Client as ExotelClient
from dialer.providers.exotel.spending import ExotelSpending
from dialer.providers.simulator.spending import SimulatorSpending
from dialer.tests.factories import make_call, make_campaign
from leads.tests.factories import make_lead

AGENT, CUSTOMER = "CA" + "a" * 32, "CA" + "c" * 32
TWILIO = "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls/"


@pytest.fixture
def call(scope, telecaller):
    """A call of a minute through Twilio, over and settled by its estimate."""
    TelephonyAccount.objects.update(provider="twilio", credentials={"account_sid": "AC1", "auth_token": "secret"})
    return charged(
        make_call(make_lead(), telecaller, talk=61, provider="twilio", agent_leg=AGENT, customer_leg=CUSTOMER)
    )


def charged(call, amount="2.5"):
    CallCharge.objects.create(
        call=call, telecaller=call.telecaller, day=timezone.localdate(), seconds=call.talk_seconds or 0,
        amount=Decimal(amount), rate=Decimal("1.25"), state="estimated", settled_at=timezone.now(),
    )  # fmt: skip
    return call


def charge_of(call):
    return CallCharge.objects.get(call=call)


def bill(mock, **prices):
    for sid, price in ((AGENT, prices["agent"]), (CUSTOMER, prices["customer"])):
        answer = {"sid": sid, "price": price, "price_unit": prices.get("unit", "USD"), "status": "completed"}
        mock.get(f"{TWILIO}{sid}.json", json=answer)


@responses.activate
def test_a_price_that_is_not_there_yet_is_asked_for_again(call, organisation):
    bill(responses, agent="-0.01400", customer=None)

    again = tasks.price_call(organisation, call.pk)

    assert again > timezone.now() + dt.timedelta(seconds=29)
    assert (charge_of(call).state, charge_of(call).price) == ("estimated", None)


@responses.activate
def test_the_price_of_both_legs_takes_the_place_of_the_estimate(call, organisation):
    Dialling.objects.update(dollar_rate=Decimal("88.5"))
    bill(responses, agent="-0.01400", customer="-0.04050")

    assert tasks.price_call(organisation, call.pk) is None

    charge = charge_of(call)
    assert (charge.state, charge.price, charge.currency) == ("priced", Decimal("0.05450"), "USD")
    assert charge.amount == Decimal("4.8232")
    assert tasks.price_call(organisation, call.pk) is None
    assert len(responses.calls) == 2


@responses.activate
def test_without_a_rate_the_estimate_stands_beside_the_price(call, organisation):
    bill(responses, agent="-0.014", customer="-0.04")

    tasks.price_call(organisation, call.pk)

    assert (charge_of(call).price, charge_of(call).amount) == (Decimal("0.054"), Decimal("2.5"))


@responses.activate
@pytest.mark.parametrize("price", ["NaN", "soon", "Infinity"])
def test_what_is_no_price_is_none(call, organisation, price):
    bill(responses, agent=price, customer="-0.04")

    assert tasks.price_call(organisation, call.pk) > timezone.now()
    assert charge_of(call).price is None


@responses.activate
@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_provider_that_cannot_say_is_asked_later(call, organisation, status):
    responses.get(f"{TWILIO}{AGENT}.json", status=status, json={"code": 20000 + status, "status": status})

    assert tasks.price_call(organisation, call.pk) > timezone.now()


@responses.activate
def test_after_three_days_nobody_asks_any_more(call, organisation):
    bill(responses, agent=None, customer=None)

    with time_machine.travel(timezone.now() + GIVES_UP_AFTER, tick=False):
        assert tasks.price_call(organisation, call.pk) is None

    assert charge_of(call).state == "estimated"


def test_the_end_of_a_call_owes_the_question_but_on_own_phones(scope, telecaller, colleague):
    live = {"ended_at": None, "closed_at": None, "wrap_up_seconds": None, "agent_leg": "a"}
    billed = make_call(make_lead(), telecaller, **live)
    own = make_call(make_lead(), colleague, mode="own_phone", provider="own_phone", **live)

    for call in (billed, own):
        line.end(Call.objects.get(pk=call.pk), Call.Status.COMPLETED)

    assert [row.subject_id for row in DueTask.objects.filter(task=PRICE)] == [billed.pk]


def event(leg, status, at, duration=None):
    return {"leg": leg, "status": status, "at": at.isoformat(), "duration": duration, "url": ""}


@pytest.mark.parametrize(("talk", "price"), [(None, 0), (1, "0.60"), (60, "0.60"), (61, "1.20")])
def test_the_simulator_bills_begun_minutes_some_seconds_after_the_end(organisation, scope, talk, price):
    now = timezone.now()
    record = SimulatedCall.objects.create(
        token="11111111-2222-4333-8444-555555555555",
        created_at=now,
        events=[event("agent", "completed", now), event("customer", "completed" if talk else "busy", now, talk)],
    )
    spending, legs = SimulatorSpending(organisation), [f"a-{record.token}", f"c-{record.token}"]

    assert spending.price_of(legs) is None
    with time_machine.travel(now + dt.timedelta(seconds=6), tick=False):
        found = spending.price_of(legs)
        assert (found.amount, found.currency) == (Decimal(price), "INR")
        assert spending.price_of(["a-99999999-2222-4333-8444-555555555555"]) is None


def test_a_simulated_call_that_goes_on_has_no_price(organisation, scope):
    now = timezone.now() - dt.timedelta(minutes=1)
    record = SimulatedCall.objects.create(
        token="11111111-2222-4333-8444-555555555555",
        created_at=now,
        events=[event("agent", "in-progress", now), event("customer", "completed", now, 5)],
    )

    assert SimulatorSpending(organisation).price_of([f"a-{record.token}"]) is None


@responses.activate
@pytest.mark.parametrize(("said", "price"), [(None, None), ("1.50", "1.50"), (2.25, "2.25"), ("x", None), (True, None)])
def test_exotel_has_one_price_for_both_legs(said, price):
    client = ExotelClient(account_sid="kiran", api_key="k", api_token="t", region="mumbai")
    responses.get("https://api.in.exotel.com/v1/Accounts/kiran/Calls/s1.json", json={"Call": {"Price": said}})

    found = ExotelSpending(client).price_of(["s1", "s1"])

    assert (found and str(found.amount), len(responses.calls)) == (price, 1)


def test_cost_is_told_for_a_minute_a_lead_and_a_conversion(scope, telecaller):
    campaign, lead = make_campaign(telecaller), make_lead()
    for talk, outcome in ((30, "Converted"), (90, "Interested"), (None, "No answer")):
        charged(make_call(lead, telecaller, talk=talk, disposition=outcome, campaign=campaign), amount="1.5")
    make_call(make_lead(), telecaller, talk=60)

    cost = cost_of(Call.objects.filter(campaign=campaign))

    assert (cost.amount, cost.calls, cost.priced, cost.leads, cost.converted) == (Decimal("4.5"), 3, 0, 1, 1)
    assert (cost.per_minute, cost.per_lead, cost.per_conversion) == (Decimal("2.25"), Decimal("4.5"), Decimal("4.5"))
    assert cost_of(Call.objects.none()).per_minute is None


def test_managers_see_the_cost_on_the_call_and_the_campaign_and_telecallers_do_not(
    client_of, manager, telecaller, scope
):
    campaign = make_campaign(telecaller)
    call = charged(make_call(make_lead(assigned_to=telecaller), telecaller, talk=61, campaign=campaign), "7.25")

    assert "₹ 7.25" in client_of(manager).get(call.get_absolute_url()).content.decode()
    assert "₹" not in client_of(telecaller).get(call.get_absolute_url()).content.decode()
    assert "7.25" in client_of(manager).get(campaign.get_absolute_url()).content.decode()


def test_another_organisations_cost_is_none_of_ours(rival, scope, telecaller, outsider):
    with acting_for(rival):
        charged(make_call(make_lead(), outsider, talk=60))

    assert cost_of(Call.objects.all()).calls == 0
