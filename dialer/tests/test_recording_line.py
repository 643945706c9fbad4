"""A recording from the moment the customer answers to the file in our own storage, through the simulator's posts."""

import datetime as dt
import wave
from pathlib import Path
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, DueTask
from dialer import recording_tasks, tasks
from dialer.actions.recording import NothingToSteer, note_wish, steer_recording
from dialer.calls import inbox, line
from dialer.models import Call, CallEvent, Recording, RecordingWish, SimulatedCall, SimulatedRecording, TelephonyAccount
from dialer.models.sound import recording_storage
from dialer.providers.port import DialAnswer, DialOutcome, Leg, ProviderEvent
from dialer.providers.simulator.posting import signature
from dialer.recordings import erasing, running
from dialer.tests.factories import make_call
from dialer.tests.recordings import choose_recording, live_call, make_recording, reaching_us, sound
from leads.tests.factories import make_lead

State = Recording.State
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def call(scope, telecaller):
    choose_recording()
    return live_call(make_lead(assigned_to=telecaller), telecaller)


def post_of(call, secret=None, **form):
    """Post about a recording as the simulator would."""
    body = urlencode({"recording_id": f"r-{call.pk}", "channels": "1"} | form).encode()
    stamp = str(int(timezone.now().timestamp()))
    secret = secret or TelephonyAccount.objects.get(provider="simulator").credentials["secret"]
    return Client().post(
        f"/hooks/simulator/{call.organisation_id}/{call.pk}/recording/",
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Jini-Timestamp": stamp, "X-Jini-Signature": signature(secret, stamp, body)},
    )


def hear(call):
    inbox.decide([call.pk])
    return Recording.objects.filter(call=call).first()


def recorded(call, *, seconds=4):
    """Begin a recording, let the call end by itself and the simulator tell of it."""
    recording_tasks.start_recording(call.organisation, call.pk)
    with reaching_us(), time_machine.travel(timezone.now() + (seconds + 1) * SECOND):
        made = SimulatedRecording.objects.get()
        while recording_tasks.record_simulated(call.organisation, made.pk) is not None:
            pass
        return hear(call)


def owed(task):
    return DueTask.objects.filter(task=task).exists()


def path_of(recording):
    return Path(recording_storage().path(recording.file))


def test_an_answer_owes_the_recording_and_nothing_before_does(call, telecaller):
    Call.objects.update(answered_at=None, customer_status="queued")
    assert not owed(line.START_RECORDING)

    inbox.keep(call.organisation_id, "simulator", call.pk, _answered(call))
    inbox.decide([call.pk])

    assert owed(line.START_RECORDING)


def _answered(call):
    return ProviderEvent(Leg.CUSTOMER, "in-progress", timezone.now(), call.customer_leg, event_key="answered")


def test_a_recorded_call_ends_as_a_file_of_ours_that_can_be_played(call):
    recording = recorded(call)
    assert (recording.state, recording.seconds, recording.announcement) == (State.READY, 4, "This call is recorded.")
    assert owed(Recording.PULL)

    assert recording_tasks.pull_recording(call.organisation, recording.pk) is None

    kept = recording.reloaded()
    assert (kept.state, kept.bytes, kept.channels, kept.content_type) == (State.KEPT, len(sound(4)), 1, "audio/wav")
    with wave.open(str(path_of(kept)), "rb") as file:
        assert file.getnframes() == 4 * file.getframerate()
    # Only now, and not before.
    assert SimulatedRecording.objects.get().deleted_at is None
    recording_tasks.clear_recording(call.organisation, kept.pk)
    assert SimulatedRecording.objects.get().deleted_at is not None
    assert kept.reloaded().deleted_at_provider_at is not None
    assert path_of(kept).exists()


def test_who_listens_to_the_line_is_told_first(scope, telecaller):
    choose_recording()
    live = {
        "ended_at": None,
        "closed_at": None,
        "wrap_up_seconds": None,
        "ring_seconds": None,
        "agent_status": "intent",
    }
    call = make_call(make_lead(), telecaller, **live)
    tasks.place_call(scope, call.pk)
    Call.objects.update(agent_status="in-progress")

    tasks.ring_customer(scope, call.pk)

    assert call.reloaded().recording_rule == "on"
    assert SimulatedCall.objects.get().announces


def test_the_row_is_there_before_the_provider_is_asked_and_asks_it_once(call):
    Recording.objects.create(call=call, provider="simulator", state=State.ASKED, asked_at=timezone.now())

    assert recording_tasks.start_recording(call.organisation, call.pk) is None

    assert SimulatedRecording.objects.count() == 0


def test_a_call_that_is_over_before_is_said_to_be(call):
    Call.objects.update(ended_at=timezone.now(), status="completed")

    recording_tasks.start_recording(call.organisation, call.pk)

    found = Recording.objects.get()
    assert (found.state, found.absent_because) == (State.ABSENT, "call_over")


@pytest.mark.parametrize(
    ("outcome", "state", "again"),
    [
        (DialOutcome.REFUSED, State.ABSENT, False),
        (DialOutcome.TRY_LATER, State.WANTED, True),
        (DialOutcome.UNCLEAR, State.ASKED, False),
    ],
)
def test_each_answer_to_the_start_has_its_own_end(call, outcome, state, again):
    recording = Recording.objects.create(call=call, provider="simulator", state=State.ASKED, asked_at=timezone.now())

    next_at = running._started(recording.pk, DialAnswer(outcome, code="21220"))

    assert recording.reloaded().state == state
    assert (next_at is not None) == again


def test_an_unclear_start_is_looked_for_and_not_told_again(call):
    recording_tasks.start_recording(call.organisation, call.pk)
    Recording.objects.update(state=State.ASKED, provider_id="")

    assert recording_tasks.seek_recording(call.organisation, Recording.objects.get().pk) is not None

    found = Recording.objects.get()
    assert (found.state, found.provider_id) == (State.RUNNING, f"r-{call.pk}")
    assert SimulatedRecording.objects.count() == 1


def test_a_post_of_the_recording_before_that_of_the_end_and_twice_is_one(call):
    recording_tasks.start_recording(call.organisation, call.pk)

    assert post_of(call, status="completed", seconds="4").status_code == 204
    assert post_of(call, status="completed", seconds="4").status_code == 204
    recording = hear(call)

    assert (recording.state, call.reloaded().is_live) == (State.READY, True)
    assert [(kept.copies, kept.verdict) for kept in CallEvent.objects.filter(leg="recording")] == [(2, "merged")]
    assert DueTask.objects.filter(task=Recording.PULL).count() == 1


def test_a_late_post_takes_nothing_back(call):
    recording_tasks.start_recording(call.organisation, call.pk)
    post_of(call, status="completed", seconds="4")
    hear(call)
    post_of(call, status="in-progress")

    assert hear(call).state == State.READY
    assert CallEvent.objects.filter(leg="recording", verdict="out_of_order").count() == 1


def test_a_recording_of_which_nothing_is_ever_posted_is_found_by_asking(call):
    recording_tasks.start_recording(call.organisation, call.pk)
    recording = Recording.objects.get()
    with time_machine.travel(timezone.now() + 10 * SECOND):
        assert recording_tasks.seek_recording(call.organisation, recording.pk) is None

    assert recording.reloaded().state == State.READY
    assert owed(Recording.PULL)


def test_one_that_nobody_knows_of_is_given_up_after_a_day(call):
    ended_at = timezone.now() - dt.timedelta(hours=25)
    Call.objects.update(started_at=ended_at, answered_at=ended_at, ended_at=ended_at, status="completed")
    recording = Recording.objects.create(
        call=call, provider="simulator", provider_id="r-lost", state=State.RUNNING, asked_at=ended_at
    )

    assert recording_tasks.seek_recording(call.organisation, recording.pk) is None

    assert (recording.reloaded().state, recording.reloaded().absent_because) == (State.ABSENT, "never_came")
    # And should it come after all, it is fetched.
    Recording.objects.update(provider_id=f"r-{call.pk}")
    post_of(call, status="completed", seconds="4")
    assert hear(call).state == State.READY


def test_an_absent_one_says_why(call):
    recording_tasks.start_recording(call.organisation, call.pk)
    post_of(call, status="absent", error="nothing_recorded")
    found = hear(call)

    assert (found.state, found.absent_because, found.fault) == (State.ABSENT, "absent", "nothing_recorded")


def test_a_forged_post_is_refused_and_nothing_is_kept(call):
    recording_tasks.start_recording(call.organisation, call.pk)

    assert post_of(call, secret="guessed", status="completed").status_code == 403
    assert CallEvent.objects.count() == 0


def test_posts_that_fit_nothing_are_kept_and_do_nothing(call):
    post_of(call, status="completed", seconds="4")
    assert hear(call) is None
    recording_tasks.start_recording(call.organisation, call.pk)
    post_of(call, status="melted")
    post_of(call, recording_id="r-another", status="completed")
    hear(call)

    assert Recording.objects.get().state == State.RUNNING
    assert set(CallEvent.objects.values_list("verdict", flat=True)) == {"unknown_call", "unknown_status"}


def test_a_replay_of_the_call_leaves_its_recording_alone(call):
    recording_tasks.start_recording(call.organisation, call.pk)
    post_of(call, status="completed", seconds="4")
    hear(call)

    inbox.replay([call.pk])

    assert Recording.objects.get().state == State.READY
    assert CallEvent.objects.get(leg="recording").verdict == "merged"


def test_a_pause_is_silence_in_the_file(call, telecaller):
    recording_tasks.start_recording(call.organisation, call.pk)
    now = timezone.now()
    for after, to in ((1, "pause"), (3, "run")):
        with time_machine.travel(now + after * SECOND, tick=False):
            recording = steer_recording(call, to=to, by=telecaller)
            recording_tasks.steer_recording(call.organisation, recording.pk)
            assert recording.reloaded().state == (State.PAUSED if to == "pause" else State.RUNNING)
    with time_machine.travel(now + 6 * SECOND), reaching_us():
        recording_tasks.seek_recording(call.organisation, recording.pk)
        recording_tasks.pull_recording(call.organisation, recording.pk)

    with wave.open(str(path_of(recording.reloaded())), "rb") as file:
        loud = [any(file.readframes(file.getframerate())) for _ in range(4)]
    assert loud == [True, False, False, True]
    assert [entry.verb for entry in AuditEntry.objects.filter(subject_id=recording.pk).order_by("at")] == [
        "recording.paused",
        "recording.resumed",
    ]


def test_a_pause_before_the_start_was_answered_follows_it(call, telecaller):
    recording = Recording.objects.create(call=call, provider="simulator", state=State.ASKED, asked_at=timezone.now())
    steer_recording(call, to="pause", by=telecaller)
    assert recording_tasks.steer_recording(call.organisation, recording.pk) is not None

    DueTask.objects.all().delete()
    running._started(recording.pk, DialAnswer(DialOutcome.ACCEPTED, "r-1"))

    assert owed(running.STEER)


def test_what_is_over_cannot_be_paused(call, telecaller):
    with pytest.raises(NothingToSteer):
        steer_recording(call, to="pause", by=telecaller)
    make_recording(call)
    with pytest.raises(NothingToSteer):
        steer_recording(call, to="pause", by=telecaller)


def test_a_wish_during_the_call_ends_the_recording_and_keeps_nothing(call, telecaller):
    recording_tasks.start_recording(call.organisation, call.pk)
    recording = Recording.objects.get()

    note_wish(call.lead, by=telecaller, reason="not on tape")
    note_wish(call.lead, by=telecaller)
    recording_tasks.clear_recording(call.organisation, recording.pk)

    made, found = SimulatedRecording.objects.get(), recording.reloaded()
    assert made.ended_at is not None
    assert made.deleted_at is not None
    assert (found.state, found.erased_because, call.reloaded().recording_rule) == (State.ERASED, "wish", "wish")
    assert RecordingWish.objects.get().reason == "not on tape"
    assert recording_tasks.pull_recording(call.organisation, recording.pk) is None


def test_erasing_takes_the_file_and_may_be_done_twice(call, admin):
    recording = make_recording(call)
    path = path_of(recording)

    assert erasing.erase_recordings([recording.pk], by=admin, reason="request") == 1
    assert erasing.erase_recordings([recording.pk], by=admin, reason="request") == 0
    recording_tasks.clear_recording(call.organisation, recording.pk)
    recording_tasks.clear_recording(call.organisation, recording.pk)

    found = recording.reloaded()
    assert (found.state, found.erased_by, found.file, found.sha256) == (State.ERASED, admin, "", "")
    assert not path.exists()
    assert AuditEntry.objects.filter(verb="recording.erased").count() == 1


def test_an_erased_one_whose_start_was_never_answered_is_still_looked_for(call, telecaller):
    recording_tasks.start_recording(call.organisation, call.pk)
    Recording.objects.update(state=State.ASKED, provider_id="")
    recording = Recording.objects.get()
    erasing.erase_recordings([recording.pk], by=None, reason="retention")

    recording_tasks.clear_recording(call.organisation, recording.pk)

    assert SimulatedRecording.objects.get().deleted_at is not None
