"""Fetching a recording into our own storage: in short steps, into a part first, checked as a whole, renamed at the end."""

import datetime as dt
import fcntl
import hashlib
import logging
import os
import time
import uuid
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models.sound import Sound, recording_storage
from dialer.providers.port import Media, MediaRefused, Recordings
from dialer.recordings.running import locked_sound, recordings_of

logger = logging.getLogger(__name__)

TURN_SECONDS = 20
# Eight hours of two channels at the telephone's 8,000 samples of 16 bits.
MOST_BYTES = 8 * 3600 * 32_000
MOST_TRIES = 5
# Of the length that the provider told; rounding, and the moment until it really began.
TOLERANCE_SECONDS = 2.0
PIECE = 1024 * 1024
KINDS = {"audio/wav": "audio/wav", "audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/mpeg": "audio/mpeg"}
State = Sound.State


class Faulty(Exception):
    """What came is not the recording; the message is a code of `Recording.fault`."""


def pull(organisation: Organisation, kind: type[Sound], sound_id: uuid.UUID) -> dt.datetime | None:
    """Take a step of fetching the sound; return when the next one is due, None when there is none."""
    with acting_for(organisation):
        recording = locked_sound(kind, sound_id)
        if recording is None or recording.state != State.READY:
            return None
        if not recording.file:
            recording.name_file()
            recording.save(update_fields=["file"])
        recordings = recordings_of(recording.provider, organisation)
    if recordings is None:
        return None
    try:
        with _alone(recording.part) as part:
            if part is None:
                return timezone.now() + dt.timedelta(seconds=10)
            if not _gather(part, recordings, recording):
                return timezone.now()
            seconds = _checked(part, recording)
            return _keep(organisation, recording, part, seconds)
    except (Faulty, MediaRefused) as fault:
        recording.part.unlink(missing_ok=True)
        return _fail(organisation, recording, str(fault))


@contextmanager
def _alone(path: Path) -> Iterator[IO[bytes] | None]:
    """Open the part for this worker alone; None while another one has it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield part


def _gather(part: IO[bytes], recordings: Recordings, recording: Sound) -> bool:
    """Go on where the part ends for a while; return whether all is there."""
    until = time.monotonic() + TURN_SECONDS
    with recordings.media(recording.provider_id, part.seek(0, os.SEEK_END), channels=recording.CHANNELS) as media:
        recording.content_type = _kind(media)
        part.truncate(media.offset)
        size = part.seek(media.offset)
        for piece in media.pieces:
            size += part.write(piece)
            if size > MOST_BYTES:
                raise Faulty("too_large")
            if time.monotonic() > until:
                return False
    if media.total is not None and size != media.total:
        # The connection broke: what is there stays, and the next step goes on behind it.
        if size > media.total:
            raise Faulty("other_size")
        return False
    return True


def _kind(media: Media) -> str:
    kind = KINDS.get(media.content_type.partition(";")[0].strip().lower())
    if kind is None:
        raise Faulty("no_audio")
    if media.total is not None and media.total > MOST_BYTES:
        raise Faulty("too_large")
    return kind


def _checked(part: IO[bytes], recording: Sound) -> int | None:
    """Return how many seconds the file lasts by its own account; raise `Faulty` when it is not what was promised."""
    size = part.seek(0, os.SEEK_END)
    part.seek(0)
    if recording.content_type == "audio/mpeg":
        if not (part.read(3) == b"ID3" or _is_frame(part)):
            raise Faulty("no_audio")
        return recording.seconds
    try:
        with wave.open(part, "rb") as sound:
            frame = sound.getnchannels() * sound.getsampwidth()
            seconds, needs = sound.getnframes() / sound.getframerate(), sound.getnframes() * frame
            recording.channels = sound.getnchannels()
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise Faulty("no_audio") from error
    if size < needs:
        raise Faulty("truncated")
    if recording.seconds is not None and abs(seconds - recording.seconds) > TOLERANCE_SECONDS:
        raise Faulty("other_length")
    return round(seconds)


def _is_frame(part: IO[bytes]) -> bool:
    """Whether an MPEG frame begins here: eleven bits set."""
    part.seek(0)
    head = part.read(2)
    return len(head) == 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0


def _keep(organisation: Organisation, recording: Sound, part: IO[bytes], seconds: int | None) -> dt.datetime | None:
    """Make the part the file, and let the provider's copy be deleted. What was erased meanwhile is not kept."""
    part.flush()
    os.fsync(part.fileno())
    part.seek(0)
    digest = hashlib.sha256()
    while piece := part.read(PIECE):
        digest.update(piece)
    path = Path(recording_storage().path(recording.file))
    path.with_name(f"{path.name}.part").replace(path)
    with acting_for(organisation):
        row = locked_sound(type(recording), recording.pk)
        if row is None or row.state != State.READY:
            path.unlink()
            return None
        row.state, row.kept_at, row.fault = State.KEPT, timezone.now(), ""
        row.bytes, row.sha256, row.content_type = path.stat().st_size, digest.hexdigest(), recording.content_type
        row.channels, row.seconds = recording.channels, row.seconds if seconds is None else seconds
        row.save()
        work.schedule(row.CLEAR, row.pk)
    logger.info("recording.kept", extra={"recording": str(recording.pk), "bytes": row.bytes})
    return None


def _fail(organisation: Organisation, sound: Sound, fault: str) -> dt.datetime | None:
    """Try again with the provider's word asked anew; after the fifth time, say that its file cannot be used."""
    logger.warning("recording.faulty", extra={"recording": str(sound.pk), "fault": fault})
    with acting_for(organisation):
        recording = locked_sound(type(sound), sound.pk)
        if recording is None or recording.state != State.READY:
            return None
        recording.fault, recording.tries = fault[:40], recording.tries + 1
        if recording.tries >= MOST_TRIES:
            recording.state = State.BROKEN
        recording.save(update_fields=["fault", "tries", "state"])
        return None if recording.state == State.BROKEN else timezone.now() + dt.timedelta(minutes=2**recording.tries)
