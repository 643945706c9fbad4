"""What calls take of a day, however many press at once and whoever dies on the way."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import DueTask, Organisation
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from dialer import tasks
from dialer.actions.calling import NotAllowed, hang_up, start_call
from dialer.actions.limits import used_today
from dialer.calls import line
from dialer.calls.charges import EXPECTED_SECONDS, SWEEP, means_at
from dialer.calls.contact import decide_to_call
from dialer.models import Call, CallCharge, Dialling, TelephonyAccount
from dialer.providers.simulator.spending import TARIFF
from dialer.tests.factories import make_call, open_all_day
from leads.tests.factories import make_lead
from leads.tests.threads import at_once
from privacy.contact_facts import Used
from privacy.contact_reasons import Reason
from privacy.models import ContactPolicy

NOON = dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)


@pytest.fixture
def lead(scope, telecaller):
    open_all_day()
    return make_lead(assigned_to=telecaller)


def charge_of(call):
    return CallCharge.objects.get(call=call)


def over(call, **fields):
    """End the call as merging does: on the row, and then what follows from it."""
    line.end(call, fields.pop("status", Call.Status.COMPLETED), **fields)
    return charge_of(call)


def test_a_call_reserves_three_minutes_before_anybody_is_asked(lead, telecaller):
    call = start_call(lead, by=telecaller)

    charge = charge_of(call)
    assert (charge.state, charge.seconds, charge.amount, charge.rate) == (
        "reserved", EXPECTED_SECONDS, TARIFF * 3, TARIFF,
    )  # fmt: skip
    assert charge.day == timezone.localdate()
    assert means_at(timezone.now(), telecaller, "simulator").spent.by_member == Used(1, 180, charge.amount)
    assert DueTask.objects.get(task=SWEEP).subject_id == Dialling.objects.get().pk


def test_it_is_settled_by_what_the_call_was(lead, telecaller):
    call = start_call(lead, by=telecaller)
    call.answered_at, call.talk_seconds = call.started_at, 61

    charge = over(call)

    assert (charge.state, charge.seconds, charge.amount) == ("estimated", 61, TARIFF * 2)
    assert charge.settled_at is not None


def test_an_unanswered_call_counts_and_costs_nothing(lead, telecaller):
    call = start_call(lead, by=telecaller)
    call.ringing_at = call.started_at

    charge = over(call, status=Call.Status.NO_ANSWER)

    assert (charge.state, charge.seconds, charge.amount) == ("estimated", 0, 0)
    assert used_today()[0].calls == 1


def test_a_call_that_never_reached_the_carrier_gives_all_of_it_back(lead, telecaller):
    call = start_call(lead, by=telecaller)

    hang_up(call, by=telecaller)

    charge = charge_of(call)
    assert (charge.state, charge.seconds, charge.amount) == ("released", 0, 0)
    assert [row.calls for row in used_today()] == [0, 0]


def test_own_phones_count_as_calls_alone(lead, telecaller):
    TelephonyAccount.objects.update(provider="own_phone")

    charge = charge_of(start_call(lead, by=telecaller))

    assert (charge.seconds, charge.amount, charge.rate) == (0, 0, 0)


def test_the_stated_price_is_what_other_providers_reserve(lead, telecaller):
    TelephonyAccount.objects.update(provider="twilio")
    Dialling.objects.update(minute_price=Decimal("1.25"))

    assert charge_of(start_call(lead, by=telecaller)).amount == Decimal("3.75")


def test_what_a_dead_worker_left_reserved_is_swept(lead, telecaller, organisation):
    call = start_call(lead, by=telecaller)
    dialling = Dialling.objects.get().pk
    assert tasks.sweep_charges(organisation, dialling) > timezone.now()
    assert charge_of(call).state == "reserved"

    # Ended past everything that follows an end.
    Call.objects.filter(pk=call.pk).update(
        ended_at=timezone.now(), status="completed", answered_at=call.started_at, talk_seconds=30
    )

    assert tasks.sweep_charges(organisation, dialling) is None
    assert (charge_of(call).state, charge_of(call).seconds) == ("estimated", 30)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"daily_calls": 1}, Reason.CALLS_USED),
        ({"daily_minutes": 5}, Reason.MINUTES_USED),
        ({"daily_spend": Decimal("3.59")}, Reason.SPEND_USED),
        ({"member_daily_calls": 1}, Reason.MEMBER_CALLS_USED),
        ({"member_daily_minutes": 5}, Reason.MEMBER_MINUTES_USED),
        ({"member_daily_spend": Decimal("3.59")}, Reason.MEMBER_SPEND_USED),
        ({"daily_calls": 2, "daily_minutes": 6, "daily_spend": Decimal("3.60")}, Reason.ALLOWED),
    ],
)
def test_a_limit_refuses_the_call_that_would_pass_it_until_the_next_day(scope, telecaller, limits, reason):
    with time_machine.travel(NOON, tick=False):
        open_all_day()
        ContactPolicy.objects.update(**limits)
        running = make_call(make_lead(), telecaller, started_at=NOON)
        CallCharge.objects.create(
            call=running, telecaller=telecaller, day=NOON.date(), seconds=180, amount=Decimal("1.80")
        )

        decision = decide_to_call(make_lead(assigned_to=telecaller), telecaller)

    assert decision.reason == reason
    midnight = dt.datetime(2026, 11, 24, 18, 30, tzinfo=dt.UTC)
    assert decision.dialable_at == (NOON if reason == Reason.ALLOWED else midnight)


def test_the_limit_of_one_person_leaves_the_others(lead, telecaller, colleague):
    ContactPolicy.objects.update(member_daily_calls=1)
    running = make_call(make_lead(), telecaller)
    CallCharge.objects.create(call=running, telecaller=telecaller, day=timezone.localdate())

    assert decide_to_call(lead, telecaller).reason == Reason.MEMBER_CALLS_USED
    assert decide_to_call(lead, colleague).is_allowed


def test_a_new_organisation_calls_little_until_the_operator_lifts_it(lead, telecaller, organisation):
    assert Organisation.objects.get(pk=organisation.pk).calls_a_day == 100
    organisation.calls_a_day = 0
    assert decide_to_call(lead, telecaller).is_allowed

    TelephonyAccount.objects.update(provider="twilio")
    assert decide_to_call(lead, telecaller).reason == Reason.NEW_CALLS_USED

    organisation.calls_a_day = None
    assert decide_to_call(lead, telecaller).is_allowed


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_at_once_as_many_call_as_the_limit_allows(organisation):
    members = [make_member(organisation) for _ in range(20)]
    with acting_for(organisation):
        open_all_day()
        ContactPolicy.objects.update(daily_calls=7)
        pairs = [(member, make_lead(assigned_to=member)) for member in members]

    def press(member, lead):
        with acting_for(organisation):
            return start_call(lead, by=member)

    answers = at_once(*[lambda pair=pair: press(*pair) for pair in pairs])

    refused = [answer for answer in answers if isinstance(answer, NotAllowed)]
    assert {answer.decision.reason for answer in refused} == {Reason.CALLS_USED}
    assert [type(answer) for answer in answers if answer not in refused] == [Call] * 7
    with acting_for(organisation):
        assert CallCharge.objects.counted().count() == Call.objects.count() == 7


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": -1},
        {"price": 1},
        {"currency": "USD"},
        {"price": -1, "currency": "USD"},
        {"state": "estimated"},
        {"settled_at": NOON},
    ],
)
def test_the_database_refuses_a_charge_that_makes_no_sense(scope, telecaller, fields):
    call = make_call(make_lead(), telecaller)

    with pytest.raises(IntegrityError), transaction.atomic():
        CallCharge.objects.create(call=call, telecaller=telecaller, day=NOON.date(), **fields)


def test_a_call_is_charged_once(lead, telecaller):
    call = start_call(lead, by=telecaller)

    with pytest.raises(IntegrityError, match="charge_once"), transaction.atomic():
        CallCharge.objects.create(call=call, telecaller=telecaller, day=NOON.date())
