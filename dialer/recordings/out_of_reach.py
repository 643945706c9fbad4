"""Recordings that the dial asks for: their row is there before it is sent, and nobody can end them afterwards."""

import datetime as dt

from django.db.models import F, Max
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts import work
from dialer.models import Call, Recording
from dialer.recordings.deciding import chosen, own_settings

SEEK = "dialer.seek_recording"
# A provider that says nothing of a recording is asked for the first time after so long.
ASK_AFTER = dt.timedelta(minutes=2)
State = Recording.State


def ask_with_dial(call: Call) -> None:
    """Write down that the request to ring `call`, which is about to be sent, asks for a recording; twice is once."""
    own, now = own_settings(), timezone.now()
    made = {
        "provider": call.provider,
        "announcement": own.announcement,
        "state": State.ASKED,
        "asked_at": now,
        "at_provider_until": timezone.localdate(now) + dt.timedelta(days=own.days_at_provider or 0),
    }
    recording, is_new = Recording.objects.get_or_create(call=call, defaults=made)
    if is_new:
        work.schedule(SEEK, recording.pk, due_at=now + ASK_AFTER)


def has_begun(call: Call) -> None:
    """Note that `call`, whose customer has answered, is being recorded. Its id at the provider is that of the call."""
    if call.recording_rule == Call.RecordingRule.ON:
        # Nothing is there of a call that seemed to be over before anybody answered.
        ask_with_dial(call)
    Recording.objects.filter(call=call, state=State.ASKED).update(
        state=State.RUNNING, started_at=call.answered_at, provider_id=call.customer_leg or call.agent_leg
    )


def days() -> int | None:
    """Return for how many days a provider keeps what it recorded for the open organisation; None when it has nothing.

    As the settings say, or as they said when what is still there was recorded.
    """
    own = chosen()
    kept = Recording.objects.filter(at_provider_until__gte=timezone.localdate()).annotate(
        days=F("at_provider_until") - TruncDate("asked_at")
    )
    longest: dt.timedelta | None = kept.aggregate(most=Max("days"))["most"]
    said = [longest.days if longest else None, own.days_at_provider if own is not None else None]
    return max((days for days in said if days is not None), default=None)
