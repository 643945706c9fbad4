"""The simulator's recordings: sounds that can be played, as long as the call was, with silence where it was paused."""

import datetime as dt
import functools
import hashlib
import math
import random
import struct
import uuid
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import SimulatedCall, SimulatedRecording
from dialer.providers.port import (
    LONGEST_CALL,
    TERMINAL,
    Beside,
    DialAnswer,
    DialOutcome,
    Leg,
    Media,
    MediaRefused,
    ProviderEvent,
    RecordingFacts,
    RecordingStatus,
    Status,
    WebhookPost,
    number_in,
)
from dialer.providers.simulator.posting import deliver, moment, secret_of

RECORD = "simulator.record"
# As telephone companies record: 8,000 samples of 16 bits a second.
RATE, SAMPLE_BYTES = 8_000, 2
# Voices: the telecaller and the customer, who take turns of two seconds.
PITCHES, TURN, LOUDNESS = (440, 330), 2, 6_000
KEPT = ("recording_id", "status", "seconds", "channels", "error")
# Of an unruly simulator: recordings of which nothing is ever posted, and those of which it is posted twice.
SILENT, TWICE = 0.15, 0.3
Change = Callable[[SimulatedRecording, dt.datetime], None]


class SimulatedRecordings:
    """The port's recordings of the simulator."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

    def start(self, leg_id: str, status_url: str) -> DialAnswer:
        token, now = uuid.UUID(leg_id.split("-", 1)[1]), timezone.now()
        with acting_for(self.organisation):
            call = SimulatedCall.objects.select_for_update().filter(token=token).first()
            if call is None or not _is_on_the_line(call, now):
                return DialAnswer(DialOutcome.REFUSED, code="not_on_the_line")
            made = {"token": token, "url": status_url, "started_at": now}
            recording, _ = SimulatedRecording.objects.get_or_create(number=f"r-{token}", defaults=made)
            work.schedule(RECORD, recording.pk)
        return DialAnswer(DialOutcome.ACCEPTED, recording.number)

    def pause(self, leg_id: str, provider_id: str) -> None:
        self._change(provider_id, _pause)

    def resume(self, leg_id: str, provider_id: str) -> None:
        self._change(provider_id, _resume)

    def stop(self, leg_id: str, provider_id: str) -> None:
        self._change(provider_id, _stop)

    def _change(self, provider_id: str, change: Change) -> None:
        with acting_for(self.organisation):
            recording = SimulatedRecording.objects.select_for_update().filter(number=provider_id, ended_at=None).first()
            if recording is not None:
                change(recording, timezone.now())
                recording.save()
                work.schedule(RECORD, recording.pk)

    def fetch(self, provider_id: str) -> RecordingFacts | None:
        with acting_for(self.organisation):
            recording = SimulatedRecording.objects.select_for_update().filter(number=provider_id).first()
            if recording is None:
                return None
            _hear_the_end(recording)
        return facts_of(recording)

    def of_leg(self, leg_id: str) -> Sequence[RecordingFacts]:
        found = self.fetch(f"r-{leg_id.split('-', 1)[1]}")
        return [found] if found else []

    @contextmanager
    def media(self, provider_id: str, offset: int, *, channels: int = 2) -> Iterator[Media]:
        with acting_for(self.organisation):
            recording = SimulatedRecording.objects.filter(
                number=provider_id, deleted_at=None, ended_at__isnull=False
            ).first()
        if recording is None:
            raise MediaRefused("gone")
        total = len(header(0)) + _seconds(recording) * RATE * SAMPLE_BYTES
        begin = offset if offset < total else 0
        yield Media(begin, total, "audio/wav", _from(sound_of(recording), begin))

    def delete(self, provider_id: str) -> None:
        with acting_for(self.organisation):
            SimulatedRecording.objects.filter(number=provider_id, deleted_at=None).update(deleted_at=timezone.now())

    def parse(self, post: WebhookPost) -> ProviderEvent:
        form = post.form
        return ProviderEvent(
            leg=Beside.RECORDING,
            status=form.get("status", ""),
            at=post.received_at,
            provider_id=form.get("recording_id", ""),
            duration=number_in(form.get("seconds", ""), LONGEST_CALL),
            event_key=hashlib.sha256(post.body).hexdigest(),
            raw={name: form[name] for name in KEPT if name in form},
        )


def record(organisation: Organisation, record_id: uuid.UUID, *, is_unruly: bool) -> dt.datetime | None:
    """Post what there is to tell of a recording: that it runs, and how it ended; return when to look again.

    `is_unruly`: some posts come twice, and some never.
    """
    with acting_for(organisation):
        recording = SimulatedRecording.objects.select_for_update().get(pk=record_id)
        _hear_the_end(recording)
        sent, secret = recording.sent, secret_of()
    dice = random.Random(f"{recording.number}{sent}")  # noqa: S311 -- a seed, no secret
    is_silent = is_unruly and random.Random(recording.number).random() < SILENT  # noqa: S311 -- as above
    if sent == 0:
        _tell(recording, secret, RecordingStatus.IN_PROGRESS)
    elif recording.ended_at is None:
        # A call that is hung up ends it at once; this is for one that ends by itself.
        return timezone.now() + dt.timedelta(seconds=1)
    elif not is_silent:
        for _ in range(2 if is_unruly and dice.random() < TWICE else 1):
            _tell(recording, secret, RecordingStatus(facts_of(recording).status))
    with acting_for(organisation):
        SimulatedRecording.objects.filter(pk=record_id, sent=sent).update(sent=sent + 1)
    return timezone.now() if sent == 0 else None


def _tell(recording: SimulatedRecording, secret: str, status: RecordingStatus) -> None:
    form = {"recording_id": recording.number, "status": str(status), "channels": "1"}
    if status == RecordingStatus.COMPLETED:
        form["seconds"] = str(_seconds(recording))
    if status == RecordingStatus.ABSENT:
        form["error"] = "nothing_recorded"
    deliver(secret, recording.url, form)


def facts_of(recording: SimulatedRecording) -> RecordingFacts:
    if recording.deleted_at is not None:
        status = RecordingStatus.DELETED
    elif recording.ended_at is None:
        is_paused = bool(recording.pauses) and recording.pauses[-1][1] is None
        status = RecordingStatus.PAUSED if is_paused else RecordingStatus.IN_PROGRESS
    else:
        status = RecordingStatus.COMPLETED if _seconds(recording) else RecordingStatus.ABSENT
    seconds = _seconds(recording) if status == RecordingStatus.COMPLETED else None
    error = "nothing_recorded" if status == RecordingStatus.ABSENT else ""
    return RecordingFacts(recording.number, status, recording.started_at, seconds, 1, error)


def _is_on_the_line(call: SimulatedCall, now: dt.datetime) -> bool:
    past = [
        row for row in call.events if row["leg"] == Leg.CUSTOMER and not row.get("cut") and moment(row["at"]) <= now
    ]
    statuses = {row["status"] for row in past}
    return Status.IN_PROGRESS in statuses and not statuses & set(TERMINAL)


def _hear_the_end(recording: SimulatedRecording) -> None:
    """End the recording when the customer's leg is over."""
    call = SimulatedCall.objects.filter(token=recording.token).first()
    if recording.ended_at is not None or call is None:
        return
    ends = [
        moment(row["at"])
        for row in call.events
        if row["leg"] == Leg.CUSTOMER and row["status"] in TERMINAL and not row.get("cut")
    ]
    if ends and min(ends) <= timezone.now():
        _stop(recording, min(ends))
        recording.save()


def _pause(recording: SimulatedRecording, now: dt.datetime) -> None:
    if not recording.pauses or recording.pauses[-1][1] is not None:
        recording.pauses.append([now.isoformat(), None])


def _resume(recording: SimulatedRecording, now: dt.datetime) -> None:
    if recording.pauses and recording.pauses[-1][1] is None:
        recording.pauses[-1][1] = now.isoformat()


def _stop(recording: SimulatedRecording, now: dt.datetime) -> None:
    _resume(recording, now)
    recording.ended_at = max(now, recording.started_at)


def _seconds(recording: SimulatedRecording) -> int:
    ended_at = recording.ended_at or timezone.now()
    return round((ended_at - recording.started_at).total_seconds())


def header(seconds: int) -> bytes:
    """Return how a WAV file of so many seconds begins: RIFF, the format (PCM, one channel), and how much sound follows."""
    size = seconds * RATE * SAMPLE_BYTES
    form = struct.pack("<HHIIHH", 1, 1, RATE, RATE * SAMPLE_BYTES, SAMPLE_BYTES, SAMPLE_BYTES * 8)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + size)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", size)
    )


@functools.cache
def second_of(pitch: int) -> bytes:
    """Return one second of a tone; of pitch 0, of silence."""
    wave_of = (LOUDNESS * math.sin(2 * math.pi * pitch * at / RATE) for at in range(RATE))
    return array("h", [round(sample) for sample in wave_of]).tobytes()


def sound_of(recording: SimulatedRecording) -> Iterator[bytes]:
    """Yield the file, second by second."""
    total = _seconds(recording)
    yield header(total)
    pauses = [(moment(begin), moment(end)) for begin, end in recording.pauses]
    for second in range(total):
        at = recording.started_at + dt.timedelta(seconds=second + 0.5)
        is_paused = any(begin <= at < end for begin, end in pauses)
        yield second_of(0 if is_paused else PITCHES[second // TURN % len(PITCHES)])


def _from(pieces: Iterator[bytes], offset: int) -> Iterator[bytes]:
    """Yield the pieces without their first `offset` bytes."""
    for piece in pieces:
        if offset < len(piece):
            yield piece[offset:]
            break
        offset -= len(piece)
    yield from pieces
