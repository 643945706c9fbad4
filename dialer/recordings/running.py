"""Starting a recording, pausing it and going on, ending it: what people want first, the provider afterwards."""

import datetime as dt
import logging
import uuid
from typing import TypeVar

from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.calls import line
from dialer.models import Call, Recording
from dialer.models.sound import Sound
from dialer.providers.accounts import keeps_recordings, provider_of
from dialer.providers.port import (
    DialAnswer,
    DialOutcome,
    Recorder,
    RecordingRefused,
    Recordings,
)
from dialer.recordings import out_of_reach
from dialer.recordings.deciding import own_settings
from dialer.recordings.out_of_reach import ASK_AFTER, SEEK

logger = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=Sound)

STEER = "dialer.steer_recording"
TRY_AGAIN = dt.timedelta(seconds=3)
State, Wanted = Recording.State, Recording.Wanted
# What a provider's refusal to pause or to go on leaves on the row.
NOT_STEERED = "not_steered"


def begin(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Record a connected call, asking its provider once: claim, ask, write down, like a dial.

    A worker that dies in the middle leaves a recording that is asked for: `seek` finds out what became of it.
    """
    with acting_for(organisation):
        call = line.locked(call_id)
        if call is None or call.answered_at is None:
            return None
        if keeps_recordings(call.provider):
            out_of_reach.has_begun(call)
            return None
        recording = _claimed(call)
        if recording is None:
            return None
        recorder = recorder_of(call.provider, organisation)
        url = status_url(call)
        leg = call.customer_leg
    answer = DialAnswer(DialOutcome.REFUSED, code="unsupported") if recorder is None else recorder.start(leg, url)
    with acting_for(organisation):
        return _started(recording.pk, answer)


def recordings_of(provider: str, organisation: Organisation) -> Recordings | None:
    """Return the way to the recordings that a provider has for the organisation."""
    return provider_of(line.account_named(provider), organisation).recordings


def recorder_of(provider: str, organisation: Organisation) -> Recorder | None:
    """Return what begins, steers and deletes recordings at a provider; None where nobody can."""
    return provider_of(line.account_named(provider), organisation).recorder


def status_url(call: Call) -> str:
    """Return the public address to which the provider tells of the recording of `call`."""
    return line.address_beside("recording", call.provider, call.organisation_id, call.pk)


def _claimed(call: Call) -> Recording | None:
    """Return the recording of `call`, which is to be asked for now; None when that was done, or nobody wants it."""
    if call.recording_rule != Call.RecordingRule.ON:
        return None
    made = {"provider": call.provider, "announcement": own_settings().announcement}
    recording, _ = Recording.objects.select_for_update(of=("self",)).get_or_create(call=call, defaults=made)
    if recording.state != State.WANTED:
        return None
    if not call.is_live or not call.customer_leg:
        recording.state, recording.absent_because = State.ABSENT, "call_over"
        recording.save(update_fields=["state", "absent_because"])
        return None
    recording.state, recording.asked_at = State.ASKED, timezone.now()
    recording.save(update_fields=["state", "asked_at"])
    work.schedule(SEEK, recording.pk, due_at=timezone.now() + ASK_AFTER)
    claimed: Recording = recording
    return claimed


def _started(recording_id: uuid.UUID, answer: DialAnswer) -> dt.datetime | None:
    logger.info("recording.asked", extra={"recording": str(recording_id), "outcome": str(answer.outcome)})
    recording = locked(recording_id)
    if recording is None:
        return None
    if answer.outcome is DialOutcome.ACCEPTED:
        recording.provider_id = recording.provider_id or answer.provider_id
        if recording.state == State.ASKED:
            recording.state, recording.started_at = State.RUNNING, recording.started_at or timezone.now()
    elif recording.state == State.ASKED and answer.outcome is DialOutcome.TRY_LATER:
        recording.state = State.WANTED
    elif recording.state == State.ASKED and answer.outcome is DialOutcome.REFUSED:
        recording.state, recording.absent_because, recording.fault = State.ABSENT, "refused", answer.code[:40]
    recording.save()
    if recording.state == State.ERASED:
        work.schedule(Recording.CLEAR, recording.pk)
    elif recording.wanted != Wanted.RUN:
        work.schedule(STEER, recording.pk)
    return timezone.now() + TRY_AGAIN if recording.state == State.WANTED else None


def locked(recording_id: uuid.UUID) -> Recording | None:
    """Return the recording, locked until the transaction ends."""
    return locked_sound(Recording, recording_id)


def locked_sound(kind: type[Kind], sound_id: uuid.UUID) -> Kind | None:
    """Return the sound with its line, locked until the transaction ends."""
    rows = kind.objects.select_for_update(of=("self",)).select_related(kind.LINE)
    found: Kind | None = rows.filter(pk=sound_id).first()
    return found


def steer(organisation: Organisation, recording_id: uuid.UUID) -> dt.datetime | None:
    """Bring a recording that runs to what is wanted of it. What is wanted may change meanwhile: then once more."""
    with acting_for(organisation):
        recording = locked(recording_id)
        if recording is None or not _differs(recording):
            return None
        if not recording.provider_id:
            # The answer to the start, or the poll for it, has yet to come.
            return timezone.now() + TRY_AGAIN
        wanted, leg = recording.wanted, recording.call.customer_leg
        recorder = recorder_of(recording.provider, organisation)
    if recorder is None:
        return None
    fault = _ask(recorder, wanted, leg, recording.provider_id)
    with acting_for(organisation):
        return _steered(recording_id, wanted, fault)


def _differs(recording: Recording) -> bool:
    return recording.state in Recording.BEFORE_THE_END and (
        (recording.wanted == Wanted.PAUSE) != (recording.state == State.PAUSED) or recording.wanted == Wanted.STOP
    )


def _ask(recorder: Recorder, wanted: str, leg: str, provider_id: str) -> str:
    steps = {Wanted.PAUSE: recorder.pause, Wanted.RUN: recorder.resume, Wanted.STOP: recorder.stop}
    try:
        steps[Wanted(wanted)](leg, provider_id)
    except RecordingRefused:
        return NOT_STEERED
    return ""


def _steered(recording_id: uuid.UUID, wanted: str, fault: str) -> dt.datetime | None:
    recording = locked(recording_id)
    if recording is None or recording.state not in Recording.BEFORE_THE_END:
        return None
    recording.fault = fault
    if not fault:
        recording.state = {Wanted.PAUSE: State.PAUSED, Wanted.RUN: State.RUNNING, Wanted.STOP: State.ENDED}[
            Wanted(wanted)
        ]
    recording.save(update_fields=["state", "fault"])
    return timezone.now() if recording.wanted != wanted else None
