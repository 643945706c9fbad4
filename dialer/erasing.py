"""Erasing leads from the dialler: calls stay without the person, what was told of them and their places go."""

from functools import partial

from django.db.models import Q

from dialer.models import Call, CallerMessage, CallEvent, CountedLead, IncomingCall, QueueEntry, Recording
from dialer.recordings.erasing import erase_messages, erase_recordings
from jini.lib.erasing import Ids, Step
from jini.lib.ids import one_of
from jini.lib.purging import delete_rows
from leads.erasing import NO_NUMBER
from leads.models import Lead, LeadPhone


def _of_lead(leads: Ids) -> object:
    return one_of("lead", leads)


def _posts(leads: Ids) -> Q:
    return Q(call_token__in=Call.objects.filter(one_of("lead", leads)).values("pk"))


def _calls(leads: Ids) -> Q:
    return Q(one_of("lead", leads)) & ~Q(phone=NO_NUMBER, note="")


def _incoming(leads: Ids) -> Q:
    """Calls of the leads and of their numbers before they were leads."""
    numbers = Lead.everything.filter(one_of("pk", leads)).values("phone")
    further = LeadPhone.objects.filter(one_of("lead", leads)).values("phone")
    return ~Q(caller="") & (Q(one_of("lead", leads)) | Q(caller__in=numbers) | Q(caller__in=further))


def _strip_calls(calls: Ids) -> int:
    """Take number and note out of the calls; that they were made, when and by whom stays, and so do the figures."""
    return int(Call.objects.filter(one_of("pk", calls)).update(phone=NO_NUMBER, note=""))


def _recordings(leads: Ids) -> Q:
    return Q(one_of("call__lead", leads)) & ~Q(state=Recording.State.ERASED)


def _erase_recordings(recordings: Ids) -> int:
    """Mark the recordings, which nobody can play from now on; file and provider's copy go in a task of their own."""
    return erase_recordings(recordings, by=None, reason="request")


def _messages(leads: Ids) -> Q:
    """What the leads said onto the voicemail, from their numbers before they were leads as well."""
    calls = IncomingCall.objects.filter(one_of("lead", leads) | _incoming(leads)).values("pk")
    return Q(incoming__in=calls) & ~Q(state=CallerMessage.State.ERASED)


def _erase_messages(messages: Ids) -> int:
    """As for recordings."""
    return erase_messages(messages, by=None, reason="request")


def _strip_incoming(calls: Ids) -> int:
    return int(IncomingCall.objects.filter(one_of("pk", calls)).update(caller=""))


STEPS = (
    Step("dialer.CallEvent", _posts, partial(delete_rows, CallEvent)),
    Step("dialer.Call", _calls, _strip_calls),
    Step("dialer.CountedLead", _of_lead, partial(delete_rows, CountedLead)),
    # While the numbers that they called from are known.
    Step("dialer.CallerMessage", _messages, _erase_messages),
    Step("dialer.IncomingCall", _incoming, _strip_incoming),
    Step("dialer.Recording", _recordings, _erase_recordings),
    Step("dialer.QueueEntry", _of_lead, partial(delete_rows, QueueEntry)),
)
