"""What a change of a campaign's rules would leave to call, before it is saved."""

import copy
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from dialer.campaigns.judging import GATES, callers_of, judge, with_everything
from dialer.models import Campaign, CampaignList, QueueEntry

# As many waiting leads are tried: of a hundred thousand that are called by the same rules they are enough.
MOST = 500


@dataclass(frozen=True)
class NothingLeft:
    """None of the `leads` that were tried would ever be called by itself. `gates`: (name of the rule, leads), most first."""

    leads: int
    gates: list[tuple[Any, int]]


def nothing_left(before: Campaign, after: Campaign, callers: frozenset[uuid.UUID]) -> NothingLeft | None:
    """Say so if the change to `after` and its `callers` takes the last lead that would have been called.

    Both are tried as if they were running: that a campaign is paused says nothing of its rules.
    """
    lists = CampaignList.objects.open().filter(campaign=before)
    waiting = QueueEntry.objects.filter(list__in=list(lists), finished_at=None, leased_to=None, rank__gt=0)
    entries, now = list(with_everything(waiting)[:MOST]), timezone.now()
    if not entries or all(row.opens_at is None for row in judge(entries, _running(before), callers_of(before), now)):
        return None
    judged = judge(entries, _running(after), callers, now)
    if any(row.opens_at is not None for row in judged):
        return None
    gates = Counter(GATES[row.gate] for row in judged)
    return NothingLeft(len(judged), gates.most_common())


def _running(campaign: Campaign) -> Campaign:
    tried = copy.copy(campaign)
    tried.state = Campaign.State.RUNNING
    return tried
