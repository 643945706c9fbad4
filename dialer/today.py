"""A telecaller's day: figures, and what waits for them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from accounts.models import Membership
from dialer.models import Call, Campaign, CampaignList, IncomingCall, QueueEntry
from leads.models import FollowUp, Lead
from teams.models import Target

MOST_ROWS = 20
# Counts of a tab end here: what matters is whether there is much.
MOST_COUNTED = 99
Metric = Target.Metric


@dataclass(frozen=True)
class Figures:
    """Today so far; times in seconds. Days are cut in the organisation's zone."""

    total_calls: int
    connected_calls: int
    talk_time: int
    conversions: int
    follow_ups_due: int
    follow_ups_overdue: int
    targets: dict[str, int]

    @property
    def talk_minutes(self) -> int:
        return self.talk_time // 60


def bounds() -> tuple[dt.datetime, dt.datetime]:
    """Return the first moment of today and of tomorrow, in the zone that is active (the organisation's)."""
    starts = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return starts, starts + dt.timedelta(days=1)


def figures_of(member: Membership) -> Figures:
    starts, ends = bounds()
    calls = Call.objects.attempts().filter(telecaller=member, started_at__gte=starts, started_at__lt=ends)
    counted = calls.with_flags().aggregate(
        total=Count("id"), connected=Count("id", filter=Q(was_connected=True)), talk=Sum("talk_seconds")
    )
    due = FollowUp.objects.open().filter(assigned_to=member, due_at__lt=ends)
    waiting = due.aggregate(due=Count("id"), overdue=Count("id", filter=Q(due_at__lt=timezone.now())))
    return Figures(
        total_calls=counted["total"],
        connected_calls=counted["connected"],
        talk_time=counted["talk"] or 0,
        conversions=Lead.everything.filter(assigned_to=member, won_at__gte=starts, won_at__lt=ends).count(),
        follow_ups_due=waiting["due"],
        follow_ups_overdue=waiting["overdue"],
        targets=_targets(member),
    )


def _targets(member: Membership) -> dict[str, int]:
    """The member's own target of each metric, else everybody's."""
    rows = Target.objects.filter(Q(member=member) | Q(member=None))
    everybody = {row.metric: row.value for row in rows if row.member_id is None}
    own = {row.metric: row.value for row in rows if row.member_id is not None}
    return everybody | own


def waiting_for(member: Membership, tab: str) -> Any:
    """Return the rows of a tab (overdue, today, new, retries), first the one that is due first; not cut to a page."""
    now, ends = timezone.now(), bounds()[1]
    if tab in {"overdue", "today"}:
        rows = FollowUp.objects.open().filter(assigned_to=member)
        rows = rows.filter(due_at__lt=now) if tab == "overdue" else rows.filter(due_at__gte=now, due_at__lt=ends)
        return rows.select_related("lead").order_by("due_at", "id")
    mine = Campaign.objects.running().filter(campaign_members__member=member)
    ranks = [QueueEntry.Rank.RETRY] if tab == "retries" else [QueueEntry.Rank.HOT, QueueEntry.Rank.FRESH]
    rows = QueueEntry.objects.filter(finished_at=None, rank__in=ranks, due_at__lte=now, leased_to=None)
    rows = rows.filter(Q(reserved_for=member) | Q(reserved_for=None, campaign__in=mine))
    rows = rows.filter(Q(list=None) | Q(list__state=CampaignList.State.RUNNING))
    return rows.select_related("lead", "campaign").order_by("rank", "due_at", "id")


def opens_at(member: Membership) -> dt.datetime | None:
    """Return when the first of the campaigns of `member` that are closed by now, and in which leads wait, is called again."""
    now = timezone.localtime()
    lists = CampaignList.objects.filter(state=CampaignList.State.RUNNING, campaign__campaign_members__member=member)
    closed = lists.filter(campaign__in=Campaign.objects.running()).exclude(
        campaign__opens_at__lte=now.time(), campaign__closes_at__gt=now.time()
    )
    waiting = QueueEntry.objects.filter(
        list=OuterRef("pk"), reserved_for=None, due_at__lte=now, finished_at=None, leased_to=None
    )
    times = closed.filter(Exists(waiting)).values_list("campaign__opens_at", flat=True)
    moments = (now.replace(hour=time.hour, minute=time.minute, second=0, microsecond=0) for time in times)
    return min((moment if moment > now else moment + dt.timedelta(days=1) for moment in moments), default=None)


def left_lying(member: Membership) -> str:
    """Return how many late follow-ups of colleagues `member` may take, empty for none."""
    number = counted(FollowUp.objects.fallen_to(member))
    return "" if number == "0" else number


def missed_calls(member: Membership) -> str:
    """Return how many missed calls `member` is to return, empty for none."""
    number = counted(IncomingCall.objects.to_return().filter(follow_up__assigned_to=member))
    return "" if number == "0" else number


def counted(rows: Any) -> str:
    """Return how many rows there are, "99+" beyond ninety-nine."""
    number = rows.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)
