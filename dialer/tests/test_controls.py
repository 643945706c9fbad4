"""Hold, mute and keypad of a running call: what is asked, what the provider confirms, and what the page shows."""

import datetime as dt
import json
import logging
from urllib.parse import parse_qs

import pytest
import requests
import responses
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from twilio.request_validator import RequestValidator

from accounts.models import DueTask
from accounts.tenancy import acting_for
from dialer import conference_tasks as tasks
from dialer.actions.controlling import control_call
from dialer.calls import controls
from dialer.calls.controls import NotPossible
from dialer.models import Call, Control, SimulatedCall
from dialer.tests.conversing import make_conversation, through_twilio
from dialer.tests.factories import open_all_day
from leads.tests.factories import make_lead

CONFERENCE = "CF" + "f" * 32
CONFERENCES = "https://api.twilio.com/2010-04-01/Accounts/" + "AC" + "a" * 32 + "/Conferences.json"
HTMX = {"HX-Request": "true", "HX-Target": "controls"}


@pytest.fixture
def call(scope, telecaller):
    open_all_day()
    return make_conversation(make_lead(assigned_to=telecaller), telecaller)


@pytest.fixture
def twilio(call):
    through_twilio(call)
    with responses.RequestsMock() as mock:
        mock.get(CONFERENCES, json={"conferences": [{"sid": CONFERENCE}]})
        yield mock


def url(call):
    return reverse("dialer:controls", args=[call.pk])


def participant(**fields):
    return {"hold": False, "muted": False, "coaching": False, "end_conference_on_exit": True} | fields


def address(leg="c"):
    return f"{CONFERENCES.removesuffix('.json')}/{CONFERENCE}/Participants/CA{leg * 32}.json"


def changes(twilio):
    """What was asked but for the conference's id."""
    return [asked.request for asked in twilio.calls if "/Participants/" in asked.request.url]


def work(call):
    """Carry out what is owed until nothing is, as a worker does."""
    for _ in range(20):
        if tasks.control_call(call.organisation, call.pk) is None:
            return
    raise AssertionError("it never ends")


def last(call):
    return Control.objects.filter(call=call).order_by("-pk").first()


def test_hold_is_shown_when_the_provider_confirmed_it(call, telecaller, client_of):
    client = client_of(telecaller)

    asked = client.post(url(call), {"do": "hold"}, headers=HTMX)
    waits = asked.context["standing"]
    work(call)
    confirmed = client.get(reverse("dialer:panel", args=[call.lead_id]))

    assert (asked.status_code, waits.is_held, waits.waits.kind) == (200, False, "hold")
    assert confirmed.context["standing"].is_held
    assert "The lead is on hold" in confirmed.content.decode()
    assert SimulatedCall.objects.get().settings["customer"]["is_held"] is True


def test_what_was_done_last_holds(call, telecaller):
    for kind in ("hold", "mute", "resume", "unmute", "mute"):
        control_call(call, kind, by=telecaller)
    work(call)

    standing = controls.standing_of(call)

    assert (standing.is_held, standing.is_muted, standing.waits, standing.failed) == (False, True, None, None)
    assert SimulatedCall.objects.get().settings["agent"]["is_muted"] is True


def test_a_second_press_asks_for_nothing_more(call, telecaller):
    first = control_call(call, "hold", by=telecaller)

    assert control_call(call, "hold", by=telecaller) == first
    work(call)
    assert control_call(call, "hold", by=telecaller) == first
    assert control_call(call, "resume", by=telecaller) != first


def test_whoever_is_on_hold_waits_longer_than_they_would_have_talked(call, telecaller):
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=4, seconds=55), tick=False):
        control_call(call, "hold", by=telecaller)
        work(call)
        over = timezone.now() + dt.timedelta(seconds=110)
        ends = [row for row in SimulatedCall.objects.get().events if row["status"] == "completed" and "cut" not in row]

    assert {row["leg"] for row in ends} == {"agent", "customer"}
    assert all(dt.datetime.fromisoformat(row["at"]) > over for row in ends)


def test_tones_are_played_and_not_kept(call, telecaller, client_of, caplog):
    caplog.set_level(logging.DEBUG)

    answer = client_of(telecaller).post(url(call), {"do": "digits", "digits": "41*7#"}, headers=HTMX)
    asked = last(call)
    raw = Control.objects.raw("SELECT id, digits AS stored FROM dialer_control WHERE call_id = %s", [call.pk])[0]
    work(call)
    tasks.forget_digits(call.organisation, asked.pk)

    assert answer.status_code == 200
    assert (last(call).state, last(call).digits, SimulatedCall.objects.get().tones) == ("done", "", 5)
    assert "41*7#" not in caplog.text
    assert "41*7#" not in raw.stored
    assert "41*7#" not in json.dumps(SimulatedCall.objects.values_list("events", "settings")[0])
    assert DueTask.objects.filter(task=controls.FORGET_DIGITS, subject_id=asked.pk).exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"do": "digits", "digits": ""}, 422),
        ({"do": "digits", "digits": "12a"}, 422),
        ({"do": "digits", "digits": "1" * 33}, 422),
        ({"do": "explode"}, 422),
        ({}, 422),
    ],
)
def test_what_is_no_control_is_refused_in_words(call, telecaller, client_of, sent, status):
    answer = client_of(telecaller).post(url(call), sent, headers=HTMX)

    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()
    assert not Control.objects.exists()


def test_the_call_bar_hears_at_once_and_toasts_what_is_refused(call, telecaller, client_of):
    Call.objects.update(customer_status="ringing")

    answer = client_of(telecaller).post(url(call), {"do": "hold"}, headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert json.loads(answer.headers["HX-Trigger"]) == {
        "call:changed": "",
        "toast": [{"text": "Nobody has answered yet.", "undo": ""}],
    }


def test_without_script_it_leads_back_to_the_lead_or_says_why_not(call, telecaller, client_of):
    client = client_of(telecaller)
    done = client.post(url(call), {"do": "mute"})
    Call.objects.update(agent_status="ringing")

    refused = client.post(url(call), {"do": "unmute"})

    assert (done.status_code, done.url) == (302, call.lead.get_absolute_url())
    assert refused.status_code == 409
    assert "Nobody has answered yet." in refused.content.decode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"hang_up_asked_at": timezone.now()}, "over"),
        ({"ended_at": timezone.now()}, "over"),
        ({"customer_status": "ringing"}, "not_connected"),
        ({"customer_leg": ""}, "not_connected"),
        ({"mode": "own_phone"}, "own_phone"),
    ],
)
def test_a_call_that_cannot_be_held_says_why(call, telecaller, change, code):
    Call.objects.update(**change)

    with pytest.raises(NotPossible) as refusal:
        control_call(call, "hold", by=telecaller)

    assert refusal.value.code == code


def test_a_call_that_ended_meanwhile_is_not_asked_about(call, telecaller):
    control_call(call, "hold", by=telecaller)
    Call.objects.update(ended_at=timezone.now())

    work(call)

    assert (last(call).state, last(call).failure) == ("failed", "left_the_call")
    assert SimulatedCall.objects.get().settings == {}


def test_a_lead_who_just_hung_up_is_said_to_have_left(call, telecaller):
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6)):
        control_call(call, "hold", by=telecaller)
        work(call)
        standing = controls.standing_of(call)

    assert (standing.is_held, standing.failed.failure) == (False, "left_the_call")


def test_only_the_telecaller_of_an_open_call_controls_it(call, colleague, manager, outsider, client_of):
    for member in (colleague, manager, outsider):
        assert client_of(member).post(url(call), {"do": "hold"}).status_code == 404
    with acting_for(call.organisation):
        assert not Control.objects.exists()


def test_it_is_a_post(call, telecaller, client_of):
    assert client_of(telecaller).get(url(call)).status_code == 405


# Through Twilio


def test_twilio_is_asked_for_the_leads_hold_and_the_telecallers_muting(call, telecaller, twilio):
    twilio.post(address(), json=participant(hold=True))
    twilio.post(address("a"), json=participant(muted=True))
    control_call(call, "hold", by=telecaller)
    control_call(call, "mute", by=telecaller)

    work(call)

    assert [parse_qs(asked.body) for asked in changes(twilio)] == [{"Hold": ["true"]}, {"Muted": ["true"]}]
    assert controls.standing_of(call).is_held
    assert controls.standing_of(call).is_muted


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (404, 20404, "left_the_call"),
        (401, 20003, "credentials_refused"),
        (400, 16099, "left_the_call"),
        (400, 21201, "provider_refused"),
    ],
)
def test_what_twilio_refuses_is_said(call, telecaller, twilio, status, code, failure):
    twilio.post(address(), status=status, json={"code": code, "message": "no", "status": status})
    control_call(call, "hold", by=telecaller)

    work(call)

    assert (last(call).state, last(call).failure) == ("failed", failure)
    assert not controls.standing_of(call).is_held


def test_a_conference_that_is_over_has_nobody_to_hold(call, telecaller, twilio):
    twilio.replace("GET", CONFERENCES, json={"conferences": []})
    control_call(call, "hold", by=telecaller)

    work(call)

    assert last(call).failure == "left_the_call"


@pytest.mark.parametrize("fault", [{"body": requests.ReadTimeout()}, {"status": 503, "json": {}}])
def test_a_conference_that_cannot_be_looked_for_is_looked_for_again(call, telecaller, twilio, fault):
    twilio.replace("GET", CONFERENCES, **fault)
    control_call(call, "hold", by=telecaller)

    work(call)

    assert (len(twilio.calls), last(call).failure) == (controls.MOST_TRIES, "provider_busy")


@pytest.mark.parametrize(("is_held", "state", "failure"), [(True, "done", ""), (False, "failed", "no_answer")])
@pytest.mark.parametrize("fault", ["timeout", "500", "otherwise"])
def test_an_unclear_answer_is_looked_up_and_not_asked_again(call, telecaller, twilio, fault, is_held, state, failure):
    unclear = {
        "timeout": {"body": requests.ReadTimeout()},
        "500": {"status": 500, "json": {"code": 20500, "message": "x", "status": 500}},
        "otherwise": {"json": participant(hold=False)},
    }
    twilio.post(address(), **unclear[fault])
    twilio.get(address(), json=participant(hold=is_held))
    control_call(call, "hold", by=telecaller)

    work(call)

    assert [asked.method for asked in changes(twilio)] == ["POST", "GET"]
    assert (last(call).state, last(call).failure) == (state, failure)
    assert controls.standing_of(call).is_held is is_held


def test_a_provider_that_is_too_busy_is_asked_again_and_given_up(call, telecaller, twilio):
    twilio.post(address(), status=429, json={"code": 20429, "message": "later", "status": 429})
    control_call(call, "hold", by=telecaller)

    work(call)

    assert len(changes(twilio)) == controls.MOST_TRIES
    assert (last(call).state, last(call).failure) == ("failed", "provider_busy")


def test_a_provider_that_never_tells_is_given_up(call, telecaller, twilio):
    twilio.post(address(), body=requests.ReadTimeout())
    twilio.get(address(), status=503, json={"code": 20503, "message": "later", "status": 503})
    control_call(call, "hold", by=telecaller)

    work(call)

    assert [asked.method for asked in changes(twilio)].count("POST") == 1
    assert (last(call).state, last(call).failure) == ("failed", "no_answer")


def test_tones_that_may_have_been_heard_are_not_sent_again(call, telecaller, twilio):
    twilio.post(address(), body=requests.ReadTimeout())
    control_call(call, "digits", by=telecaller, digits="12")

    work(call)

    assert len(changes(twilio)) == 1
    assert (last(call).failure, last(call).digits) == ("perhaps_sent", "")


def test_twilio_fetches_the_tones_once_and_they_are_in_no_address(call, telecaller, twilio):
    twilio.post(address(), json=participant())
    control_call(call, "digits", by=telecaller, digits="12")
    work(call)
    announced = parse_qs(changes(twilio)[0].body)["AnnounceUrl"][0]
    path = "/" + announced.split("/", 3)[3]
    signed = {"X-Twilio-Signature": RequestValidator("secret").compute_signature(announced, {})}

    fetched = [Client().post(path, headers=signed).content.decode() for _ in range(2)]

    assert '<Play digits="w12" />' in fetched[0]
    assert "Play" not in fetched[1]
    assert "12" not in path.replace(str(last(call).pk), "").replace(str(call.organisation_id), "")
    assert last(call).digits == ""


def test_tones_are_given_to_nobody_who_did_not_sign(call, telecaller, twilio):
    twilio.post(address(), json=participant())
    control = control_call(call, "digits", by=telecaller, digits="12")
    work(call)

    answer = Client().post(f"/hooks/twilio/{call.organisation_id}/{control.pk}/customer/digits/")

    assert answer.status_code == 403
    assert last(call).digits == "12"


def test_a_worker_that_died_while_asking_leaves_it_to_be_looked_up(call, telecaller, twilio):
    control_call(call, "hold", by=telecaller)
    Control.objects.update(state="sent")
    twilio.get(address(), json=participant(hold=True))

    work(call)

    assert last(call).state == "done"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "done"},
        {"answered_at": timezone.now()},
        {"failure": "over"},
        {"digits": "1"},
    ],
)
def test_the_constraints(call, telecaller, fields):
    row = Control(call=call, leg="customer", kind="hold", asked_by=telecaller, asked_at=timezone.now())
    for name, value in fields.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_one_thing_at_a_time_is_before_the_provider(call, telecaller):
    control_call(call, "hold", by=telecaller)
    control_call(call, "mute", by=telecaller)

    with pytest.raises(IntegrityError), transaction.atomic():
        Control.objects.update(state="sent")
