"""What people decide about recordings: whether there are any, a pause, the customer's wish, and listening."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, work
from accounts.models import AuditEntry, Membership
from dialer.calls import line
from dialer.models import Call, CallerMessage, Recording, RecordingPlay, RecordingSettings, RecordingWish
from dialer.models.sound import Sound
from dialer.recordings.erasing import erase_recordings
from dialer.recordings.running import STEER
from leads.models import Lead

State, Wanted = Recording.State, Recording.Wanted
# A play may be paused and gone on with; what is asked for later is another one.
GRACE = dt.timedelta(minutes=10)


class NothingToSteer(Exception):
    """The call is not recorded, or its recording is over."""


def save_recording_settings(
    settings: RecordingSettings, *, fields: Sequence[str], by: Membership, sound: Any = None
) -> None:
    """Save what the organisation chose; the first time is the choice itself, whatever it is.

    `sound`: the announcement as an upload whose content was examined; the one before goes when that is certain.
    """
    before = settings.sound.name
    with ExitStack() as without_row:
        if sound is not None:
            settings.sound.save("announcement", sound, save=False)
            # Nobody would find the bytes again.
            without_row.callback(settings.sound.storage.delete, str(settings.sound.name))
            sound.seek(0)
            settings.sound_bytes, settings.sound_sha256 = sound.size, hashlib.sha256(sound.read()).hexdigest()
        with transaction.atomic():
            settings.save()
            audit.record("recording_settings.changed", by=by, subject=settings, fields=list(fields))
            if sound is not None and before:
                transaction.on_commit(partial(settings.sound.storage.delete, before))
        without_row.pop_all()


@transaction.atomic
def steer_recording(call: Call, *, to: str, by: Membership) -> Recording:
    """Have the recording of a live call paused or gone on with; raise `NothingToSteer` when there is none in reach.

    It is wanted from now on, and the provider is told at once; the row says when it has happened.
    """
    recording: Recording | None = Recording.objects.select_for_update(of=("self",)).filter(call=call).first()
    if recording is None or recording.state not in Recording.BEFORE_THE_END or recording.is_out_of_reach:
        raise NothingToSteer
    if recording.wanted != to:
        recording.wanted, recording.fault = to, ""
        recording.save(update_fields=["wanted", "fault"])
        audit.record("recording.paused" if to == Wanted.PAUSE else "recording.resumed", by=by, subject=recording)
    work.schedule(STEER, recording.pk)
    return recording


@transaction.atomic
def note_wish(lead: Lead, *, by: Membership, reason: str = "") -> RecordingWish:
    """Note that the lead does not want to be recorded; the wish that stands already is returned.

    A recording of a call that is on the line is ended and erased: nothing of it is kept here. One that is out of reach
    goes on at the provider, and the panel says so.
    """
    standing = RecordingWish.objects.filter(lead=lead, withdrawn_at=None)
    wish: RecordingWish | None = standing.first()
    if wish is None:
        try:
            with transaction.atomic():
                wish = RecordingWish.objects.create(lead=lead, noted_at=timezone.now(), noted_by=by, reason=reason)
        except IntegrityError:
            # A second press, or a colleague in this moment.
            wish = standing.get()
        else:
            audit.record("recording.refused", by=by, subject=lead)
    for live in Call.objects.filter(lead=lead, ended_at=None, recording_rule=Call.RecordingRule.ON):
        _leave_off(live, by)
    noted: RecordingWish = wish
    return noted


def _leave_off(live: Call, by: Membership) -> None:
    call = line.locked(live.pk)
    if call is None or not call.is_live:
        return
    call.recording_rule = Call.RecordingRule.WISH
    call.save(update_fields=["recording_rule"])
    erase_recordings(Recording.objects.filter(call=call).values_list("pk", flat=True), by=by, reason="wish")


@transaction.atomic
def withdraw_wish(lead: Lead, *, by: Membership) -> bool:
    """Note that the lead may be recorded again, from the next call on; return whether that was news."""
    withdrawn = RecordingWish.objects.filter(lead=lead, withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_by=by
    )
    if withdrawn:
        audit.record("recording.allowed", by=by, subject=lead)
    return bool(withdrawn)


@transaction.atomic
def note_play(recording: Recording, *, by: Membership) -> bool:
    """Write down that somebody listens; False when this request is a part of a play that was written down already."""
    now = timezone.now()
    mine = RecordingPlay.objects.filter(recording=recording, member=by, until__gt=now)
    if mine.exists():
        return False
    # Players ask for several parts at once: the second one waits here and finds the play of the first.
    Recording.objects.select_for_update(of=("self",), no_key=True).get(pk=recording.pk)
    if mine.exists():
        return False
    until = now + dt.timedelta(seconds=recording.seconds or 0) + GRACE
    RecordingPlay.objects.create(recording=recording, member=by, at=now, until=until)
    audit.record("recording.played", by=by, subject=recording)
    return True


@transaction.atomic
def note_message_play(message: CallerMessage, *, by: Membership) -> bool:
    """As `note_play`, for what a caller said onto the voicemail."""
    now = timezone.now()
    CallerMessage.objects.select_for_update(of=("self",), no_key=True).get(pk=message.pk)
    since = now - dt.timedelta(seconds=message.seconds or 0) - GRACE
    mine = AuditEntry.objects.filter(verb="message.played", actor=by, subject_id=message.pk, at__gt=since)
    if mine.exists():
        return False
    audit.record("message.played", by=by, subject=message)
    return True


@transaction.atomic
def fetch_again(recording: Sound, *, by: Membership) -> bool:
    """Try once more to fetch a sound whose file could not be used; return whether there was anything to try."""
    rows = type(recording).objects.filter(pk=recording.pk, state=State.BROKEN)
    begun = rows.update(state=State.READY, tries=0, fault="")
    if begun:
        work.schedule(recording.PULL, recording.pk)
        audit.record("recording.fetched_again", by=by, subject=recording)
    return bool(begun)
