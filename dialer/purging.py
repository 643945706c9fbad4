"""What the dialler deletes by itself when its time is over."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from dialer.models import Call, CallerMessage, Recording
from dialer.recordings.erasing import erase_messages, erase_recordings
from jini.lib.ids import one_of
from jini.lib.personal_data import Whose
from jini.lib.purging import Ids, Purge


def _of_leads(leads: Ids) -> Q:
    return Q(call_token__in=Call.objects.filter(one_of("lead", leads)).values("pk"))


def _of_telecallers(users: Ids) -> Q:
    return Q(call_token__in=Call.objects.filter(one_of("telecaller__user", users)).values("pk"))


def _erase_recordings(recordings: Ids) -> int:
    """Mark the recordings, which nobody can play from now on; file and provider's copy go in a task of their own."""
    return erase_recordings(recordings, by=None, reason="retention")


def _erase_messages(messages: Ids) -> int:
    """As for recordings."""
    return erase_messages(messages, by=None, reason="retention")


def _without(sound: type[Recording] | type[CallerMessage]) -> Callable[[], Any]:
    """A recording that a hold keeps, or that is not gone everywhere, keeps the call on which it hangs."""
    return lambda: ~Exists(sound.objects.filter(**{sound.LINE: OuterRef("pk")}))


ERASED = Q(state=Recording.State.ERASED)
PURGES = (
    Purge("recordings", "dialer.Recording", "call__started_at", only=~ERASED, remove=_erase_recordings),
    Purge("recordings", "dialer.CallerMessage", "incoming__started_at", only=~ERASED, remove=_erase_messages),
    # What is left of an erased one goes with its call.
    Purge("calls", "dialer.CallerMessage", "incoming__started_at", only=ERASED & Q(file="")),
    Purge("calls", "dialer.Recording", "call__started_at", only=ERASED & Q(file="")),
    Purge("calls", "dialer.MessageDrop", "left_at"),
    Purge("calls", "dialer.Skip", "at"),
    # With them go their rings.
    Purge(
        "calls",
        "dialer.IncomingCall",
        "started_at",
        only=Q(ended_at__isnull=False),
        is_free=_without(CallerMessage),
    ),
    Purge("calls", "dialer.CallScript", "call__started_at"),
    Purge("calls", "dialer.DeviceCall", "logged_at"),
    Purge("calls", "dialer.Call", "started_at", only=Q(closed_at__isnull=False), is_free=_without(Recording)),
    Purge("posts", "dialer.CallEvent", "received_at", ways={Whose.LEAD: _of_leads, Whose.USER: _of_telecallers}),
    Purge("imports", "dialer.CallLogImport", "created_at"),
    Purge("invitations", "dialer.PairingCode", "expires_at"),
    Purge("jobs", "dialer.Replay", "created_at"),
    Purge("jobs", "dialer.DeviceBatch", "received_at"),
    Purge("jobs", "dialer.SimulatedRecording", "started_at"),
    Purge("jobs", "dialer.SimulatedCall", "created_at"),
    Purge("employee", "dialer.CampaignMember", "member__deactivated_at"),
)
