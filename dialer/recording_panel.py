"""What the call panel and the page of a call show of a recording."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Permission
from dialer.models import Call, CallerMessage, IncomingCall, Recording, RecordingPlay, RecordingWish
from dialer.recordings.deciding import chosen, wish_of
from dialer.recordings.words import ABSENCES, ERASURES, FAULTS
from leads.models import Lead

Wanted = Recording.Wanted
MOST_PLAYS = 20


@dataclass(frozen=True)
class PanelRecording:
    """The recording of the open call, if there is one, and the wish of the lead, if it has one."""

    recording: Recording | None
    wish: RecordingWish | None

    @property
    def can_pause(self) -> bool:
        return self._is_steered(Wanted.RUN)

    @property
    def can_resume(self) -> bool:
        return self._is_steered(Wanted.PAUSE)

    def _is_steered(self, wanted: str) -> bool:
        found = self.recording
        is_open = found is not None and found.state in Recording.BEFORE_THE_END and not found.is_out_of_reach
        return is_open and found is not None and found.wanted == wanted

    @property
    def goes_on(self) -> bool:
        """Whether the provider records on although nothing of it is to be kept."""
        found = self.recording
        return found is not None and found.is_out_of_reach and found.state == Recording.State.ERASED

    @property
    def is_changing(self) -> bool:
        """Whether something was asked for that has not happened yet."""
        found = self.recording
        return (
            found is not None
            and found.is_on_the_line
            and (found.wanted == Wanted.PAUSE) != (found.state == Recording.State.PAUSED)
        )

    @property
    def fault(self) -> Any:
        return FAULTS.get(self.recording.fault, "") if self.recording else ""


def panel_recording(lead: Lead, call: Call | None) -> PanelRecording | None:
    """Return what the panel shows; None as long as the organisation has not chosen to record."""
    if chosen() is None:
        return None
    recording = Recording.objects.filter(call=call).first() if call is not None and call.is_live else None
    return PanelRecording(recording, wish_of(lead.pk))


@dataclass(frozen=True)
class CallRecording:
    """The recording of a call in words, and who listened to it."""

    recording: Recording
    why: Any
    fault: Any
    plays: list[RecordingPlay]


def recording_of(call: Call, *, with_plays: bool) -> CallRecording | None:
    """Return what the page of `call` shows of its recording; None when there is none and there was to be none."""
    recording = Recording.objects.select_related("erased_by__user").filter(call=call).first()
    if recording is None:
        return None
    listened = RecordingPlay.objects.filter(recording=recording).select_related("member__user").order_by("-at")
    return CallRecording(
        recording,
        ABSENCES.get(recording.absent_because, "") or ERASURES.get(recording.erased_because, ""),
        FAULTS.get(recording.fault, recording.fault),
        list(listened[:MOST_PLAYS]) if with_plays else [],
    )


def messages_of(calls: Collection[IncomingCall], member: Membership) -> dict[uuid.UUID, CallerMessage]:
    """Return what was said onto the voicemail in those of the calls whose messages `member` may play, by the call's id."""
    ids = [call.pk for call in calls if call.message_id]
    if not ids or not member.may(Permission.RECORDING_PLAY):
        return {}
    found = CallerMessage.objects.visible_to(member).filter(incoming__in=ids)
    return {message.incoming_id: message for message in found}


def sounds(call_ids: Collection[str], member: Membership) -> dict[str, str]:
    """Return where the recordings of calls can be played, of those that `member` may play."""
    if not member.may(Permission.RECORDING_PLAY):
        return {}
    found = Recording.objects.visible_to(member).playable().filter(call__in=call_ids).values_list("call", flat=True)
    return {str(call): reverse("dialer:recording", args=[call]) for call in found}
