"""Calls to a number at Twilio: its posts, and what it is told to do with the caller."""

import datetime as dt
import xml.etree.ElementTree as ET
from urllib.parse import parse_qs

import pytest
import requests
import responses
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from dialer.calls.line import hook_address
from dialer.incoming import steps
from dialer.models import Call, IncomingCall, IncomingRing, IncomingSettings, TelephonyAccount
from dialer.providers.port import ProviderUnavailable
from dialer.tests.callers import make_available, work
from dialer.tests.factories import open_all_day
from leads.tests.factories import make_lead

SID, TOKEN = "AC" + "0" * 32, "secret-of-twilio"
CALLER_LEG, MEMBER_LEG = "CA" + "1" * 32, "CA" + "2" * 32
CALLS = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Calls"


@pytest.fixture(autouse=True)
def account(scope):
    open_all_day()
    TelephonyAccount.objects.update(is_active=False)
    return TelephonyAccount.objects.create(
        provider="twilio",
        credentials={"account_sid": SID, "auth_token": TOKEN},
        caller_id="+14155550100",
        is_active=True,
    )


@pytest.fixture
def lead(telecaller):
    return make_lead(assigned_to=telecaller)


def post(organisation, path="incoming", *, secret=TOKEN, **form):
    url = hook_address("twilio", organisation.pk, path)
    signed = RequestValidator(secret).compute_signature(url, form)
    return Client().post(url.removeprefix(settings.PUBLIC_URL), form, headers={"X-Twilio-Signature": signed})


def arrives(organisation, phone, **changed):
    form = {"CallSid": CALLER_LEG, "From": phone, "To": "+14155550111", "CallStatus": "ringing", "Direction": "inbound"}
    return post(organisation, **form | changed)


def verbs(answer):
    assert answer.headers["Content-Type"] == "text/xml"
    return ET.fromstring(answer.content)


def test_the_caller_waits_in_a_conference_named_by_our_id(organisation, lead):
    conference = verbs(arrives(organisation, lead.phone)).find("Dial/Conference")

    row = IncomingCall.objects.get()
    assert (row.provider_id, row.lead, row.called) == (CALLER_LEG, lead, "+14155550111")
    assert conference.text == str(row.pk)
    assert conference.attrib == {"startConferenceOnEnter": "false", "endConferenceOnExit": "true", "beep": "false"}


@pytest.mark.parametrize("secret", ["", "of somebody else"])
def test_without_twilios_signature_nothing_is_taken(organisation, lead, secret):
    for path in ("incoming", "incoming/over"):
        assert post(organisation, path, secret=secret, CallSid=CALLER_LEG).status_code == 403
    assert IncomingCall.objects.count() == 0


def test_a_signature_of_another_path_opens_nothing(organisation, lead):
    arrives(organisation, lead.phone)
    token = IncomingCall.objects.get().pk
    url = hook_address("twilio", organisation.pk, "incoming")
    signed = RequestValidator(TOKEN).compute_signature(url, {"CallSid": CALLER_LEG})
    path = hook_address("twilio", organisation.pk, f"incoming/{token}/message").removeprefix(settings.PUBLIC_URL)

    answer = Client().post(path, {"CallSid": CALLER_LEG}, headers={"X-Twilio-Signature": signed})

    assert answer.status_code == 403


@pytest.mark.parametrize("phone", ["+266696687", "+7378742833", "anonymous", "", "client:asha", "+86282452253"])
def test_a_withheld_number(organisation, phone):
    arrives(organisation, phone)

    assert IncomingCall.objects.get().caller == ""


def test_a_post_without_a_call_is_hung_up(organisation):
    assert verbs(arrives(organisation, "+919811122233", CallSid="")).find("Hangup") is not None
    assert IncomingCall.objects.count() == 0


@responses.activate
def test_the_member_is_rung_from_the_number_that_was_called(organisation, lead, telecaller):
    responses.post(f"{CALLS}.json", json={"sid": MEMBER_LEG}, status=201)
    make_available(telecaller)
    arrives(organisation, lead.phone)
    work(organisation)
    ring = IncomingRing.objects.get()

    sent = parse_qs(responses.calls[0].request.body)
    assert (sent["To"], sent["From"], sent["Timeout"]) == ([telecaller.phone], ["+14155550111"], ["20"])
    assert sent["Url"][0].endswith(f"/incoming/{ring.pk}/joining/")
    assert sent["StatusCallback"][0].endswith(f"/{ring.pk}/agent/status/")
    assert ring.leg == MEMBER_LEG

    answer = verbs(post(organisation, f"incoming/{ring.pk}/joining", CallSid=MEMBER_LEG))
    assert answer.find("Dial/Conference").text == str(ring.incoming_id)
    assert Call.objects.get().agent_leg == MEMBER_LEG


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [(400, {"code": 21211, "status": 400}, "failed"), (429, {"code": 20429, "status": 429}, "failed"), (500, {}, "")],
)
def test_what_twilio_says_of_a_ring(organisation, lead, telecaller, status, body, outcome):
    """A refusal passes on at once; what is unclear is left to its time and never asked again."""
    responses.post(f"{CALLS}.json", json=body, status=status)
    responses.post(f"{CALLS}/{CALLER_LEG}.json", json={"sid": CALLER_LEG})
    make_available(telecaller)
    arrives(organisation, lead.phone)
    work(organisation)
    work(organisation)

    assert IncomingRing.objects.get().outcome == outcome
    assert len([call for call in responses.calls if call.request.url == f"{CALLS}.json"]) == 1


@responses.activate
def test_without_anybody_the_caller_is_led_to_the_voicemail(organisation, lead):
    responses.post(f"{CALLS}/{CALLER_LEG}.json", json={"sid": CALLER_LEG})
    arrives(organisation, lead.phone)
    work(organisation)
    row = IncomingCall.objects.get()

    sent = parse_qs(responses.calls[0].request.body)
    assert sent == {
        "Url": [hook_address("twilio", organisation.pk, f"incoming/{row.pk}/voicemail")],
        "Method": ["POST"],
    }

    answer = verbs(post(organisation, f"incoming/{row.pk}/voicemail", CallSid=CALLER_LEG))
    assert answer.find("Say").attrib == {"language": "en-IN"}
    assert answer.find("Record").attrib["action"].endswith(f"/incoming/{row.pk}/message/")

    over = post(
        organisation, f"incoming/{row.pk}/message", CallSid=CALLER_LEG, RecordingSid="RE1", RecordingDuration="7"
    )
    assert verbs(over).find("Hangup") is not None
    assert (row.reloaded().message_id, row.reloaded().message_seconds) == ("RE1", 7)


@responses.activate
def test_leading_on_is_asked_for_again_until_twilio_comes(organisation, lead):
    responses.post(f"{CALLS}/{CALLER_LEG}.json", body=requests.ReadTimeout())
    arrives(organisation, lead.phone)
    row = IncomingCall.objects.get()
    with pytest.raises(ProviderUnavailable):
        steps.take_step(organisation, row.pk)
    steps.take_step(organisation, row.pk)
    assert len(responses.calls) == 1

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=11)):
        with pytest.raises(ProviderUnavailable):
            steps.take_step(organisation, row.pk)
        post(organisation, f"incoming/{row.pk}/voicemail", CallSid=CALLER_LEG)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=30)):
        steps.take_step(organisation, row.pk)

    assert len(responses.calls) == 2


@responses.activate
def test_a_caller_who_is_gone_already_is_no_error(organisation, lead):
    responses.post(f"{CALLS}/{CALLER_LEG}.json", json={"code": 21220, "status": 400}, status=400)
    arrives(organisation, lead.phone)

    work(organisation)

    assert IncomingCall.objects.get().state == "told"


@responses.activate
def test_an_end_that_was_never_told_is_asked_for(organisation, lead):
    ended = {"sid": CALLER_LEG, "status": "completed", "end_time": "Wed, 25 Nov 2026 06:31:00 +0000", "duration": "9"}
    responses.post(f"{CALLS}/{CALLER_LEG}.json", json={"sid": CALLER_LEG})
    responses.get(f"{CALLS}/{CALLER_LEG}.json", json=ended)
    arrives(organisation, lead.phone)
    work(organisation)
    post(organisation, f"incoming/{IncomingCall.objects.get().pk}/voicemail", CallSid=CALLER_LEG)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=3)):
        work(organisation)

    row = IncomingCall.objects.get()
    assert (row.is_missed, row.missed) == (True, "nobody")


@pytest.mark.parametrize("status", ["ringing", "in-progress"])
def test_a_number_that_tells_of_more_than_the_end(organisation, lead, status):
    assert post(organisation, "incoming/over", CallSid=CALLER_LEG, CallStatus=status).status_code == 204
    assert IncomingCall.objects.count() == 0


def test_the_greeting_in_the_language_of_the_lead(organisation, telecaller):
    IncomingSettings.objects.update(keeps_hours=True, greeting_hindi="नमस्ते, संदेश छोड़ें।")
    lead = make_lead(assigned_to=telecaller, language="hi")
    arrives(organisation, lead.phone)
    row = IncomingCall.objects.get()
    IncomingCall.objects.update(state="told", missed="nobody")

    said = verbs(post(organisation, f"incoming/{row.pk}/voicemail", CallSid=CALLER_LEG)).find("Say")

    assert (said.text, said.attrib) == ("नमस्ते, संदेश छोड़ें।", {"language": "hi-IN"})
