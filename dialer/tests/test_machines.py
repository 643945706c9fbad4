"""Answering machines: heard beside the call, suggested as outcome, and left a message."""

import datetime as dt
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
import responses
import time_machine
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import DueTask
from dialer import recording_tasks
from dialer.actions.voicemail import NobodyOnTheLine, leave_message, remove_message
from dialer.calls import inbox, line
from dialer.models import Call, CallEvent, Disposition, MessageDrop, SimulatedCall, TelephonyAccount, VoicemailMessage
from dialer.panel import suggested_on
from dialer.providers.port import DialAnswer, DialOutcome, Leg
from dialer.providers.simulator.posting import signature
from dialer.providers.twilio import Twilio
from dialer.tests.factories import make_call, make_campaign
from dialer.tests.recordings import live_call, sound
from dialer.voicemail.leaving import VALID, leave, url_of
from leads.tests.factories import make_lead

SETTINGS = "/settings/voicemail/"
ACCOUNT, LEG = "AC" + "a" * 32, "CA" + "b" * 32
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def call(scope, telecaller):
    return live_call(make_lead(assigned_to=telecaller), telecaller, seconds=60, recording_rule="")


@pytest.fixture
def message(client_of, admin, scope):
    upload = SimpleUploadedFile("hello.wav", sound(7))
    assert client_of(admin).post(SETTINGS, {"name": "Hello", "file": upload}).status_code == 302
    return VoicemailMessage.objects.get()


def heard(call, word, secret=None):
    """Post who answered, as the simulator would, and decide on it."""
    body = urlencode({"status": word, "leg_id": f"c-{call.pk}"}).encode()
    stamp = str(int(timezone.now().timestamp()))
    secret = secret or TelephonyAccount.objects.get(provider="simulator").credentials["secret"]
    headers = {"X-Jini-Timestamp": stamp, "X-Jini-Signature": signature(secret, stamp, body)}
    path = f"/hooks/simulator/{call.organisation_id}/{call.pk}/machine/"
    answer = Client().post(path, body, content_type="application/x-www-form-urlencoded", headers=headers)
    inbox.decide([call.pk])
    return answer.status_code


def panel(client_of, call):
    return client_of(call.telecaller).get(call.lead.get_absolute_url()).content.decode()


# Heard


def test_the_word_of_the_provider_is_kept_raw_and_delays_nothing(call):
    assert heard(call, "machine_start") == 204

    found = call.reloaded()
    assert (found.answered_by, found.is_live, found.customer_status) == ("machine_start", True, "in-progress")
    assert CallEvent.objects.get(leg="machine").verdict == "merged"


def test_the_first_word_stays_and_a_forged_one_is_nothing(call):
    heard(call, "human")
    heard(call, "machine_start")
    assert heard(call, "fax", secret="guessed") == 403

    assert call.reloaded().answered_by == "human"
    assert sorted(CallEvent.objects.values_list("verdict", flat=True)) == ["merged", "out_of_order"]


@pytest.mark.parametrize("word", ["human", "unknown", "something_new"])
def test_whoever_may_be_a_person_goes_to_the_telecaller(client_of, call, word):
    heard(call, word)

    assert "answering machine" not in panel(client_of, call)
    assert suggested_on(call.reloaded(), list(Disposition.objects.all())) is None


def test_a_machine_is_said_in_the_panel_and_suggested_as_outcome(client_of, call):
    heard(call, "machine_start")
    outcomes = list(Disposition.objects.all())

    assert "An answering machine, as the provider hears it." in panel(client_of, call)
    assert suggested_on(call.reloaded(), outcomes).provider_status == "no-answer"
    own = Disposition.objects.get(name="Switched off")
    own.provider_status = "machine"
    own.save()
    assert suggested_on(call.reloaded(), [*outcomes, own]) == own


@pytest.mark.parametrize(("detects", "expected"), [(True, True), (False, False)])
def test_the_campaign_says_whether_it_listens(scope, telecaller, detects, expected):
    call = make_call(make_lead(), telecaller, campaign=make_campaign(detects_machines=detects))

    assert bool(line.request_of(call, Leg.CUSTOMER, scope).machine_url) == expected
    assert line.request_of(call, Leg.AGENT, scope).machine_url == ""


def test_without_a_campaign_nobody_listens(scope, telecaller):
    assert line.request_of(make_call(make_lead(), telecaller), Leg.CUSTOMER, scope).machine_url == ""


def test_twilio_is_asked_to_listen_beside_the_call(scope, telecaller):
    call = make_call(make_lead(), telecaller, campaign=make_campaign(detects_machines=True), provider="twilio")
    twilio = Twilio(account_sid=ACCOUNT, tokens=["secret"])
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        base = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}"
        mock.post(f"{base}/Conferences/{call.pk}/Participants.json", status=201, json={"call_sid": LEG})
        mock.post(f"{base}/Calls.json", status=201, json={"sid": LEG})
        twilio.dial(line.request_of(call, Leg.CUSTOMER, scope))
        call.recording_rule = "on"
        twilio.dial(line.request_of(call, Leg.CUSTOMER, scope))
        bodies = [asked.request.body for asked in mock.calls]

    assert "MachineDetection=Enable" in bodies[0]
    assert "AmdStatusCallback=" in bodies[0]
    assert "AsyncAmd=true" in bodies[1]
    assert "AsyncAmdStatusCallback=" in bodies[1]


# Left a message


def test_a_message_is_played_and_the_telecaller_is_free_at_once(client_of, telecaller, call, message):
    assert "Leave a message" in panel(client_of, call)

    assert client_of(telecaller).post(f"/calls/{call.pk}/message/{message.pk}/").status_code == 302

    drop = MessageDrop.objects.get()
    assert (call.reloaded().is_in_wrap_up, drop.state, drop.left_by) == (True, "intent", telecaller)
    assert DueTask.objects.filter(task="dialer.leave_message", subject_id=drop.pk).count() == 1
    with reaching_sound():
        recording_tasks.leave_message(call.organisation, drop.pk)
        recording_tasks.leave_message(call.organisation, drop.pk)
    assert drop.reloaded().state == "played"
    ends = [row for row in SimulatedCall.objects.get().events if row["status"] == "completed" and not row.get("cut")]
    assert sorted(row["leg"] for row in ends) == ["agent", "customer"]
    assert "The message was left" in client_of(telecaller).get(call.get_absolute_url()).content.decode()


def reaching_sound():
    """Let the provider fetch what it is given an address of."""

    def forward(request):
        answer = Client().get(request.url.removeprefix(settings.PUBLIC_URL))
        return answer.status_code, {}, b"".join(answer.streaming_content) if answer.streaming else answer.content

    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    mock.add_callback(responses.GET, re.compile(rf"{re.escape(settings.PUBLIC_URL)}/hooks/sounds/.*"), forward)
    return mock


def test_a_second_press_leaves_no_second_message(telecaller, call, message):
    first = leave_message(call, message, by=telecaller)

    assert leave_message(call, message, by=telecaller) == first
    assert MessageDrop.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"ended_at": timezone.now()}, {"answered_at": None}, {"mode": "own_phone"}, {"customer_leg": ""}],
    ids=["over", "ringing", "own phone", "no leg"],
)
def test_without_somebody_on_the_line_no_message_is_left(client_of, telecaller, call, message, fields):
    Call.objects.filter(pk=call.pk).update(**fields)

    with pytest.raises(NobodyOnTheLine):
        leave_message(call, message, by=telecaller)
    assert client_of(telecaller).post(f"/calls/{call.pk}/message/{message.pk}/").status_code == 302


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"status": 200, "json": {"sid": LEG}}, DialOutcome.ACCEPTED),
        ({"status": 404, "json": {"code": 20404, "status": 404}}, DialOutcome.REFUSED),
        ({"body": requests.ReadTimeout()}, DialOutcome.UNCLEAR),
        ({"body": requests.ConnectTimeout()}, DialOutcome.TRY_LATER),
    ],
)
def test_twilio_is_told_once_what_to_play(answer, outcome):
    with responses.RequestsMock() as mock:
        mock.post(f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Calls/{LEG}.json", **answer)
        said = Twilio(account_sid=ACCOUNT, tokens=["x"]).machines.leave(LEG, "https://j/x.wav")
        assert "Play%3Ehttps%3A%2F%2Fj%2Fx.wav" in mock.calls[0].request.body
    assert said.outcome == outcome


def test_an_unclear_message_is_never_begun_anew(telecaller, call, message):
    drop = leave_message(call, message, by=telecaller)
    MessageDrop.objects.update(state="asked")

    leave(call.organisation, drop.pk)

    assert drop.reloaded().state == "asked"
    assert DialAnswer(DialOutcome.UNCLEAR).outcome == "unclear"


def test_the_address_of_the_sound_is_signed_and_short_lived(client, telecaller, call, message):
    drop = leave_message(call, message, by=telecaller)
    address = url_of(drop).removeprefix(settings.PUBLIC_URL)

    answer = client.get(address)
    assert (answer.status_code, b"".join(answer.streaming_content), answer["Content-Type"]) == (
        200,
        sound(7),
        "audio/wav",
    )
    assert client.get(address[:-3] + "x/").status_code == 404
    assert client.post(address).status_code == 405
    with time_machine.travel(timezone.now() + VALID + SECOND):
        assert client.get(address).status_code == 404


def test_the_sound_of_a_removed_message_is_gone(
    client, telecaller, admin, call, message, django_capture_on_commit_callbacks
):
    address = url_of(leave_message(call, message, by=telecaller)).removeprefix(settings.PUBLIC_URL)
    path = Path(message.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_message(message, by=admin)
    assert not remove_message(message, by=admin)

    assert client.get(address).status_code == 404
    assert not path.exists()


# Settings


def test_a_message_is_heard_and_removed(client_of, admin, telecaller, manager, message):
    there = f"{SETTINGS}{message.pk}/"
    answer = client_of(telecaller).get(f"{there}sound/")
    assert b"".join(answer.streaming_content) == sound(7)
    assert client_of(manager).post(f"{there}removal/").status_code == 403

    assert client_of(admin).post(f"{there}removal/").status_code == 302
    assert client_of(telecaller).get(f"{there}sound/").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.wav", b"<html>", "no WAV or MP3"),
        ("a.exe", sound(1), "no WAV or MP3"),
        ("a.mp3", sound(1), "no WAV or MP3"),
        ("a.pdf", b"%PDF-1.7", "no WAV or MP3"),
        ("a.wav", sound(130), "two minutes"),
        ("a.wav", sound(1)[:30], "two minutes"),
        ("a.mp3", b"ID3" + bytes(5 * 1024 * 1024), "more than 5 MB"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(client_of, admin, scope, name, content, words):
    answer = client_of(admin).post(SETTINGS, {"name": "Hello", "file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 422
    assert words in BeautifulSoup(answer.content, "html.parser").get_text()
    assert VoicemailMessage.objects.count() == 0


def test_two_messages_do_not_share_a_name(client_of, admin, message):
    answer = client_of(admin).post(SETTINGS, {"name": "hello", "file": SimpleUploadedFile("b.wav", sound(1))})

    assert answer.status_code == 422
    assert "Another message has this name." in answer.content.decode()


def test_the_settings_are_the_admins(client_of, manager, admin):
    assert client_of(manager).get(SETTINGS).status_code == 403
    assert client_of(admin).put(SETTINGS).status_code == 405


def test_only_ones_own_call_is_left_a_message(client_of, colleague, outsider, call, message):
    for member in (colleague, outsider):
        assert client_of(member).post(f"/calls/{call.pk}/message/{message.pk}/").status_code == 404


def test_the_database_refuses_what_cannot_be(call, message, telecaller):
    leave_message(call, message, by=telecaller)
    second = MessageDrop(call=call, message=message, left_at=timezone.now(), left_by=telecaller)
    with pytest.raises(IntegrityError, match="message_drop_once_of_call"), transaction.atomic():
        second.save()
    message.removed_at = timezone.now()
    with pytest.raises(IntegrityError, match="voicemail_removed_at_and_by"), transaction.atomic():
        message.save()
