"""What a provider says of a recording, in posts and when it is asked: whatever comes, in any order and however often."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import CallEvent, Recording
from dialer.providers.port import LONGEST_CALL, RecordingFacts, Recordings, RecordingStatus, number_in
from dialer.recordings.running import locked, recordings_of

State = Recording.State
Verdict = CallEvent.Verdict
# A recording that its provider knows nothing of is asked for during so long; then there is none.
SEARCH = dt.timedelta(hours=24)
# Without a start that was accepted, there is nothing to wait for.
SEARCH_FOR_START = dt.timedelta(minutes=15)
RANKS: dict[str, int] = {
    State.WANTED: 0,
    State.ASKED: 1,
    State.RUNNING: 2,
    State.PAUSED: 2,
    State.ENDED: 3,
    State.ABSENT: 4,
    State.READY: 5,
    State.BROKEN: 6,
    State.KEPT: 6,
    State.ERASED: 7,
}
MEANS: dict[str, str] = {
    RecordingStatus.IN_PROGRESS: State.RUNNING,
    RecordingStatus.PAUSED: State.PAUSED,
    RecordingStatus.STOPPED: State.ENDED,
    RecordingStatus.PROCESSING: State.ENDED,
    RecordingStatus.COMPLETED: State.READY,
    RecordingStatus.ABSENT: State.ABSENT,
    RecordingStatus.DELETED: State.ABSENT,
}


def decide(events: Iterable[CallEvent]) -> list[tuple[CallEvent, str]]:
    """Take posts about recordings, in the order they came; return the verdict on each."""
    return [(kept, _decide(kept)) for kept in events]


def _decide(kept: CallEvent) -> str:
    facts = _facts(kept.payload)
    if facts.status not in MEANS:
        return Verdict.UNKNOWN_STATUS
    recording = Recording.objects.select_for_update(of=("self",)).filter(call=kept.call_token).first()
    if recording is None or (recording.provider_id and recording.provider_id != facts.provider_id):
        return Verdict.UNKNOWN_CALL
    return Verdict.MERGED if take(recording, facts) else Verdict.OUT_OF_ORDER


def _facts(said: dict[str, Any]) -> RecordingFacts:
    raw = said.get("raw", {})
    return RecordingFacts(
        provider_id=said["provider_id"],
        status=said["status"],
        seconds=said["duration"],
        channels=number_in(str(raw.get("channels", "")), 2),
        error=str(raw.get("error", "")),
    )


def take(recording: Recording, facts: RecordingFacts) -> bool:
    """Put what is said onto the locked row; return whether it was news. States only ever climb, and facts fill."""
    state = MEANS[facts.status]
    before = _known(recording)
    recording.provider_id = recording.provider_id or facts.provider_id
    recording.started_at = recording.started_at or facts.started_at
    recording.channels = recording.channels or facts.channels
    if facts.seconds is not None and 0 <= facts.seconds <= LONGEST_CALL:
        recording.seconds = facts.seconds
    climbs = RANKS[state] > RANKS[recording.state]
    if climbs:
        recording.state = state
        recording.absent_because = _absence(facts) if state == State.ABSENT else ""
        recording.fault = facts.error[:40] if state == State.ABSENT else ""
    if _known(recording) == before or not _saved(recording):
        return False
    if climbs and state == State.READY:
        work.schedule(Recording.PULL, recording.pk)
    if recording.state == State.ERASED:
        # It was erased before the provider's copy was there to be deleted.
        work.schedule(Recording.CLEAR, recording.pk)
    return True


def _absence(facts: RecordingFacts) -> str:
    return "deleted_elsewhere" if facts.status == RecordingStatus.DELETED else "absent"


def _known(recording: Recording) -> tuple[Any, ...]:
    return (recording.state, recording.provider_id, recording.started_at, recording.channels, recording.seconds)


def _saved(recording: Recording) -> bool:
    """Save the row; False when the provider's id is another recording's already."""
    try:
        with transaction.atomic():
            recording.save()
    except IntegrityError:
        return False
    return True


def seek(organisation: Organisation, recording_id: uuid.UUID) -> dt.datetime | None:
    """Ask the provider about a recording of which no end is known, and go on asking, ever more rarely."""
    with acting_for(organisation):
        recording = locked(recording_id)
        if recording is None:
            return None
        if recording.is_out_of_reach and recording.call.is_live:
            # There is nothing to be known before its end.
            return timezone.now() + dt.timedelta(minutes=1)
        if recording.is_out_of_reach and recording.call.answered_at is None:
            # Nobody was there to be recorded, whatever was wanted of it.
            recording.delete()
            return None
        if recording.state not in Recording.UNFINISHED:
            return None
        if recording.state == State.READY:
            work.schedule(Recording.PULL, recording.pk)
            return None
        leg, recordings = recording.line_leg, recordings_of(recording.provider, organisation)
    found = _ask(recordings, leg, recording.provider_id) if recordings is not None else None
    with acting_for(organisation):
        return _sought(recording_id, found)


def _ask(recordings: Recordings, leg: str, provider_id: str) -> RecordingFacts | None:
    if provider_id:
        return recordings.fetch(provider_id)
    known: Sequence[RecordingFacts] = recordings.of_leg(leg)
    return known[0] if known else None


def _sought(recording_id: uuid.UUID, found: RecordingFacts | None) -> dt.datetime | None:
    recording = locked(recording_id)
    if recording is None or recording.state not in Recording.UNFINISHED:
        return None
    if found is not None and found.status in MEANS:
        take(recording, found)
        if recording.state not in Recording.UNFINISHED or recording.state == State.READY:
            return None
    now, call = timezone.now(), recording.call
    over_at = call.ended_at or now
    patience = SEARCH if recording.provider_id else SEARCH_FOR_START
    if now > over_at + patience:
        recording.state, recording.absent_because = State.ABSENT, "never_came"
        recording.save(update_fields=["state", "absent_because"])
        return None
    # 1, 2, 4 … minutes after the end, at most an hour.
    waited = max(now - over_at, dt.timedelta(minutes=1))
    return now + min(waited, dt.timedelta(hours=1))
