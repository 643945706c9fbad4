"""Handing a telecaller the next lead, in the way in which its campaign is called."""

from accounts.models import Membership
from dialer.actions.calling import LeadGone, NotAllowed, start_call
from dialer.campaigns.modes import Mode, begin_countdown, mode_of
from dialer.campaigns.queue import claim_next
from dialer.models import QueueEntry
from teams.actions.presence import is_at_work


class NotAtWork(Exception):
    """The telecaller is on a break or offline: nothing is handed out, and nobody is called for them."""


def hand_next(member: Membership) -> QueueEntry | None:
    """Put the next lead into the hands of `member`: to look at, with a countdown, or with its call begun.

    None when nothing may be called. Raises `NotAtWork`.
    """
    if not is_at_work(member):
        raise NotAtWork
    entry = claim_next(member)
    if entry is None or entry.campaign_id is None:
        return entry
    if mode_of(entry) == Mode.TIMED:
        begin_countdown(entry, member)
    elif mode_of(entry) == Mode.PROGRESSIVE:
        _begin_call(entry, member)
    return entry


def _begin_call(entry: QueueEntry, member: Membership) -> None:
    try:
        start_call(entry.lead, by=member, campaign=entry.campaign)
    except (NotAllowed, LeadGone):
        # Something came between: the page of the lead says what, and the telecaller goes on from there.
        return
