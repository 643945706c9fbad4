"""Lists that begin and end by themselves, and how much of a campaign each member was handed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.models import Campaign, CampaignList, CampaignMember, QueueEntry
from jini.lib.paging import COUNT_CAP, capped
from teams.visibility import Sight

State = CampaignList.State
# As many places of a list that ended are finished in one step, so that no lock is held for long.
SLICE = 5_000

# A list starts once the one before it was begun and has nothing to hand out, or has ended.
_START_NEXT = """
UPDATE dialer_campaignlist n SET state = 'running'
FROM dialer_campaignlist a
WHERE n.organisation_id = %(organisation)s AND n.state = 'waiting' AND {which}
  AND a.organisation_id = n.organisation_id AND a.id = n.after_id
  AND (a.state = 'ended' OR a.ends_on < %(today)s OR a.state = 'running' AND a.filled_at IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM dialer_queueentry q
      WHERE q.organisation_id = n.organisation_id AND q.list_id = a.id AND q.due_at <= %(now)s
        AND q.finished_at IS NULL AND q.leased_to_id IS NULL
  ))
RETURNING n.id
"""
_OF_MEMBER = """n.campaign_id IN (
    SELECT m.campaign_id FROM dialer_campaignmember m
    WHERE m.organisation_id = %(organisation)s AND m.member_id = %(subject)s
)"""
_OF_CAMPAIGN = "n.campaign_id = %(subject)s"
_FINISH = """
UPDATE dialer_queueentry SET finished_at = %(now)s, finished_because = 'list_ended', leased_to_id = NULL, lease_until = NULL
WHERE organisation_id = %(organisation)s AND id = ANY (ARRAY (
    SELECT q.id FROM dialer_queueentry q
    WHERE q.organisation_id = %(organisation)s AND q.list_id = %(list)s AND q.rank > 0
      AND q.finished_at IS NULL AND q.leased_to_id IS NULL
    LIMIT %(size)s FOR UPDATE SKIP LOCKED
))
"""
_COUNT = """
SELECT l.id, (SELECT count(*) FROM (
    SELECT 1 FROM dialer_queueentry q
    WHERE q.organisation_id = %(organisation)s AND q.list_id = l.id AND q.finished_at IS NULL AND q.leased_to_id IS NULL
      AND (%(people)s::uuid[] IS NULL OR EXISTS (
          SELECT 1 FROM leads_lead o
          WHERE o.organisation_id = q.organisation_id AND o.id = q.lead_id
            AND (o.assigned_to_id = ANY (%(people)s::uuid[]) OR %(unowned)s AND o.assigned_to_id IS NULL)
      ))
    LIMIT %(most)s
) AS counted)
FROM unnest(%(lists)s::uuid[]) AS l (id)
"""
# What may follow each state. An ended list stays ended: its leads wait no more.
NEXT: dict[str, set[CampaignList.State]] = {
    State.WAITING: {State.RUNNING, State.ENDED},
    State.RUNNING: {State.PAUSED, State.ENDED},
    State.PAUSED: {State.RUNNING, State.ENDED},
    State.ENDED: set(),
}


@dataclass(frozen=True)
class ListLine:
    """A list as the page of its campaign shows it. `share` is in per cent of the running lists, None of the others.

    `waiting`: how many leads are free to be called, now or later; "10,000+" beyond that.
    """

    list: CampaignList
    share: int | None
    waiting: str
    states: Sequence[CampaignList.State]


def lines_of(campaign: Campaign, sight: Sight) -> list[ListLine]:
    """Return the lists of a campaign in the order in which they were made, with the leads that are seen."""
    lists = list(CampaignList.objects.filter(campaign=campaign).select_related("after").in_order())
    people = None if sight.people is None else sorted(sight.people)
    asked = {"lists": [row.pk for row in lists], "most": COUNT_CAP + 1, "people": people, "unowned": sight.unowned}
    counts = dict(_ask(_COUNT, **asked))
    running = [row for row in lists if row.state == State.RUNNING and not row.is_past(today())]
    shares = sum(row.share for row in running)
    return [
        ListLine(
            row,
            round(100 * row.share / shares) if row in running else None,
            capped(counts[row.pk]),
            sorted(NEXT[row.state]),
        )
        for row in lists
    ]


def today() -> dt.date:
    """The day at the organisation."""
    return timezone.localtime(timezone=current_organisation().zone).date()


def start_next(*, of: Membership | UUID) -> bool:
    """Start the lists whose time has come in the campaigns of a member, or in one campaign; return whether any was."""
    which, subject = (_OF_MEMBER, of.pk) if isinstance(of, Membership) else (_OF_CAMPAIGN, of)
    return bool(_ask(_START_NEXT.format(which=which), subject=subject, today=today()))


def end_past(campaign_id: UUID) -> list[UUID]:
    """End the lists of a campaign whose last day is over; return them."""
    past = CampaignList.objects.open().filter(campaign=campaign_id, ends_on__lt=today())
    ended = list(past.values_list("pk", flat=True))
    past.update(state=State.ENDED)
    return ended


class Left(StrEnum):
    """What is left to finish of a list that ended."""

    MORE = "more"
    HELD = "held"
    NONE = "none"


def finish_slice(of: CampaignList) -> Left:
    """Let some leads of a list that ended wait no more, but for those that were promised a call; return what is left.

    What somebody holds stays in their hands until they are done with it.
    """
    asked: dict[str, Any] = {
        "organisation": current_organisation().pk,
        "list": of.pk,
        "now": timezone.now(),
        "size": SLICE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, asked)
        if cursor.rowcount:
            return Left.MORE
    held = QueueEntry.objects.filter(list=of, finished_at=None, leased_to__isnull=False, rank__gt=0)
    return Left.HELD if held.exists() else Left.NONE


def count_handed(entry: QueueEntry, member: Membership) -> None:
    """Note that `member` was handed a lead of the campaign, so that the next draw is another one."""
    CampaignMember.objects.filter(campaign=entry.campaign_id, member=member).update(handed=F("handed") + 1)


def _ask(statement: str, **asked: Any) -> list[tuple[Any, ...]]:
    asked |= {"organisation": current_organisation().pk, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())
