"""What is owed about recordings: starting and steering them, asking for those that never came, fetching, clearing; leaving messages."""

import datetime as dt
import uuid

from django.conf import settings

from accounts.models import Organisation
from dialer.actions.voicemail import LEAVE
from dialer.calls import line
from dialer.models import CallerMessage, Recording
from dialer.providers.simulator.recordings import RECORD, record
from dialer.recordings import erasing, hearing, out_of_reach, pulling, running
from dialer.voicemail import leaving
from jini.lib.work import handler


@handler(line.START_RECORDING, queue="telephony")
def start_recording(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Begin to record a call whose customer has answered."""
    return running.begin(organisation, call_id)


@handler(running.STEER, queue="telephony")
def steer_recording(organisation: Organisation, recording_id: uuid.UUID) -> dt.datetime | None:
    """Pause a recording, let it go on, or end it."""
    return running.steer(organisation, recording_id)


@handler(out_of_reach.SEEK)
def seek_recording(organisation: Organisation, recording_id: uuid.UUID) -> dt.datetime | None:
    """Ask the provider about a recording of which nothing was heard."""
    return hearing.seek(organisation, recording_id)


@handler(Recording.PULL)
def pull_recording(organisation: Organisation, recording_id: uuid.UUID) -> dt.datetime | None:
    """Fetch a recording for a while."""
    return pulling.pull(organisation, Recording, recording_id)


@handler(Recording.CLEAR)
def clear_recording(organisation: Organisation, recording_id: uuid.UUID) -> dt.datetime | None:
    """Delete the provider's copy of a recording, and ours when it was erased."""
    return erasing.clear(organisation, Recording, recording_id)


@handler(CallerMessage.PULL)
def pull_message(organisation: Organisation, message_id: uuid.UUID) -> dt.datetime | None:
    """Fetch what a caller said onto the voicemail for a while."""
    return pulling.pull(organisation, CallerMessage, message_id)


@handler(CallerMessage.CLEAR)
def clear_message(organisation: Organisation, message_id: uuid.UUID) -> dt.datetime | None:
    """Delete the provider's copy of a caller's message, and ours when it was erased."""
    return erasing.clear(organisation, CallerMessage, message_id)


@handler(RECORD, queue="telephony")
def record_simulated(organisation: Organisation, record_id: uuid.UUID) -> dt.datetime | None:
    """Post what the simulator has to tell of a recording."""
    return record(organisation, record_id, is_unruly=settings.DEMO)


@handler(LEAVE, queue="telephony")
def leave_message(organisation: Organisation, drop_id: uuid.UUID) -> None:
    """Have a message played to an answering machine, once."""
    leaving.leave(organisation, drop_id)
