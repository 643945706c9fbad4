"""Recordings of calls through Exotel: announced by a sound, out of our reach while they run, fetched afterwards."""

import datetime as dt

import pytest
import responses
import time_machine
from bs4 import BeautifulSoup
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer import recording_tasks
from dialer.actions.recording import NothingToSteer, note_wish, save_recording_settings, steer_recording
from dialer.closing import left_elsewhere
from dialer.models import Call, Recording, RecordingSettings
from dialer.providers.exotel import Exotel
from dialer.providers.exotel.client import Client as ExotelClient
from dialer.providers.port import MediaRefused
from dialer.recordings import announcing
from dialer.tests.recordings import sound
from dialer.tests.test_exotel_calls import exotel, now, ring, work_until  # noqa: F401 -- a fixture and its verbs

pytestmark = pytest.mark.django_db(transaction=True)

State = Recording.State
SETTINGS = "/settings/recording/"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    field = RecordingSettings._meta.get_field("sound")
    monkeypatch.setattr(field, "storage", FileSystemStorage(location=tmp_path / "announcements"))


def settle(admin, days=30, **fields):
    """Choose to record, through Exotel too."""
    with acting_for(admin.organisation):
        own = RecordingSettings.objects.first() or RecordingSettings()
        own.is_on, own.days_at_provider = True, days
        for name, value in fields.items():
            setattr(own, name, value)
        upload = SimpleUploadedFile("x.wav", sound(2)) if not own.sound else None
        save_recording_settings(own, fields=[], by=admin, sound=upload)


def recording_of(call):
    with acting_for(call.organisation):
        return Recording.objects.filter(call=call).first()


def look(call, seconds=0):
    """Ask Exotel about the recording, and fetch it when it is there."""
    found = recording_of(call)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=seconds)):
        recording_tasks.seek_recording(call.organisation, found.pk)
        recording_tasks.pull_recording(call.organisation, found.pk)
        recording_tasks.clear_recording(call.organisation, found.pk)
    return recording_of(call)


def text_of(answer):
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)


# The call


def test_a_call_is_announced_recorded_and_fetched(exotel, telecaller, admin, client):  # noqa: F811
    settle(admin)
    call = ring(telecaller, "+919000000110")
    work_until(lambda: not now(call).is_live and recording_of(call) is not None and recording_of(call).provider_id)
    work_until(lambda: look(call).state == State.KEPT)

    assert exotel.heard == {str(call.pk): sound(2)}
    kept = recording_of(call)
    until = timezone.localdate(now(call).started_at) + dt.timedelta(days=30)
    assert (kept.content_type, kept.seconds, kept.channels, kept.at_provider_until) == ("audio/mpeg", 1, 1, until)
    # Nobody can delete it there, and nothing says that somebody did.
    assert kept.deleted_at_provider_at is None
    client.force_login(admin.user)
    page = client.get(f"/calls/{call.pk}/")
    assert f"Copy at Exotel stays there until {until:%-d %b %Y}" in text_of(page)
    assert len(b"".join(client.get(f"/calls/{call.pk}/recording/").streaming_content)) == kept.bytes > 0


@pytest.mark.parametrize("is_on", [True, False])
def test_without_sound_and_period_exotel_is_told_not_to_record(exotel, telecaller, admin, is_on):  # noqa: F811
    with acting_for(admin.organisation):
        RecordingSettings.objects.create(is_on=is_on)
    call = ring(telecaller, "+919000000110")
    work_until(lambda: not now(call).is_live)

    asked = next(iter(exotel.calls.values())).form
    assert (asked["Record"], "StartPlaybackValueNew" in asked) == ("false", False)
    assert now(call).recording_rule == ("unagreed" if is_on else "")
    assert recording_of(call) is None


def test_the_row_is_there_before_exotel_is_asked(exotel, telecaller, admin):  # noqa: F811
    settle(admin)
    exotel.drops = 1
    call = ring(telecaller, "+919000000118")
    work_until(lambda: exotel.made)

    assert recording_of(call).state == State.ASKED


@pytest.mark.parametrize("has_wish", [False, True])
def test_of_a_call_that_nobody_answered_nothing_is_left(exotel, telecaller, admin, has_wish):  # noqa: F811
    settle(admin)
    call = ring(telecaller, "+919000000115")
    work_until(lambda: now(call).agent_leg)
    if has_wish:
        with acting_for(call.organisation):
            note_wish(now(call).lead, by=telecaller)
    work_until(lambda: not now(call).is_live)

    recording_tasks.seek_recording(call.organisation, recording_of(call).pk)

    assert recording_of(call) is None


@pytest.mark.parametrize("when", ["ringing", "talking", "over"])
def test_of_a_customer_who_does_not_want_it_we_keep_nothing(exotel, telecaller, admin, client, when):  # noqa: F811
    settle(admin)
    exotel.talk, exotel.pace = 3, 0.2
    call = ring(telecaller, "+919000000110")
    reached = {"ringing": lambda: now(call).agent_leg, "talking": lambda: now(call).answered_at}
    work_until(reached.get(when, lambda: now(call).ended_at))
    with acting_for(call.organisation):
        note_wish(now(call).lead, by=telecaller)
    if when != "over":
        client.force_login(telecaller.user)
        page = text_of(client.get(f"/leads/{call.lead_id}/"))
        until = recording_of(call).at_provider_until
        assert "Exotel records this call to its end all the same. JiNi keeps nothing of it" in page
        assert f"the copy at Exotel goes on {until:%-d %b %Y}" in page
    work_until(lambda: not now(call).is_live)
    work_until(lambda: now(call).answered_at)
    found = look(call, seconds=120)

    # After the call, the wish holds for the next one.
    expected = State.KEPT if when == "over" else State.ERASED
    assert (found.state, bool(found.file)) == (expected, when == "over")
    assert now(call).recording_rule == ("on" if when == "over" else "wish")


def test_nobody_can_pause_it_and_the_panel_offers_no_pause(exotel, telecaller, admin, client):  # noqa: F811
    settle(admin)
    exotel.talk = 3
    call = ring(telecaller, "+919000000110")
    work_until(lambda: now(call).answered_at and recording_of(call).state == State.RUNNING)

    with acting_for(call.organisation), pytest.raises(NothingToSteer):
        steer_recording(now(call), to="pause", by=telecaller)
    client.force_login(telecaller.user)
    page = text_of(client.get(f"/leads/{call.lead_id}/"))
    assert "Do not record" in page
    assert "Pause recording" not in page


def test_it_is_not_asked_about_while_the_call_is_on(exotel, telecaller, admin):  # noqa: F811
    settle(admin)
    exotel.talk = 3
    call = ring(telecaller, "+919000000118")
    work_until(lambda: now(call).agent_leg)
    asked = len(exotel.asked_at)

    assert recording_tasks.seek_recording(call.organisation, recording_of(call).pk) is not None

    assert len(exotel.asked_at) == asked


def test_a_copy_out_of_reach_is_counted_until_its_day(exotel, telecaller, admin):  # noqa: F811
    settle(admin)
    call = ring(telecaller, "+919000000110")
    work_until(lambda: not now(call).is_live and recording_of(call).provider_id)
    work_until(lambda: look(call).state == State.KEPT)

    with acting_for(call.organisation):
        assert left_elsewhere() == 1
        with time_machine.travel(timezone.now() + dt.timedelta(days=32)):
            assert left_elsewhere() == 0


# The address of the announcement


def announced(exotel, telecaller, admin):  # noqa: F811
    settle(admin)
    call = ring(telecaller, "+919000000118")
    work_until(lambda: now(call).agent_leg)
    with acting_for(call.organisation):
        url = announcing.url_of(now(call))
    return call, url[url.index("/hooks/") :]


def test_the_sound_is_given_without_a_session_for_some_minutes(exotel, telecaller, admin):  # noqa: F811
    _, path = announced(exotel, telecaller, admin)

    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/wav")
    assert b"".join(answer.streaming_content) == sound(2)
    assert Client().get(path[:-3] + "xx/").status_code == 404
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        assert Client().get(path).status_code == 404


def test_no_sound_is_given_for_a_call_that_is_not_recorded(exotel, telecaller, admin):  # noqa: F811
    call, path = announced(exotel, telecaller, admin)
    with acting_for(call.organisation):
        Call.objects.filter(pk=call.pk).update(recording_rule="")

    assert Client().get(path).status_code == 404


# Where the sound is fetched


@pytest.fixture
def recordings():
    return Exotel(
        ExotelClient(account_sid="acme1", api_key="key", api_token="token", region="mumbai"), secrets=["s"]
    ).recordings


def told(mock, **fields):
    call = {"Sid": "e1", "Status": "completed", "Details": {"ConversationDuration": 5}} | fields
    mock.get("https://api.in.exotel.com/v1/Accounts/acme1/Calls/e1.json", json={"Call": call})


@pytest.mark.parametrize(
    ("where", "shows_key"),
    [
        ("https://recordings.exotel.com/exotelrecordings/acme1/1.mp3", True),
        ("https://recordings.exotel.com/1.mp3?X-Amz-Signature=ab", False),
        ("https://s3-ap-southeast-1.amazonaws.com/exotelrecordings/acme1/1.mp3", False),
        ("https://exotelrecordings.s3.ap-south-1.amazonaws.com/acme1/1.mp3", False),
    ],
)
def test_the_key_is_shown_to_exotel_alone(recordings, where, shows_key):
    with responses.RequestsMock() as mock:
        told(mock, RecordingUrl=where)
        mock.get(where, body=b"sound", content_type="binary/octet-stream")

        with recordings.media("e1", 0) as media:
            assert (media.content_type, b"".join(media.pieces)) == ("audio/mpeg", b"sound")

        assert ("Authorization" in mock.calls[-1].request.headers) is shows_key


@pytest.mark.parametrize(
    "where",
    [
        "http://recordings.exotel.com/1.mp3",
        "https://recordings.exotel.com:8443/1.mp3",
        "https://recordings.exotel.com.evil.example/1.mp3",
        "https://evilexotel.com/1.mp3",
        "https://who:what@recordings.exotel.com/1.mp3",
        "https://s3-ap-southeast-1.amazonaws.com/others/1.mp3",
        "https://exotelrecordings.evil.example/1.mp3",
        "https://evil.s3.amazonaws.com/exotelrecordings/1.mp3",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
@pytest.mark.parametrize("is_led_there", [False, True])
def test_nobody_else_is_asked_for_sound(recordings, where, is_led_there):
    first = "https://recordings.exotel.com/first.mp3"
    with responses.RequestsMock() as mock:
        told(mock, RecordingUrl=first if is_led_there else where)
        if is_led_there:
            mock.get(first, status=302, headers={"Location": where})

        with pytest.raises(MediaRefused, match="foreign_address"), recordings.media("e1", 0):
            pass


@pytest.mark.parametrize("number", ["", "../Calls", "e1/x", "e1?x"])
def test_an_id_of_another_shape_is_no_recording(recordings, number):
    with pytest.raises(MediaRefused, match="gone"), recordings.media(number, 0):
        pass


@pytest.mark.parametrize(
    ("fields", "status", "seconds"),
    [
        ({"Status": "in-progress"}, "in-progress", None),
        ({}, "processing", None),
        ({"RecordingUrl": "https://recordings.exotel.com/1.mp3"}, "completed", 5),
        ({"PreSignedRecordingUrl": "https://recordings.exotel.com/1.mp3"}, "completed", 5),
    ],
)
def test_how_a_recording_stands(recordings, fields, status, seconds):
    with responses.RequestsMock() as mock:
        told(mock, **fields)
        found = recordings.of_leg("e1")[0]

    assert (found.provider_id, found.status, found.seconds) == ("e1", status, seconds)
