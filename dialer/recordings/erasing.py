"""Taking copies away: the provider's once ours is safe, and ours when a recording is erased."""

import datetime as dt
import uuid
from collections.abc import Collection
from functools import partial
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts import audit, work
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from dialer.models import CallerMessage, Recording, TelephonyAccount
from dialer.models.sound import Sound, recording_storage
from dialer.providers.port import Recordings
from dialer.recordings.hearing import SEARCH_FOR_START
from dialer.recordings.running import locked_sound, recorder_of

State = Sound.State


@transaction.atomic
def erase_recordings(recording_ids: Collection[uuid.UUID], /, *, by: Membership | None, reason: str) -> int:
    """Erase recordings for good, whatever state they are in; return how many were not erased before.

    `reason` is a code. Nobody can play them from now on; file and provider's copy go in a task, until both are gone.
    Whether a recording may be erased (a legal hold, a period) is for the caller to know: nothing is refused here.
    """
    pks = list(Recording.objects.filter(pk__in=recording_ids).exclude(state=State.ERASED).values_list("pk", flat=True))
    # Nothing more is wanted of one that runs.
    Recording.objects.filter(pk__in=pks).update(wanted=Recording.Wanted.STOP)
    return _erase(Recording, recording_ids, by, reason, "recording.erased")


@transaction.atomic
def erase_messages(message_ids: Collection[uuid.UUID], /, *, by: Membership | None, reason: str) -> int:
    """As `erase_recordings`, for what callers said onto the voicemail."""
    return _erase(CallerMessage, message_ids, by, reason, "message.erased")


def _erase(kind: type[Sound], ids: Collection[uuid.UUID], by: Membership | None, reason: str, verb: str) -> int:
    rows = kind.objects.select_for_update(of=("self",)).filter(pk__in=ids).exclude(state=State.ERASED)
    erased: list[Sound] = list(rows.order_by("pk"))
    for sound in erased:
        sound.state = State.ERASED
        sound.erased_at, sound.erased_by, sound.erased_because = timezone.now(), by, reason[:40]
        sound.save()
        work.schedule(sound.CLEAR, sound.pk)
        audit.record(verb, by=by, subject=sound, reason=reason)
    return len(erased)


def clear(organisation: Organisation, kind: type[Sound], sound_id: uuid.UUID) -> dt.datetime | None:
    """Remove what is no longer to be there. Each step may be taken twice: what is gone is gone.

    An exception puts the task off: a provider that cannot be asked now is asked again until its copy is gone.
    """
    with acting_for(organisation):
        sound = locked_sound(kind, sound_id)
        if sound is None or sound.state not in {State.KEPT, State.ERASED}:
            return None
        is_erased, asked_at, leg = sound.state == State.ERASED, sound.asked_at, sound.line_leg
        is_there = asked_at is not None and sound.deleted_at_provider_at is None
        # Without an account there is nobody to ask any more: an organisation that is cancelled has none.
        is_there = is_there and TelephonyAccount.objects.filter(provider=sound.provider).exists()
        # Nor is there anybody to ask for what is out of reach.
        recorder = recorder_of(sound.provider, organisation) if is_there else None
    if is_erased and sound.file:
        _remove_file(sound.file)
        with acting_for(organisation):
            kind.objects.filter(pk=sound_id, state=State.ERASED).update(file="", bytes=None, sha256="")
    if recorder is None or asked_at is None:
        return None
    number = sound.provider_id or _number_of(recorder, leg)
    if not number:
        # Its start was asked for and not answered: it may turn up.
        is_late = timezone.now() > asked_at + SEARCH_FOR_START
        return None if is_late else timezone.now() + dt.timedelta(minutes=1)
    if is_erased:
        # It may still run: nothing more is to be recorded.
        recorder.stop(leg, number)
    recorder.delete(number)
    with acting_for(organisation):
        kind.objects.filter(pk=sound_id).update(deleted_at_provider_at=timezone.now())
    return None


def _number_of(recordings: Recordings, leg: str) -> str:
    """The provider's id of a recording whose start was never answered."""
    found = recordings.of_leg(leg) if leg else []
    return found[0].provider_id if found else ""


def forget_files() -> None:
    """Remove the file of every sound of the open scope once its transaction is committed."""
    for kind in (Recording, CallerMessage):
        for name in kind.objects.exclude(file="").values_list("file", flat=True):
            transaction.on_commit(partial(_remove_file, name))


def remove_files(sound_ids: Collection[uuid.UUID], kind: type[Sound] = Recording) -> None:
    """Remove the files of sounds whose organisation is erased."""
    named = kind.objects.filter(pk__in=list(sound_ids)).exclude(file="")
    for name in named.values_list("file", flat=True):
        _remove_file(name)


def _remove_file(name: str) -> None:
    path = Path(recording_storage().path(name))
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.part").unlink(missing_ok=True)
