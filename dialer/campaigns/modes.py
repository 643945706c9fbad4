"""How the leads of a campaign are called: with a look first, after a countdown, or one call after the other.

Nothing here calls anybody by itself: a call begins with a request of the telecaller's own browser, and only while they
said that they are at work. See docs/adr/0015-modes-of-calling.md.
"""

import datetime as dt
import math
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Membership
from dialer.models import Campaign, QueueEntry
from teams.actions.presence import is_at_work

# So long after its end a countdown still begins its call: a page that was not watched begins none.
GRACE = dt.timedelta(seconds=10)
Mode = Campaign.Mode


@dataclass(frozen=True)
class Countdown:
    """The countdown of a lead in hand: whole seconds left; paused, or over without a call."""

    seconds: int
    is_paused: bool = False

    @property
    def is_over(self) -> bool:
        return self.seconds < 0


def mode_of(entry: QueueEntry) -> str:
    """Return how the lead of `entry` (with `campaign` loaded) is called: in a running campaign as that says, else with a look."""
    campaign = entry.campaign
    return campaign.mode if campaign is not None and campaign.state == Campaign.State.RUNNING else Mode.PREVIEW


def may_be_skipped(entry: QueueEntry) -> bool:
    """Whether the lead may be laid down without a call. Only a running campaign can forbid it."""
    campaign = entry.campaign
    return campaign is None or campaign.state != Campaign.State.RUNNING or campaign.may_skip


def begin_countdown(entry: QueueEntry, member: Membership) -> None:
    """Let the call to the lead in the hands of `member` begin by itself after a while, counted from now.

    A countdown that runs or is paused goes on as it is: neither a reload nor a second press buys time. One that ended
    unwatched begins anew.
    """
    if mode_of(entry) != Mode.TIMED or entry.campaign is None:
        return
    now = timezone.now()
    mine = QueueEntry.objects.filter(pk=entry.pk, leased_to=member, finished_at=None, seconds_left=None)
    unwatched = mine.exclude(call_at__gte=now - GRACE)
    unwatched.update(call_at=now + dt.timedelta(seconds=entry.campaign.countdown_seconds))


def countdown_of(entry: QueueEntry) -> Countdown | None:
    """Return the countdown of a lead in hand, None where none was begun."""
    if mode_of(entry) != Mode.TIMED:
        return None
    if entry.seconds_left is not None:
        return Countdown(entry.seconds_left, is_paused=True)
    if entry.call_at is None:
        return None
    left = (entry.call_at - timezone.now()).total_seconds()
    return Countdown(max(0, math.ceil(left)) if left > -GRACE.total_seconds() else -1)


def pause_countdown(entry: QueueEntry) -> bool:
    """Stop the countdown of a locked entry where it is; return whether it was running."""
    countdown = countdown_of(entry)
    if countdown is None or countdown.is_paused or countdown.is_over:
        return False
    entry.seconds_left, entry.call_at = countdown.seconds, None
    entry.save(update_fields=["seconds_left", "call_at"])
    return True


def resume_countdown(entry: QueueEntry) -> bool:
    """Let a paused countdown of a locked entry go on; return whether it was paused."""
    if entry.seconds_left is None:
        return False
    entry.call_at, entry.seconds_left = timezone.now() + dt.timedelta(seconds=entry.seconds_left), None
    entry.save(update_fields=["seconds_left", "call_at"])
    return True


def may_begin_by_itself(entry: QueueEntry | None, member: Membership) -> bool:
    """Whether the call to the lead in hand may begin without a press at this moment.

    Only in a timed preview, when its countdown has ended just now and neither was paused, and while `member` is there.
    """
    if entry is None or mode_of(entry) != Mode.TIMED or entry.call_at is None:
        return False
    now = timezone.now()
    return entry.call_at <= now <= entry.call_at + GRACE and is_at_work(member)
