"""What callers say onto the voicemail: fetched, hashed, deleted at the provider, played by whoever sees the call, erased."""

from hashlib import sha256
from pathlib import Path

import pytest
import responses
import time_machine
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, DueTask
from dialer import erasing, recording_tasks
from dialer.actions.recording import fetch_again
from dialer.models import CallerMessage, IncomingCall, SimulatedRecording, TelephonyAccount
from dialer.models.sound import recording_storage
from dialer.purging import PURGES
from dialer.recordings.erasing import erase_messages
from dialer.tests.callers import Caller, asks_at_voicemail, post, work
from dialer.tests.factories import open_all_day
from dialer.tests.recordings import make_message, sound
from leads.tests.factories import make_lead

URL = "/calls/incoming/"
SID, MESSAGE = "AC" + "a" * 32, "RE" + "b" * 32
State = CallerMessage.State


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead(scope, telecaller):
    open_all_day()
    return make_lead(assigned_to=telecaller)


@pytest.fixture
def caller(organisation, lead):
    return Caller(organisation, lead.phone)


@pytest.fixture
def missed(scope, lead):
    now = timezone.now()
    return IncomingCall.objects.create(
        provider="simulator", provider_id="c-1", lead=lead, caller=lead.phone, state="told", missed="nobody",
        started_at=now, ended_at=now,
    )  # fmt: skip


def url(call):
    return f"{URL}{call.pk}/message/"


def heard(client, call, **headers):
    answer = client.get(url(call), headers=headers)
    if answer.streaming:
        answer.sound = b"".join(answer.streaming_content)
    return answer


def leaves_a_message(organisation, caller, seconds=3):
    caller.arrives()
    work(organisation)
    asks_at_voicemail(caller)
    number = f"m-{caller.token}"
    began = timezone.now()
    SimulatedRecording.objects.create(
        token=caller.token, number=number, started_at=began, ended_at=began + timezone.timedelta(seconds=seconds)
    )
    for _ in range(2):
        post(organisation, f"incoming/{caller.token}/message", recording_id=number, seconds=str(seconds))
    caller.hangs_up()
    work(organisation)


def test_a_message_is_fetched_hashed_and_deleted_at_the_provider(organisation, caller):
    leaves_a_message(organisation, caller)
    work(organisation, CallerMessage.PULL, CallerMessage.CLEAR)

    message = CallerMessage.objects.get()
    assert (message.state, message.seconds, message.incoming_id) == ("kept", 3, caller.token)
    content = Path(recording_storage().path(message.file)).read_bytes()
    assert (message.sha256, message.bytes) == (sha256(content).hexdigest(), len(content))
    assert message.deleted_at_provider_at is not None
    assert SimulatedRecording.objects.get().deleted_at is not None


def test_whoever_sees_the_call_hears_the_message(client_of, telecaller, manager, missed):
    make_message(missed)

    answer = heard(client_of(telecaller), missed)

    assert (answer.status_code, answer.sound, answer["Content-Type"]) == (200, sound(3), "audio/wav")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"].startswith('inline; filename="message-')


def test_a_part_of_it_is_given_and_a_play_is_written_down_once(client_of, telecaller, missed):
    make_message(missed)
    player = client_of(telecaller)

    parts = [heard(player, missed, Range=f"bytes={begin}-") for begin in (0, 20_000)]

    assert [(part.status_code, len(part.sound)) for part in parts] == [
        (206, len(sound(3))),
        (206, len(sound(3)) - 20_000),
    ]
    plays = AuditEntry.objects.filter(verb="message.played", actor=telecaller)
    assert plays.count() == 1
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=1)):
        heard(player, missed)
    assert plays.count() == 2


def test_whoever_does_not_see_the_call_does_not_find_it(client_of, colleague, outsider, missed):
    make_message(missed)

    assert heard(client_of(colleague), missed).status_code == 404
    assert heard(client_of(outsider), missed).status_code == 404
    assert not AuditEntry.objects.filter(verb="message.played").exists()


@pytest.mark.parametrize(("state", "status"), [("erased", 410), ("ready", 404), ("broken", 404)])
def test_what_is_not_kept_is_not_played(client_of, telecaller, missed, state, status):
    make_message(missed)
    erased = {"erased_at": timezone.now(), "erased_because": "request"} if state == "erased" else {}
    CallerMessage.objects.update(state=state, **erased)

    assert heard(client_of(telecaller), missed).status_code == status


def test_the_missed_call_and_its_lead_have_the_player(client_of, telecaller, missed, lead):
    make_message(missed)

    for page in (f"{URL}?show=messages", lead.get_absolute_url()):
        shown = BeautifulSoup(client_of(telecaller).get(page).content, "html.parser")
        assert [player["src"] for player in shown.select("audio")] == [url(missed)], page


def test_nothing_is_offered_to_play_before_it_is_there(client_of, telecaller, missed, lead):
    make_message(missed, state=State.READY, kept_at=None, bytes=None, sha256="")

    shown = BeautifulSoup(client_of(telecaller).get(f"{URL}?show=messages").content, "html.parser")

    assert shown.select("audio") == []
    assert "Being fetched from the provider" in shown.get_text()


def test_one_that_could_not_be_used_is_fetched_again_by_an_admin_alone(client_of, telecaller, admin, missed):
    make_message(missed, state=State.BROKEN, kept_at=None, bytes=None, sha256="", tries=5)
    again = f"{url(missed)}fetching/"

    assert client_of(telecaller).post(again).status_code == 403
    assert "Fetch it again" in client_of(admin).get(f"{URL}?show=messages").content.decode()
    assert client_of(admin).post(again).status_code == 302

    assert CallerMessage.objects.get().state == "ready"
    assert DueTask.objects.filter(task=CallerMessage.PULL).count() == 1
    assert not fetch_again(CallerMessage.objects.get(), by=admin)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_for_any_number_of_messages(
    client_of, telecaller, lead, count, django_assert_num_queries
):
    for number in range(count):
        now = timezone.now()
        about = {"provider": "simulator", "provider_id": f"c-{number}", "lead": lead, "state": "told"}
        make_message(IncomingCall.objects.create(missed="nobody", started_at=now, ended_at=now, **about))
    client = client_of(telecaller)

    with django_assert_num_queries(19):
        client.get(f"{URL}?show=messages")


def test_an_erased_message_loses_its_file_and_the_providers_copy(organisation, missed):
    message = make_message(missed)
    SimulatedRecording.objects.create(
        token=missed.pk, number=message.provider_id, started_at=timezone.now(), ended_at=timezone.now()
    )
    path = Path(recording_storage().path(message.file))

    assert erase_messages([message.pk], by=None, reason="request") == 1
    assert erase_messages([message.pk], by=None, reason="request") == 0
    recording_tasks.clear_message(organisation, message.pk)

    message = message.reloaded()
    assert (message.state, message.file, path.exists()) == ("erased", "", False)
    assert SimulatedRecording.objects.get().deleted_at is not None


def test_erasing_a_lead_erases_what_it_said_before_it_was_one(missed, lead):
    IncomingCall.objects.update(lead=None)
    message = make_message(missed)
    step = next(step for step in erasing.STEPS if step.model == "dialer.CallerMessage")

    step.erase([row.pk for row in step.about([lead.pk])])

    assert message.reloaded().state == "erased"


def test_messages_are_kept_no_longer_than_recordings(missed):
    message = make_message(missed)
    purge = next(one for one in PURGES if (one.rule, one.model) == ("recordings", "dialer.CallerMessage"))

    assert [row.counted_from for row in purge.rows] == [missed.started_at]
    assert purge.remove([message.pk]) == 1
    assert message.reloaded().erased_because == "retention"


def test_a_message_at_twilio_is_asked_for_with_its_one_channel(organisation, missed):
    TelephonyAccount.objects.update(is_active=False)
    TelephonyAccount.objects.create(
        provider="twilio", credentials={"account_sid": SID, "auth_token": "secret"}, is_active=True
    )
    message = make_message(
        missed, provider="twilio", provider_id=MESSAGE, state=State.READY, kept_at=None, bytes=None, sha256=""
    )
    at = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Recordings/{MESSAGE}"
    with responses.RequestsMock() as twilio:
        twilio.get(f"{at}.wav?RequestedChannels=1", body=sound(3), content_type="audio/wav")
        twilio.delete(f"{at}.json", status=204)
        recording_tasks.pull_message(organisation, message.pk)
        recording_tasks.clear_message(organisation, message.pk)

    message = message.reloaded()
    assert (message.state, message.deleted_at_provider_at is not None) == ("kept", True)


def test_a_call_has_one_message(missed):
    make_message(missed)

    with pytest.raises(IntegrityError, match="message_once_of_call"), transaction.atomic():
        CallerMessage.objects.create(incoming=missed, provider="simulator", state=State.READY)
