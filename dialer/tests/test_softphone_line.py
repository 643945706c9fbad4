"""The telecaller's leg in their browser: where it is rung, how it is answered, and the phone that is rung instead."""

import datetime as dt
import itertools
import uuid

import pytest
import responses
import time_machine
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from accounts.models import DueTask
from dialer import tasks
from dialer.actions.calling import start_call
from dialer.actions.replaying import replay_call, take_step
from dialer.calls import inbox, line, ways
from dialer.models import Call, CallEvent, CallingChoice, DialerSettings, SimulatedCall, Softphone, TelephonyAccount
from dialer.providers.accounts import provider_of
from dialer.providers.port import Leg, ProviderEvent, Status
from dialer.tests.factories import open_all_day
from leads.tests.factories import make_lead

SECOND = dt.timedelta(seconds=1)
CALLS = f"https://api.twilio.com/2010-04-01/Accounts/AC{'a' * 32}/Calls.json"
_key = itertools.count(1)


@pytest.fixture
def browser(scope, telecaller):
    """The telecaller's browser, which is their phone and ready."""
    open_all_day()
    CallingChoice.objects.create(member=telecaller, mode="browser")
    return Softphone.objects.create(member=telecaller, state="ready", seen_at=timezone.now())


@pytest.fixture
def call(browser, telecaller):
    return start_call(make_lead(assigned_to=telecaller), by=telecaller)


def tell(call, status, leg_id, *, leg=Leg.AGENT, at=None, duration=None):
    """Let the provider tell of a leg."""
    event = ProviderEvent(
        leg, status, at or timezone.now(), provider_id=leg_id, duration=duration, event_key=f"event {next(_key)}"
    )
    inbox.keep(call.organisation_id, call.provider, call.pk, event)
    tasks.merge_events(call.organisation, [call.pk])
    return call.reloaded()


def is_owed(call, task="dialer.place_call"):
    return DueTask.objects.filter(task=task, subject_id=call.pk).exists()


def place(call):
    """Do what is owed."""
    tasks.place_call(call.organisation, call.pk)
    DueTask.objects.filter(task="dialer.place_call", subject_id=call.pk).delete()
    return call.reloaded()


@pytest.mark.parametrize(
    ("general", "chosen", "may_dial", "provider", "mode"),
    [
        ("bridge", "", False, "simulator", "bridge"),
        ("browser", "", False, "simulator", "browser"),
        ("browser", "bridge", False, "simulator", "bridge"),
        ("bridge", "browser", False, "twilio", "browser"),
        ("bridge", "own_phone", False, "simulator", "bridge"),
        ("bridge", "own_phone", True, "simulator", "own_phone"),
        ("own_phone", "", False, "simulator", "own_phone"),
        ("browser", "browser", True, "own_phone", "own_phone"),
    ],
)
def test_how_a_call_starts(scope, telecaller, general, chosen, may_dial, provider, mode):
    DialerSettings.objects.update(default_mode=general, may_dial_themselves=may_dial)
    TelephonyAccount.objects.update(is_active=False)
    TelephonyAccount.objects.update_or_create(provider=provider, defaults={"is_active": True})
    if chosen:
        CallingChoice.objects.create(member=telecaller, mode=chosen)

    assert ways.mode_of(telecaller) == ways.way_of(telecaller).mode == mode
    assert (ways.way_of(telecaller).page is not None) == (mode == "browser")


def test_a_provider_without_browsers_rings_the_phone(scope, telecaller, monkeypatch):
    DialerSettings.objects.update(default_mode="browser")
    TelephonyAccount.objects.filter(is_active=True).update(provider="exotel")

    assert ways.mode_of(telecaller) == "bridge"


def test_where_a_member_is_rung(scope, telecaller, colleague):
    assert line.address_of(telecaller, "bridge") == telecaller.phone
    mine, other = line.address_of(telecaller, "browser"), line.address_of(colleague, "browser")

    assert mine.startswith("client:")
    assert mine != other
    assert line.address_of(telecaller, "browser") == mine
    assert telecaller.user.email not in mine


def test_a_call_rings_the_browser_and_needs_no_number(browser, telecaller):
    telecaller.phone = ""
    telecaller.save()
    call = place(start_call(make_lead(assigned_to=telecaller), by=telecaller))

    assert (call.mode, call.agent_status, call.agent_leg) == ("browser", "queued", f"b-{call.pk}")
    assert [row["status"] for row in SimulatedCall.objects.get().events] == ["initiated", "ringing", "no-answer"]
    due = DueTask.objects.get(task="dialer.reconcile_call", subject_id=call.pk).due_at
    assert due - call.started_at < 25 * SECOND


def test_a_browser_that_answers_is_on_the_line(call):
    place(call)
    simulator = provider_of(line.account_of(call), call.organisation)
    assert not simulator.answer(call.pk)

    with time_machine.travel(timezone.now() + SECOND):
        assert simulator.answer(call.pk)
        assert not simulator.answer(call.pk)
        [event] = simulator.fetch(line.query_of(call.reloaded(), Leg.AGENT))
    assert (event.status, event.provider_id) == ("in-progress", f"b-{call.pk}")

    call = tell(call, "in-progress", f"b-{call.pk}")
    assert is_owed(call, "dialer.ring_customer")
    tasks.ring_customer(call.organisation, call.pk)
    last = SimulatedCall.objects.get().events[-1]
    assert (last["leg"], last["status"]) == ("browser", "completed")


def test_without_an_answer_the_phone_is_rung(call, telecaller):
    place(call)
    call = tell(call, "no-answer", f"b-{call.pk}")

    assert (call.status, call.mode, call.agent_leg, call.lost_leg) == ("intent", "bridge", "", f"b-{call.pk}")
    assert call.is_live
    assert call.fell_back_at is not None
    assert is_owed(call)
    call = place(call)
    assert call.agent_leg == f"a-{call.pk}"
    assert tell(call, "in-progress", call.agent_leg).agent_status == "in-progress"


@pytest.mark.parametrize("late", ["ringing", "in-progress", "completed", "no-answer"])
def test_a_late_word_of_the_browser_does_not_touch_the_phone(call, late):
    place(call)
    call = place(tell(call, "busy", f"b-{call.pk}"))

    call = tell(call, late, f"b-{call.pk}")

    assert (call.agent_status, call.agent_leg, call.is_live) == ("queued", f"a-{call.pk}", True)
    assert CallEvent.objects.latest("received_at").verdict == "out_of_order"


def test_an_answer_to_the_dialling_that_comes_after_the_end_is_no_leg_of_the_phone(call, monkeypatch):
    """The provider's events may be quicker than its answer to our own request."""

    class Quick:
        rings_both = keeps_recordings = False
        recordings = None

        def dial(self, request):
            tell(call, "failed", f"b-{call.pk}")
            return simulator.dial(request)

    simulator = provider_of(line.account_of(call), call.organisation)
    monkeypatch.setattr(tasks, "provider_of", lambda *_: Quick())

    tasks.place_call(call.organisation, call.pk)

    assert (call.reloaded().mode, call.reloaded().agent_leg, call.reloaded().agent_status) == ("bridge", "", "intent")
    assert is_owed(call)


def test_the_phone_is_rung_once_and_then_the_call_is_over(call):
    place(call)
    call = place(tell(call, "failed", f"b-{call.pk}"))

    call = tell(call, "no-answer", f"a-{call.pk}")

    assert (call.status, call.failure, is_owed(call)) == ("failed", "telecaller_no_answer", False)


def test_without_a_phone_the_call_ends_and_says_why(call, telecaller):
    telecaller.phone = ""
    telecaller.save()
    place(call)

    call = tell(call, "no-answer", f"b-{call.pk}")

    assert (call.status, call.failure, call.mode, is_owed(call)) == ("failed", "browser_not_there", "browser", False)


def test_who_hung_up_is_not_rung_on_their_phone(call):
    place(call)
    Call.objects.update(hang_up_asked_at=timezone.now())
    call = tell(call, "no-answer", f"b-{call.pk}")

    assert not call.is_live
    assert not is_owed(call)


def test_who_closed_the_page_after_answering_is_not_rung_on_their_phone(call):
    place(call)
    tell(call, "in-progress", f"b-{call.pk}")
    call = tell(call, "completed", f"b-{call.pk}")

    assert (call.status, call.failure, call.fell_back_at) == ("canceled", "telecaller_hung_up", None)


@pytest.mark.parametrize("seen", [{"state": "denied"}, {"seen_at": timezone.now() - dt.timedelta(minutes=5)}, None])
def test_a_browser_that_is_known_to_be_away_is_not_rung(call, browser, seen):
    if seen is None:
        browser.delete()
    else:
        Softphone.objects.update(**seen)

    call = place(call)

    assert (call.mode, call.agent_leg, call.lost_leg) == ("bridge", f"a-{call.pk}", "")
    assert call.fell_back_at is not None


def test_an_end_that_was_never_posted_is_asked_for_within_half_a_minute(call):
    place(call)
    with time_machine.travel(timezone.now() + 21 * SECOND):
        tasks.reconcile_call(call.organisation, call.pk)

    assert call.reloaded().mode == "bridge"
    assert is_owed(call)


def test_a_replay_of_a_call_that_fell_back_finds_nothing_new(call, manager):
    place(call)
    call = place(tell(call, "no-answer", f"b-{call.pk}"))
    tell(call, "in-progress", f"a-{call.pk}")
    Call.objects.update(customer_status="queued")
    tell(call, "no-answer", f"c-{call.pk}", leg=Leg.CUSTOMER)
    call = tell(call, "completed", f"a-{call.pk}")
    replay = replay_call(call, by=manager)
    take_step(call.organisation, replay.pk)

    assert replay.reloaded().counts["changed"] == 0
    assert call.reloaded().status == Status.NO_ANSWER


def test_a_replay_rings_nobody_days_later(call, manager, telecaller):
    phone, telecaller.phone = telecaller.phone, ""
    telecaller.save()
    place(call)
    call = tell(call, "no-answer", f"b-{call.pk}")
    telecaller.phone = phone
    telecaller.save()
    take_step(call.organisation, replay_call(call, by=manager).pk)

    assert call.reloaded().mode == "browser"
    assert not is_owed(call)


@pytest.fixture
def twilio(browser):
    TelephonyAccount.objects.update(is_active=False)
    TelephonyAccount.objects.create(
        provider="twilio",
        credentials={"account_sid": "AC" + "a" * 32, "auth_token": "secret"},
        caller_id="+15005550006",
        is_active=True,
    )


def answered(call, settings, to, *, leg="agent", token="secret"):
    """What Twilio is told to do with whoever answered at the address `to`."""
    path = f"/hooks/twilio/{call.organisation_id}/{call.pk}/{leg}/answer/"
    form = {"CallSid": "CA" + "b" * 32, "CallStatus": "in-progress", "To": to}
    signed = RequestValidator(token).compute_signature(settings.PUBLIC_URL + path, form)
    answer = Client().post(path, form, headers={"X-Twilio-Signature": signed})
    return answer.content.decode() if answer.status_code == 200 else answer.status_code


def test_the_browser_of_the_member_alone_is_put_through(twilio, browser, telecaller, colleague, settings):
    call = start_call(make_lead(assigned_to=telecaller), by=telecaller)
    other = Softphone.objects.create(member=colleague)

    assert "<Conference" in answered(call, settings, browser.address)
    assert "<Hangup" in answered(call, settings, other.address)
    assert "<Hangup" in answered(Call(id=uuid.uuid4(), organisation=call.organisation), settings, browser.address)
    assert answered(call, settings, browser.address, token="guessed") == 403
    browser.rename()
    assert "<Hangup" in answered(call, settings, f"client:{'0' * 32}")


@pytest.mark.parametrize("changed", [{"mode": "bridge"}, {"ended_at": timezone.now()}])
def test_a_browser_that_is_awaited_no_more_is_not_put_through(twilio, browser, telecaller, settings, changed):
    call = start_call(make_lead(assigned_to=telecaller), by=telecaller)
    Call.objects.update(**changed)

    assert "<Hangup" in answered(call, settings, browser.address)


@responses.activate
def test_twilio_is_asked_to_ring_the_browser(twilio, browser, telecaller):
    responses.post(CALLS, json={"sid": "CA" + "b" * 32, "status": "queued"}, status=201)
    place(start_call(make_lead(assigned_to=telecaller), by=telecaller))

    asked = responses.calls[0].request.body
    assert f"To=client%3A{browser.identity}&" in f"{asked}&"
    assert "Timeout=15" in asked
