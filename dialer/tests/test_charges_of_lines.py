"""What calls that come in, and third people on calls, take of a day: reserved like calls, refused like calls."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from dialer import conference_tasks
from dialer.actions.limits import used_today
from dialer.actions.stopping import resume_dialling, stop_dialling
from dialer.actions.supervising import LineRefused, supervise
from dialer.actions.transferring import bring_in
from dialer.calls import participants
from dialer.calls.charges import EXPECTED_SECONDS, settle_people, sweep
from dialer.calls.costs import cost_of
from dialer.incoming.steps import take_step
from dialer.models import Call, CallCharge, IncomingCall, IncomingRing, Participant, TelephonyAccount
from dialer.providers.simulator.spending import TARIFF
from dialer.tests.callers import Caller, make_available, picks_up, work
from dialer.tests.conversing import make_conversation
from dialer.tests.factories import open_all_day
from leads.tests.factories import make_lead
from leads.tests.threads import at_once
from privacy.models import ContactPolicy

OUTSIDE = "+919000055555"


@pytest.fixture
def lead(scope, telecaller):
    open_all_day()
    return make_lead(assigned_to=telecaller)


@pytest.fixture
def caller(organisation, lead):
    return Caller(organisation, lead.phone)


@pytest.fixture
def call(lead, telecaller):
    return make_conversation(lead, telecaller)


@pytest.fixture
def helper(colleague):
    colleague.phone = "+919000022222"
    colleague.save()
    return colleague


def told(charge):
    return charge.state, charge.seconds, charge.amount, charge.is_call


def test_a_call_that_comes_in_reserves_three_minutes_before_anybody_is_rung(organisation, caller, telecaller):
    make_available(telecaller)
    caller.arrives()
    work(organisation)
    take_step(organisation, caller.token)

    charge = CallCharge.objects.get()
    assert told(charge) == ("reserved", EXPECTED_SECONDS, TARIFF * 3, False)
    assert (charge.incoming_id, charge.call, charge.telecaller) == (caller.token, None, None)
    total = used_today()[0]
    assert (total.calls, total.minutes, total.amount) == (0, 3, TARIFF * 3)


def test_one_that_is_answered_is_settled_as_the_call_of_whoever_answered(organisation, caller, telecaller):
    make_available(telecaller)
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())

    charge = CallCharge.objects.get()
    assert (charge.call_id, charge.incoming, charge.telecaller) == (caller.token, None, telecaller)
    Call.objects.update(answered_at=timezone.now() - timezone.timedelta(seconds=61))
    IncomingCall.objects.update(answered_at=timezone.now() - timezone.timedelta(seconds=61))

    caller.hangs_up()
    work(organisation)

    assert told(CallCharge.objects.get()) == ("estimated", 61, TARIFF * 2, False)


def test_one_that_nobody_answers_costs_nothing(organisation, caller, telecaller):
    make_available(telecaller)
    caller.arrives()
    work(organisation)
    caller.hangs_up()
    work(organisation)

    assert told(CallCharge.objects.get()) == ("estimated", 0, 0, False)


def test_a_talk_with_somebody_who_is_no_lead_is_counted_with_whoever_had_it(organisation, telecaller, lead):
    unknown = Caller(organisation, "")
    make_available(telecaller)
    unknown.arrives()
    work(organisation)
    picks_up(unknown.ring())
    IncomingCall.objects.update(answered_at=timezone.now() - timezone.timedelta(seconds=10))
    unknown.hangs_up()
    work(organisation)

    charge = CallCharge.objects.get()
    assert (told(charge), charge.telecaller) == (("estimated", 10, TARIFF, False), telecaller)


@pytest.mark.parametrize("why", ["stopped", "limit"])
def test_while_calls_are_stopped_or_used_up_callers_are_led_to_the_voicemail(
    organisation, caller, telecaller, admin, why
):
    make_available(telecaller)
    if why == "stopped":
        stop_dialling(reason="A test", by=admin, ends_calls=False)
    else:
        ContactPolicy.objects.update(daily_minutes=2)

    caller.arrives()
    work(organisation)

    assert (caller.row().state, caller.row().missed, caller.rung()) == ("told", "refused", [])
    assert not CallCharge.objects.exists()


def test_the_limit_of_calls_is_one_of_calls_that_are_made(organisation, caller, telecaller):
    ContactPolicy.objects.update(daily_calls=0)
    make_available(telecaller)

    caller.arrives()
    work(organisation)

    assert caller.rung() == [telecaller]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_call_at_once_as_many_are_put_through_as_the_limit_allows(organisation):
    with acting_for(organisation):
        open_all_day()
        ContactPolicy.objects.update(daily_minutes=7 * EXPECTED_SECONDS // 60)
        make_available(*[make_member(organisation, Role.TELECALLER, phone="+919000033333") for _ in range(20)])
    callers = [Caller(organisation, f"+9198765432{number:02}") for number in range(20)]
    for one in callers:
        one.arrives()

    at_once(*[lambda one=one: take_step(organisation, one.token) for one in callers])

    with acting_for(organisation):
        assert CallCharge.objects.count() == IncomingRing.objects.count() == 7
        assert IncomingCall.objects.filter(missed="refused").count() == 13


def test_a_third_person_reserves_three_minutes_of_whoever_asked_for_them(call, telecaller, helper):
    one = bring_in(call, "join", by=telecaller, colleague=helper)

    charge = CallCharge.objects.get(participant=one)
    assert (charge.call, charge.telecaller) == (call, telecaller)
    assert told(charge) == ("reserved", EXPECTED_SECONDS, TARIFF * 3, False)


def test_a_number_outside_is_one_more_call_of_the_day(call, telecaller):
    one = bring_in(call, "join", by=telecaller, phone=OUTSIDE)

    assert CallCharge.objects.get(participant=one).is_call
    assert [row.calls for row in used_today()] == [1, 1]


def test_what_a_third_person_took_is_settled_when_they_leave_and_is_part_of_what_the_call_cost(call, telecaller):
    one = bring_in(call, "join", by=telecaller, phone=OUTSIDE)
    now = timezone.now()
    Participant.objects.filter(pk=one.pk).update(
        status="completed", joined_at=now, left_at=now + timezone.timedelta(seconds=70)
    )

    settle_people([one.pk])

    assert told(CallCharge.objects.get()) == ("estimated", 70, TARIFF * 2, True)
    assert cost_of(Call.objects.filter(pk=call.pk)).amount == TARIFF * 2


def test_one_who_was_never_rung_gives_all_of_it_back(call, telecaller, helper):
    one = bring_in(call, "join", by=telecaller, colleague=helper)

    participants.let_go([participants.locked(one.pk)])

    assert told(CallCharge.objects.get()) == ("released", 0, 0, False)


def test_what_a_dead_worker_left_of_a_line_is_swept(call, organisation, telecaller, caller):
    one = bring_in(call, "join", by=telecaller, phone=OUTSIDE)
    make_available(make_member(organisation, Role.TELECALLER, phone="+919000033333"))
    Caller(organisation, "+919876500000").arrives()
    work(organisation)
    assert sweep()

    Participant.objects.filter(pk=one.pk).update(status="no-answer", left_at=timezone.now())
    IncomingCall.objects.update(ended_at=timezone.now(), missed="gave_up")

    assert not sweep()
    assert {charge.state for charge in CallCharge.objects.all()} == {"estimated"}


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"daily_calls": 0}, "calls"),
        ({"daily_minutes": 2}, "minutes"),
        ({"member_daily_spend": Decimal("1.79")}, "money"),
    ],
)
def test_a_number_outside_is_refused_when_the_day_has_nothing_left(call, telecaller, limits, sentence):
    ContactPolicy.objects.update(**limits)

    with pytest.raises(LineRefused):
        bring_in(call, "warm", by=telecaller, phone=OUTSIDE)

    assert not Participant.objects.exists()
    assert not CallCharge.objects.exists()


def test_a_new_organisation_calls_few_numbers_outside(call, telecaller, organisation):
    organisation.calls_a_day = 0
    bring_in(call, "join", by=telecaller, phone=OUTSIDE)
    Participant.objects.all().delete()

    TelephonyAccount.objects.update(provider="twilio")
    Call.objects.update(provider="twilio")
    with pytest.raises(LineRefused):
        bring_in(call.reloaded(), "join", by=telecaller, phone=OUTSIDE)


def test_nobody_is_brought_in_and_nobody_listens_while_calls_are_stopped(call, telecaller, helper, manager, admin):
    manager.phone = "+919000044444"
    manager.save()
    stop_dialling(reason="A test", by=admin, ends_calls=False)

    for refused in (
        lambda: bring_in(call, "join", by=telecaller, phone=OUTSIDE),
        lambda: bring_in(call, "join", by=telecaller, colleague=helper),
        lambda: supervise(call, by=manager, ip=None, user_agent=""),
    ):
        with pytest.raises(LineRefused, match="stopped"):
            refused()

    resume_dialling(by=admin)
    assert supervise(call, by=manager, ip=None, user_agent="").kind == "supervisor"


def test_whoever_was_asked_for_before_calls_were_stopped_is_not_rung(call, telecaller, admin):
    one = bring_in(call, "warm", by=telecaller, phone=OUTSIDE)
    stop_dialling(reason="A test", by=admin, ends_calls=False)

    conference_tasks.ring_participant(one.organisation, one.pk)

    one = one.reloaded()
    assert (one.status, one.failure, one.leg_id) == ("failed", "stopped", "")


@pytest.mark.parametrize("page", ["transfer", "supervise"])
def test_the_page_says_why_nobody_is_rung(client_of, call, telecaller, manager, admin, page):
    manager.phone = "+919000044444"
    manager.save()
    stop_dialling(reason="A test", by=admin, ends_calls=False)
    who = telecaller if page == "transfer" else manager
    sent = {"do": "join", "phone": OUTSIDE} if page == "transfer" else {"do": "join"}

    answer = client_of(who).post(
        reverse(f"dialer:{page}", args=[call.pk]), sent, headers={"HX-Request": "true", "HX-Target": "controls"}
    )

    assert (answer.status_code, "stopped" in answer.content.decode()) == (409, True)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_bring_somebody_in_at_once_as_many_may_as_the_limit_allows(organisation):
    members = [make_member(organisation, Role.TELECALLER) for _ in range(20)]
    with acting_for(organisation):
        open_all_day()
        ContactPolicy.objects.update(daily_calls=7)
        calls = [make_conversation(make_lead(assigned_to=member), member) for member in members]

    def press(call):
        with acting_for(organisation):
            return bring_in(call, "join", by=call.telecaller, phone=OUTSIDE)

    answers = at_once(*[lambda call=call: press(call) for call in calls])

    assert [type(answer) for answer in answers].count(Participant) == 7
    assert [type(answer) for answer in answers].count(LineRefused) == 13
    with acting_for(organisation):
        assert CallCharge.objects.counted().count() == Participant.objects.count() == 7


@pytest.mark.parametrize("fields", [{"call": None}, {"telecaller": None}])
def test_the_database_refuses_a_charge_of_nothing_or_nobody(call, telecaller, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        CallCharge.objects.create(**({"call": call, "telecaller": telecaller, "day": timezone.localdate()} | fields))


def test_a_line_is_charged_once(call, telecaller, helper):
    one = bring_in(call, "join", by=telecaller, colleague=helper)

    with pytest.raises(IntegrityError, match="charge_of_person_once"), transaction.atomic():
        CallCharge.objects.create(call=call, participant=one, telecaller=telecaller, day=timezone.localdate())
