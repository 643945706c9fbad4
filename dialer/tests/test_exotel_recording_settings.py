"""Settings of recording for who calls through Exotel: what nobody can end or delete there is settled beforehand."""

import datetime as dt
import io
import wave

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from dialer.models import Recording, RecordingSettings, TelephonyAccount
from dialer.tests.factories import make_call
from dialer.tests.recordings import make_recording, sound
from leads.tests.factories import make_lead
from privacy.retention import schedule_here, why_not

SETTINGS = "/settings/recording/"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    field = RecordingSettings._meta.get_field("sound")
    monkeypatch.setattr(field, "storage", FileSystemStorage(location=tmp_path / "announcements"))


def wav(seconds=2, rate=8_000, channels=1):
    """A WAV file of whatever kind."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\x01\x02" * channels * rate * seconds)
    return content.getvalue()


def text_of(answer):
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)


def save(client, **fields):
    data = {
        "is_on": "on",
        "announcement": "This call is recorded.",
        "voice": "en-IN",
        "days_at_provider": "30",
    } | fields
    return client.post(SETTINGS, data)


def upload(content=None):
    return SimpleUploadedFile("sentence.wav", sound(2) if content is None else content)


@pytest.fixture
def page(scope, admin, client_of):
    TelephonyAccount.objects.create(provider="exotel", credentials={"secret": "s3cret"}, caller_id="+918047180000")
    return client_of(admin)


def sound_of(own):
    with own.sound.open() as file:
        return file.read()


def chosen(admin):
    with acting_for(admin.organisation):
        return RecordingSettings.objects.first()


def test_an_admin_chooses_the_sound_and_the_period_and_hears_it(page, admin):
    assert save(page, sound=upload()).status_code == 302

    own = chosen(admin)
    assert (own.days_at_provider, own.sound_bytes, sound_of(own)) == (30, len(sound(2)), sound(2))
    heard = page.get("/settings/recording/sound/")
    assert b"".join(heard.streaming_content) == sound(2)
    with acting_for(admin.organisation):
        line = AuditEntry.objects.filter(verb="recording_settings.changed").first()
    assert {"sound", "days_at_provider"} <= set(line.details["fields"])


def test_another_sound_takes_the_place_of_the_first(page, admin, django_capture_on_commit_callbacks):
    save(page, sound=upload())
    first = chosen(admin).sound
    with django_capture_on_commit_callbacks(execute=True):
        assert save(page, announcement="Recorded.", sound=upload(sound(3))).status_code == 302

    assert sound_of(chosen(admin)) == sound(3)
    assert not first.storage.exists(first.name)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Choose the sound"),
        ({"sound": b"RIFFnothing"}, "no WAV file as telephones play it"),
        ({"sound": wav(rate=44_100)}, "no WAV file as telephones play it"),
        ({"sound": wav(channels=2)}, "no WAV file as telephones play it"),
        ({"sound": wav(31)}, "no WAV file as telephones play it"),
        ({"sound": wav()[:44]}, "no WAV file as telephones play it"),
        ({"sound": sound(2), "days_at_provider": "180"}, "Recordings are kept 90 days here"),
    ],
)
def test_what_would_promise_too_much_is_refused_with_the_reason(page, admin, fields, says):
    if "sound" in fields:
        fields = fields | {"sound": upload(fields["sound"])}

    answer = save(page, **fields)

    assert answer.status_code == 422
    assert says in text_of(answer)
    assert chosen(admin) is None


def test_a_sentence_that_changes_wants_its_sound(page, admin):
    save(page, sound=upload())

    answer = save(page, announcement="We record this call.")

    assert answer.status_code == 422
    assert "choose the sound that says it" in text_of(answer)
    assert chosen(admin).announcement == "This call is recorded."
    assert save(page).status_code == 302


def test_who_has_no_account_at_exotel_is_not_asked(client, scope, admin):
    client.force_login(admin.user)

    assert "Exotel" not in text_of(client.get(SETTINGS))


def test_recordings_are_not_promised_to_go_before_the_copy_at_exotel(page, admin):
    save(page, sound=upload(), days_at_provider="90")

    with acting_for(admin.organisation):
        here = schedule_here()
        assert "keeps copies for 90 days" in why_not("recordings", 89, here)
        assert why_not("recordings", 90, here) == ""


def test_shorter_periods_wait_for_copies_that_were_made_under_a_longer_one(page, admin, telecaller):
    save(page, sound=upload(), days_at_provider="90")
    with acting_for(admin.organisation):
        call = make_call(make_lead(), telecaller)
        until = timezone.localdate() + dt.timedelta(days=90)
        make_recording(call, state=Recording.State.ERASED, erased_at=timezone.now(), erased_because="wish",
            asked_at=timezone.now(), at_provider_until=until)  # fmt: skip
    assert save(page, days_at_provider="").status_code == 302

    with acting_for(admin.organisation):
        assert "keeps copies for 90 days" in why_not("recordings", 60, schedule_here())
        with time_machine.travel(timezone.now() + dt.timedelta(days=92)):
            assert "keeps copies" not in why_not("recordings", 60, schedule_here())


def test_who_works_for_the_organisation_and_what_they_keep_is_said(page):
    before = text_of(page.get("/settings/processors/"))
    save(page, sound=upload())

    after = text_of(page.get("/settings/processors/"))

    assert ("its recording for 30 days" in before, "its recording for 30 days" in after) == (False, True)
