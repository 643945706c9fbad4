"""A call from the press of the button to its end, through the simulator's own signed posts."""

import datetime as dt
import random
import time
import uuid
from urllib.parse import urlencode

import pytest
import requests
import responses
import time_machine
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from accounts.models import AuditEntry, DueTask
from accounts.tasks import run_due
from accounts.tenancy import acting_for
from dialer import tasks
from dialer.actions.calling import NotAllowed, hang_up, start_call
from dialer.calls import line
from dialer.calls.contact import number_of
from dialer.models import Call, CallEvent, DialerSettings, SimulatedCall, TelephonyAccount
from dialer.providers import accounts, simulator
from dialer.providers.accounts import KNOWN_FOR, NoProvider, provider_of
from dialer.providers.port import Leg
from dialer.providers.simulator.posting import leg_id
from dialer.views.hooks import _Headers
from leads.models import Activity
from leads.tests.factories import make_lead
from privacy.contact_reasons import Reason
from privacy.models import ContactPolicy, DoNotCall
from teams.models import Presence


@pytest.fixture
def _at_any_hour(scope):
    ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59), minimum_gap_minutes=0)


@pytest.fixture
def lead(scope, telecaller, _at_any_hour):
    return make_lead(assigned_to=telecaller)


@pytest.fixture
def call(lead, telecaller):
    return start_call(lead, by=telecaller)


def post(call, leg, status, *, at, secret=None, **more):
    """Post an event as the simulator would."""
    form = {
        "status": status,
        "at": at.isoformat(),
        "leg_id": leg_id(call.pk, leg),
        **{k: str(v) for k, v in more.items()},
    }
    body = urlencode(form).encode()
    stamp = str(int(timezone.now().timestamp()))
    secret = secret or TelephonyAccount.objects.get(provider="simulator").credentials["secret"]
    path = line.address("status", "simulator", call.organisation_id, call.pk, leg).split("8000", 1)[-1]
    return Client().post(
        "/" + path.split("/", 1)[1],
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Jini-Timestamp": stamp, "X-Jini-Signature": simulator.signature(secret, stamp, body)},
    )


def test_a_press_writes_the_intent_before_anybody_is_asked(call, telecaller):
    assert (call.status, call.mode, call.policy_version) == ("intent", "bridge", 1)
    assert {row.task for row in DueTask.objects.filter(subject_id=call.pk)} == {
        "dialer.place_call",
        "dialer.reconcile_call",
        "dialer.close_forgotten",
    }
    assert Presence.objects.get(member=telecaller).state == Presence.State.ON_CALL
    assert AuditEntry.objects.filter(verb="call.started").count() == 1


def test_a_second_press_is_the_same_call(call, lead, telecaller):
    assert start_call(lead, by=telecaller) == call
    assert Call.objects.count() == 1


def test_a_lead_on_the_line_with_a_colleague_is_refused(call, lead, colleague):
    with pytest.raises(NotAllowed) as refusal:
        start_call(lead, by=colleague)

    assert refusal.value.decision.reason == Reason.LEAD_ON_CALL


def test_do_not_call_is_refused(lead, telecaller):
    DoNotCall.objects.create(phone=lead.phone, source="manual")

    with pytest.raises(NotAllowed) as refusal:
        start_call(lead, by=telecaller)

    assert refusal.value.decision.reason == Reason.ON_DO_NOT_CALL
    assert Call.objects.count() == 0


def test_without_a_number_to_ring_a_bridge_is_refused(lead, telecaller):
    telecaller.phone = ""

    with pytest.raises(NotAllowed) as refusal:
        start_call(lead, by=telecaller)

    assert refusal.value.decision.reason == Reason.TELECALLER_NO_PHONE


def test_an_own_phone_asks_no_provider(lead, telecaller):
    telecaller.phone = ""
    call = start_call(lead, by=telecaller, mode=Call.Mode.OWN_PHONE)

    assert call.status == "initiated"
    assert [row.task for row in DueTask.objects.filter(subject_id=call.pk)] == ["dialer.close_forgotten"]
    ended = hang_up(call, by=telecaller)
    assert (ended.status, ended.is_in_wrap_up, ended.talk_seconds) == ("completed", True, None)


def test_hanging_up_before_anybody_was_asked_ends_it_at_once(call, telecaller):
    assert hang_up(call, by=telecaller).failure == "hung_up_before_ringing"
    assert tasks.place_call(call.organisation, call.pk) is None
    assert SimulatedCall.objects.count() == 0


def test_events_are_stored_once_and_merged(call):
    at = timezone.now()
    tasks.place_call(call.organisation, call.pk)
    for copy in range(3):
        assert post(call, "agent", "in-progress", at=at).status_code == 204, copy
    tasks.merge_events(call.organisation, [call.pk])

    assert CallEvent.objects.get().copies == 3
    assert call.reloaded().agent_status == "in-progress"
    assert DueTask.objects.filter(task="dialer.ring_customer", subject_id=call.pk).exists()


@pytest.mark.parametrize("seed", range(6))
def test_events_in_any_order_and_thrice_come_to_the_same_end(call, seed):
    at, second = timezone.now(), dt.timedelta(seconds=1)
    tasks.place_call(call.organisation, call.pk)
    Call.objects.update(agent_status="in-progress")
    tasks.ring_customer(call.organisation, call.pk)
    story = [
        ("agent", "in-progress", at, {}),
        ("customer", "initiated", at, {}),
        ("customer", "ringing", at + second, {}),
        ("customer", "in-progress", at + 5 * second, {}),
        ("customer", "completed", at + 45 * second, {"duration": 40}),
        ("agent", "completed", at + 46 * second, {}),
    ] * 3
    random.Random(seed).shuffle(story)
    for leg, status, moment, more in story:
        assert post(call, leg, status, at=moment, **more).status_code == 204
        tasks.merge_events(call.organisation, [call.pk])

    call = call.reloaded()
    assert (call.status, call.talk_seconds, call.ring_seconds) == ("completed", 40, 4)
    assert (call.answered_at, call.ended_at) == (at + 5 * second, at + 45 * second)
    assert call.is_in_wrap_up
    assert CallEvent.objects.filter(verdict="waiting").count() == 0
    assert Activity.objects.filter(kind="call").count() == 1
    assert Presence.objects.get(ended_at=None).state == Presence.State.WRAP_UP
    call.lead.refresh_from_db()
    assert (call.lead.attempts, call.lead.connected) == (1, 1)


def test_a_forged_post_is_refused_and_not_kept(call):
    assert post(call, "customer", "completed", at=timezone.now(), secret="guessed").status_code == 403
    assert CallEvent.objects.count() == 0


def test_a_post_of_an_hour_ago_is_refused(call):
    secret = TelephonyAccount.objects.get(provider="simulator").credentials["secret"]
    body = urlencode({"status": "completed"}).encode()
    old = str(int(timezone.now().timestamp()) - 3600)
    path = f"/hooks/simulator/{call.organisation_id}/{call.pk}/customer/status/"
    headers = {"X-Jini-Timestamp": old, "X-Jini-Signature": simulator.signature(secret, old, body)}

    response = Client().post(path, body, content_type="application/x-www-form-urlencoded", headers=headers)

    assert response.status_code == 403


def test_an_event_of_an_unknown_call_is_kept_and_said_to_be(scope):
    ghost = Call(id=uuid.uuid4(), organisation=scope)

    assert post(ghost, "customer", "completed", at=timezone.now()).status_code == 204
    tasks.merge_events(scope, [ghost.pk])

    assert CallEvent.objects.get().verdict == CallEvent.Verdict.UNKNOWN_CALL


def test_an_unknown_status_is_kept_raw(call):
    post(call, "customer", "exploded", at=timezone.now())
    tasks.merge_events(call.organisation, [call.pk])

    event = CallEvent.objects.get()
    assert (event.verdict, event.payload["status"]) == (CallEvent.Verdict.UNKNOWN_STATUS, "exploded")
    assert call.reloaded().status == "intent"


def test_new_credentials_hold_at_once_and_old_ones_soon_no_more(call):
    account = TelephonyAccount.objects.get(provider="simulator")
    old = account.credentials["secret"]
    assert post(call, "agent", "ringing", at=timezone.now(), secret=old).status_code == 204
    account.credentials = {"secret": "another"}
    account.save()

    assert post(call, "agent", "in-progress", at=timezone.now(), secret="another").status_code == 204
    assert post(call, "agent", "completed", at=timezone.now(), secret=old).status_code == 403


def test_an_account_that_is_gone_is_not_known_for_long(call):
    assert post(call, "agent", "ringing", at=timezone.now()).status_code == 204
    secret = TelephonyAccount.objects.get(provider="simulator").credentials["secret"]
    TelephonyAccount.objects.filter(provider="simulator").delete()

    with time_machine.travel(timezone.now() + KNOWN_FOR + dt.timedelta(seconds=1)):
        assert post(call, "agent", "completed", at=timezone.now(), secret=secret).status_code == 404


def test_a_post_meets_no_session_and_no_page(call, django_assert_num_queries):
    post(call, "agent", "initiated", at=timezone.now())
    account = TelephonyAccount.objects.get(provider="simulator")

    # In a test the scope and a savepoint stand around it; outside of one it is a single statement.
    with django_assert_num_queries(5):
        answer = post(call, "agent", "ringing", at=timezone.now(), secret=account.credentials["secret"])

    assert answer.status_code == 204
    assert "Content-Language" not in answer
    assert not answer.cookies


def test_a_call_that_failed_stays_so_when_the_telecaller_hangs_up(call):
    tasks.place_call(call.organisation, call.pk)
    Call.objects.update(agent_status="in-progress", customer_status="queued")
    line.end(call.reloaded(), "failed", failure="number_invalid")
    post(call, "agent", "completed", at=timezone.now())

    tasks.merge_events(call.organisation, [call.pk])

    assert (call.reloaded().status, call.reloaded().failure) == ("failed", "number_invalid")
    assert call.reloaded().agent_status == "completed"


def test_the_real_end_replaces_the_one_that_we_made_up(call):
    at = timezone.now()
    Call.objects.update(agent_status="in-progress", customer_status="queued")
    line.end(call.reloaded(), "failed", failure="lost")
    post(call, "customer", "completed", at=at, duration=30)

    tasks.merge_events(call.organisation, [call.pk])

    found = call.reloaded()
    assert (found.status, found.failure, found.talk_seconds, found.ended_at) == ("completed", "", 30, at)


def test_the_earliest_of_two_ends_of_the_telecallers_leg_counts_in_any_order(call):
    at, second = timezone.now(), dt.timedelta(seconds=1)
    Call.objects.update(agent_status="queued", status="queued")
    for moment in (at + 9 * second, at, at + 5 * second):
        post(call, "agent", "busy", at=moment)
        tasks.merge_events(call.organisation, [call.pk])

    assert (call.reloaded().failure, call.reloaded().ended_at) == ("telecaller_busy", at)


@pytest.mark.usefixtures("_at_any_hour")
def test_many_calls_are_decided_on_with_few_questions(scope, colleague, telecaller, django_assert_max_num_queries):
    calls = [start_call(make_lead(), by=member) for member in (telecaller, colleague)]
    Call.objects.update(agent_status="in-progress", customer_status="queued")
    for call in calls:
        for status in ("ringing", "in-progress"):
            post(call, "customer", status, at=timezone.now())

    with django_assert_max_num_queries(22):
        tasks.merge_events(scope, [call.pk for call in calls])

    assert {call.reloaded().status for call in calls} == {"in-progress"}
    assert Activity.objects.filter(kind="call").count() == 2


def test_another_organisations_address_does_not_take_our_signature(call, rival):
    secret = TelephonyAccount.objects.get(provider="simulator").credentials["secret"]
    foreign = Call(id=call.pk, organisation=rival)

    assert post(foreign, "customer", "completed", at=timezone.now(), secret=secret).status_code == 403


@pytest.mark.parametrize("path", ["/hooks/nobody/{o}/{c}/agent/status/", "/hooks/twilio/{o}/{c}/agent/status/"])
def test_a_provider_without_an_account_is_not_found(call, path):
    assert Client().post(path.format(o=call.organisation_id, c=call.pk)).status_code == 404


def test_a_get_is_no_post(call):
    assert Client().get(f"/hooks/simulator/{call.organisation_id}/{call.pk}/agent/status/").status_code == 405


def test_a_worker_that_died_after_asking_never_asks_again(call):
    Call.objects.update(agent_status="queued")

    assert tasks.place_call(call.organisation, call.pk) is None
    assert SimulatedCall.objects.count() == 0


def test_a_call_nobody_knows_of_ends_after_ten_minutes(call):
    Call.objects.update(agent_status="queued", status="queued", started_at=timezone.now() - dt.timedelta(minutes=11))

    assert tasks.reconcile_call(call.organisation, call.pk) is None

    assert (call.reloaded().status, call.reloaded().failure) == ("failed", "lost")


def test_the_reconciler_hears_an_end_that_was_never_posted(call):
    tasks.place_call(call.organisation, call.pk)
    Call.objects.update(agent_status="in-progress")
    tasks.ring_customer(call.organisation, call.pk)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=3)):
        assert tasks.reconcile_call(call.organisation, call.pk) is None

    assert call.reloaded().status in {"completed", "busy", "no-answer", "failed"}
    assert not call.reloaded().is_live


def test_a_second_hang_up_without_a_word_frees_the_telecaller(call, telecaller):
    tasks.place_call(call.organisation, call.pk)
    hang_up(call, by=telecaller)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=20)):
        assert hang_up(call, by=telecaller).failure == "no_word_of_the_end"


@pytest.mark.django_db(transaction=True)
def test_the_simulator_calls_through_our_own_webhook(organisation, telecaller, live_server, settings):
    settings.PUBLIC_URL, settings.DEMO = live_server.url, True
    with acting_for(organisation):
        ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59))
        call = start_call(make_lead(assigned_to=telecaller), by=telecaller)
    run_until(lambda: call_now(organisation, call).customer_status == "ringing")
    with acting_for(organisation):
        hang_up(call, by=telecaller)
    run_until(lambda: not call_now(organisation, call).is_live)

    ended = call_now(organisation, call)
    assert ended.status in {"canceled", "completed", "busy", "no-answer", "failed"}
    assert ended.ended_at is not None


@pytest.mark.django_db(transaction=True)
def test_hanging_up_before_the_lead_is_rung_ends_the_call_at_once(organisation, telecaller, live_server, settings):
    settings.PUBLIC_URL = live_server.url
    with acting_for(organisation):
        ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59))
        call = start_call(make_lead(assigned_to=telecaller), by=telecaller)
    run_until(lambda: call_now(organisation, call).agent_status in {"ringing", "in-progress"})
    with acting_for(organisation):
        hang_up(call, by=telecaller)
    run_until(lambda: not call_now(organisation, call).is_live)

    ended = call_now(organisation, call)
    # Whether the lead's line was asked for in the same moment depends on who was faster; nobody answered it.
    assert ended.status == "canceled"
    assert ended.answered_at is None


def call_now(organisation, call):
    with acting_for(organisation):
        return call.reloaded()


def run_until(is_reached, seconds=20):
    """Do what is due until `is_reached()`."""
    ends = time.monotonic() + seconds
    while not is_reached():
        assert time.monotonic() < ends, "it never came to that"
        run_due("telephony")
        time.sleep(0.05)


@pytest.fixture
def twilio_call(lead, telecaller):
    TelephonyAccount.objects.update(is_active=False)
    TelephonyAccount.objects.create(
        provider="twilio",
        credentials={"account_sid": "AC" + "a" * 32, "auth_token": "secret"},
        caller_id="+15005550006",
        is_active=True,
    )
    DialerSettings.objects.update(default_mode="bridge")
    return start_call(lead, by=telecaller)


CALLS = f"https://api.twilio.com/2010-04-01/Accounts/AC{'a' * 32}/Calls.json"


@responses.activate
def test_twilio_is_asked_to_ring_the_telecaller_first(twilio_call, telecaller):
    responses.post(CALLS, json={"sid": "CA" + "b" * 32, "status": "queued"}, status=201)

    tasks.place_call(twilio_call.organisation, twilio_call.pk)

    asked = responses.calls[0].request.body
    assert f"To=%2B{telecaller.phone[1:]}" in asked
    assert "StatusCallbackEvent=ringing" in asked
    assert twilio_call.reloaded().agent_leg == "CA" + "b" * 32


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [(401, 20003, "credentials_refused"), (400, 21210, "caller_id_refused"), (400, 21211, "number_invalid"),
     (400, 21217, "number_invalid"), (400, 21608, "trial_account"), (400, 99999, "provider_refused")],
)  # fmt: skip
@responses.activate
def test_a_refusal_ends_the_call_with_its_reason(twilio_call, status, code, failure):
    responses.post(CALLS, json={"code": code, "message": "no", "status": status}, status=status)

    tasks.place_call(twilio_call.organisation, twilio_call.pk)

    assert (twilio_call.reloaded().status, twilio_call.reloaded().failure) == ("failed", failure)


@responses.activate
def test_too_many_requests_are_tried_again(twilio_call):
    responses.post(CALLS, json={"code": 20429, "message": "slow", "status": 429}, status=429)

    assert tasks.place_call(twilio_call.organisation, twilio_call.pk) > timezone.now()

    assert twilio_call.reloaded().agent_status == "intent"


@pytest.mark.parametrize("body", [ConnectionError("cut"), None])
@responses.activate
def test_an_unclear_answer_is_never_sent_again(twilio_call, body):
    if body is None:
        responses.post(CALLS, json={"code": 20500, "message": "oops", "status": 500}, status=500)
    else:
        responses.post(CALLS, body=requests.ConnectionError("cut"))

    tasks.place_call(twilio_call.organisation, twilio_call.pk)
    tasks.place_call(twilio_call.organisation, twilio_call.pk)

    assert len(responses.calls) == 1
    assert twilio_call.reloaded().agent_status == "queued"
    assert DueTask.objects.get(task="dialer.reconcile_call").due_at < timezone.now() + dt.timedelta(seconds=11)


@pytest.mark.parametrize("status", [500, 503, 429])
@responses.activate
def test_a_list_that_twilio_does_not_give_is_asked_for_again(twilio_call, status):
    """The library raises another exception for a list than for one call; both mean that we do not know."""
    Call.objects.filter(pk=twilio_call.pk).update(agent_status="queued")
    responses.get(CALLS, json={"code": 20503, "message": "later", "status": status}, status=status)

    assert tasks.reconcile_call(twilio_call.organisation, twilio_call.pk) > timezone.now()
    assert twilio_call.reloaded().is_live


def test_a_silent_call_is_given_up_after_ten_minutes_and_not_later(call):
    tasks.place_call(call.organisation, call.pk)
    SimulatedCall.objects.all().delete()
    seen_at = timezone.now() - dt.timedelta(minutes=9)
    Call.objects.filter(pk=call.pk).update(seen_at=seen_at)

    again = tasks.reconcile_call(call.organisation, call.pk)

    assert again == seen_at + tasks.LOST
    with time_machine.travel(again, tick=False):
        assert tasks.reconcile_call(call.organisation, call.pk) is None
    assert (call.reloaded().status, call.reloaded().failure) == ("failed", "lost")


def test_twilios_signature_is_verified_and_its_room_is_the_call(twilio_call, settings):
    path = f"/hooks/twilio/{twilio_call.organisation_id}/{twilio_call.pk}/agent/answer/"
    form = {"CallSid": "CA" + "b" * 32, "CallStatus": "in-progress"}
    signed = RequestValidator("secret").compute_signature(settings.PUBLIC_URL + path, form)

    answer = Client().post(path, form, headers={"X-Twilio-Signature": signed})

    assert f">{twilio_call.pk}</Conference>" in answer.content.decode()
    assert Client().post(path, form, headers={"X-Twilio-Signature": "forged"}).status_code == 403
    assert (
        Client().post(path, {**form, "CallStatus": "busy"}, headers={"X-Twilio-Signature": signed}).status_code == 403
    )


def test_twilios_events_are_merged_without_numbers_in_the_row(twilio_call, settings):
    path = f"/hooks/twilio/{twilio_call.organisation_id}/{twilio_call.pk}/customer/status/"
    form = {
        "CallSid": "CA" + "c" * 32, "CallStatus": "no-answer", "Timestamp": "Tue, 24 Nov 2026 06:30:00 +0000",
        "SequenceNumber": "3", "CallDuration": "0", "To": twilio_call.phone, "From": "+15005550006",
    }  # fmt: skip
    signed = RequestValidator("secret").compute_signature(settings.PUBLIC_URL + path, form)

    Client().post(path, form, headers={"X-Twilio-Signature": signed})
    tasks.merge_events(twilio_call.organisation, [twilio_call.pk])

    event = CallEvent.objects.get()
    assert twilio_call.phone not in str(event.payload)
    call = twilio_call.reloaded()
    assert (call.status, call.talk_seconds, call.customer_leg) == ("no-answer", None, "CA" + "c" * 32)


@pytest.mark.parametrize(
    ("e164", "known"),
    [
        ("+919876543210", ("IN", "mobile")),
        ("+912225551234", ("IN", "fixed")),
        ("+918001234567", ("IN", "mobile")),
        ("+442079460000", ("GB", "fixed")),
        ("+999123456789", None),
        ("+", None),
    ],
)
def test_what_is_known_of_a_stored_number(e164, known):
    number = number_of(e164)

    assert (number and (number.country, number.kind)) == known


def test_of_own_phones_nobody_is_asked(scope):
    with pytest.raises(NoProvider):
        provider_of(TelephonyAccount(provider="own_phone"), scope)


def test_an_unknown_organisation_has_no_hooks(client, call):
    address = line.address("status", "simulator", uuid.uuid4(), call.pk, Leg.AGENT).split("8000", 1)[-1]

    assert client.post(address, {"status": "ringing"}).status_code == 404


def test_headers_of_a_post_are_those_of_the_request():
    headers = _Headers({"HTTP_X_TWILIO_SIGNATURE": "abc", "REQUEST_METHOD": "POST", "HTTP_HOST": "jini.example"})

    assert dict(headers) == {"X-Twilio-Signature": "abc", "Host": "jini.example"}
    assert (len(headers), headers.get("x-twilio-signature"), headers.get("Accept")) == (2, "abc", None)


def test_no_more_accounts_are_remembered_than_there_is_room_for(call, monkeypatch):
    monkeypatch.setattr(accounts, "MOST_KNOWN", 1)
    accounts._known[("twilio", uuid.uuid4())] = (None, timezone.now())

    assert post(call, "agent", "ringing", at=timezone.now()).status_code == 204
    assert list(accounts._known) == [("simulator", call.organisation_id)]
