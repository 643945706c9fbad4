"""Recordings at Twilio, as far as a server that answers in its place can tell."""

import re
import uuid

import pytest
import requests
import responses
from django.conf import settings
from twilio.request_validator import RequestValidator

from dialer.models import Call, TelephonyAccount
from dialer.providers.accounts import provider_of
from dialer.providers.port import (
    DialOutcome,
    DialRequest,
    Leg,
    MediaRefused,
    ProviderUnavailable,
    RecordingRefused,
    WebhookPost,
)
from dialer.providers.twilio import Twilio
from dialer.tests.factories import make_call
from dialer.tests.recordings import choose_recording
from leads.tests.factories import make_lead

ACCOUNT, TOKEN = "AC" + "a" * 32, "secret"
LEG, NUMBER = "CA" + "b" * 32, "RE" + "c" * 32
BASE = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}"
SOUND = re.compile(rf"{re.escape(BASE)}/Recordings/{NUMBER}\.wav.*")


@pytest.fixture
def recordings():
    return Twilio(account_sid=ACCOUNT, tokens=[TOKEN]).recordings


@pytest.fixture
def twilio():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def credentials(call):
    return call.request.headers.get("Authorization")


def test_sound_is_asked_for_with_the_credentials_and_from_where_it_ended(recordings, twilio):
    twilio.get(
        SOUND, status=206, body=b"rest", headers={"Content-Range": "bytes 6-9/10", "Content-Type": "audio/x-wav"}
    )

    with recordings.media(NUMBER, 6) as media:
        assert (media.offset, media.total, b"".join(media.pieces)) == (6, 10, b"rest")

    assert twilio.calls[0].request.headers["Range"] == "bytes=6-"
    assert credentials(twilio.calls[0]).startswith("Basic ")


def test_a_redirect_within_twilio_is_followed_without_the_credentials(recordings, twilio):
    twilio.get(SOUND, status=307, headers={"Location": "https://media.twiliocdn.com/x.wav"})
    twilio.get("https://media.twiliocdn.com/x.wav", body=b"sound", content_type="audio/x-wav")

    with recordings.media(NUMBER, 0) as media:
        assert b"".join(media.pieces) == b"sound"

    assert [credentials(call) is None for call in twilio.calls] == [False, True]


@pytest.mark.parametrize(
    "there",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://media.twilio.com/x.wav",
        "https://media.twilio.com:8443/x.wav",
        "https://twilio.com.evil.example/x.wav",
        "https://eviltwilio.com/x.wav",
        "https://who:what@media.twilio.com/x.wav",
        "file:///etc/passwd",
    ],
)
def test_nobody_else_is_asked(recordings, twilio, there):
    twilio.get(SOUND, status=302, headers={"Location": there})

    with pytest.raises(MediaRefused, match="foreign_address"), recordings.media(NUMBER, 0):
        pass

    assert len(twilio.calls) == 1


def test_a_ring_of_redirects_ends(recordings, twilio):
    twilio.get(SOUND, status=302, headers={"Location": f"{BASE}/Recordings/{NUMBER}.wav"})

    with pytest.raises(MediaRefused, match="too_many_redirects"), recordings.media(NUMBER, 0):
        pass


@pytest.mark.parametrize("number", ["../Calls", "RE123", "RE" + "c" * 32 + "/../x"])
def test_an_id_that_is_none_asks_nobody(recordings, twilio, number):
    with pytest.raises(MediaRefused), recordings.media(number, 0):
        pass
    assert len(twilio.calls) == 0


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ({"status": 404}, MediaRefused),
        ({"status": 503}, ProviderUnavailable),
        ({"body": requests.ConnectTimeout()}, ProviderUnavailable),
    ],
)
def test_what_cannot_be_had_now_is_told_from_what_is_gone(recordings, twilio, answer, refusal):
    twilio.get(SOUND, **answer)

    with pytest.raises(refusal), recordings.media(NUMBER, 0):
        pass


def test_a_part_beyond_the_end_begins_anew(recordings, twilio):
    twilio.get(SOUND, status=416)
    twilio.get(SOUND, body=b"whole", content_type="audio/x-wav", headers={"Content-Length": "5"})

    with recordings.media(NUMBER, 900) as media:
        assert (media.offset, media.total) == (0, 5)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"status": 201, "json": {"sid": NUMBER, "status": "in-progress"}}, DialOutcome.ACCEPTED),
        ({"status": 404, "json": {"code": 21220, "message": "x", "status": 404}}, DialOutcome.REFUSED),
        ({"status": 429, "json": {"code": 20429, "message": "x", "status": 429}}, DialOutcome.TRY_LATER),
        ({"status": 500, "json": {"code": 20500, "message": "x", "status": 500}}, DialOutcome.UNCLEAR),
        ({"body": requests.ReadTimeout()}, DialOutcome.UNCLEAR),
        ({"body": requests.ConnectTimeout()}, DialOutcome.TRY_LATER),
    ],
)
def test_a_start_is_told_once_whatever_comes(recordings, twilio, answer, outcome):
    twilio.post(f"{BASE}/Calls/{LEG}/Recordings.json", **answer)

    assert recordings.start(LEG, "https://jini.example/hooks/").outcome == outcome
    assert len(twilio.calls) == 1


@pytest.mark.parametrize(("status", "is_refused"), [("paused", False), ("completed", False), ("in-progress", True)])
def test_a_refused_pause_is_only_one_when_it_still_runs(recordings, twilio, status, is_refused):
    twilio.post(f"{BASE}/Calls/{LEG}/Recordings/{NUMBER}.json", status=400, json={"code": 21220, "status": 400})
    twilio.get(f"{BASE}/Recordings/{NUMBER}.json", json={"sid": NUMBER, "status": status})

    if is_refused:
        with pytest.raises(RecordingRefused):
            recordings.pause(LEG, NUMBER)
    else:
        recordings.pause(LEG, NUMBER)


def test_deleting_what_is_gone_is_done(recordings, twilio):
    twilio.delete(f"{BASE}/Recordings/{NUMBER}.json", status=404, json={"code": 20404, "status": 404})
    recordings.delete(NUMBER)
    twilio.delete(f"{BASE}/Recordings/{NUMBER}.json", status=503, json={"code": 20503, "status": 503})

    with pytest.raises(ProviderUnavailable):
        recordings.delete(NUMBER)


def test_a_post_names_the_recording_and_keeps_no_address(recordings):
    form = {
        "RecordingSid": NUMBER,
        "RecordingStatus": "completed",
        "RecordingDuration": "31",
        "RecordingChannels": "2",
        "RecordingUrl": "https://evil.example/x",
        "CallSid": LEG,
    }
    event = recordings.parse(WebhookPost("https://jini.example/", form, {}, b"", None))

    assert (event.leg, event.status, event.provider_id, event.duration) == ("recording", "completed", NUMBER, 31)
    assert "evil" not in str(event.raw)


def test_who_is_to_be_told_is_rung_by_itself(twilio):
    twilio.post(f"{BASE}/Calls.json", status=201, json={"sid": LEG})
    request = DialRequest(
        uuid.uuid4(), Leg.CUSTOMER, "+919000000001", "+912200000001", "https://j/s", "https://j/a", 30, announces=True
    )

    assert Twilio(account_sid=ACCOUNT, tokens=[TOKEN]).dial(request).provider_id == LEG
    assert "Url=https%3A%2F%2Fj%2Fa" in twilio.calls[0].request.body


def test_the_customer_hears_the_sentence_before_the_telecaller(client, scope, telecaller):
    TelephonyAccount.objects.create(provider="twilio", credentials={"account_sid": ACCOUNT, "auth_token": TOKEN})
    choose_recording(announcement="यह कॉल रिकॉर्ड होती है।", voice="hi-IN")
    call = make_call(make_lead(), telecaller, provider="twilio", recording_rule="on")
    path = f"/hooks/twilio/{scope.pk}/{call.pk}/{{}}/answer/"

    def heard(leg):
        url = settings.PUBLIC_URL + path.format(leg)
        signed = RequestValidator(TOKEN).compute_signature(url, {})
        return client.post(path.format(leg), headers={"X-Twilio-Signature": signed}).content.decode()

    assert re.search(r'<Say language="hi-IN">यह.*</Say><Dial><Conference', heard("customer"))
    assert "<Say" not in heard("agent")
    Call.objects.update(recording_rule="wish")
    assert "<Say" not in heard("customer")


def test_the_account_gives_its_recordings(scope):
    account = TelephonyAccount(provider="twilio", credentials={"account_sid": ACCOUNT, "auth_token": TOKEN})

    assert provider_of(account, scope).recordings is not None
