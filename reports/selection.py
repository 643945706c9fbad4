"""What a page of figures is about: days, people, campaign. The state of the page is its query string."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.models import Call, Campaign, QueueEntry
from leads.models import FollowUp, Lead
from reports.days import bounds
from reports.period import Period, read_period
from teams.models import Team
from teams.visibility import people_in, people_seen_by, sight_of, teams_seen_by


@dataclass(frozen=True)
class Selection:
    """`people` is None for everybody, else the ids of the memberships whose calls and leads count.

    `unowned`: beside those of some people, the leads of nobody count too.
    """

    period: Period
    people: tuple[uuid.UUID, ...] | None = None
    team: Team | None = None
    telecaller: Membership | None = None
    campaign: Campaign | None = None
    unowned: bool = False

    def during(self, period: Period) -> "Selection":
        """Return the same for other days."""
        return replace(self, period=period)

    @property
    def adds_up(self) -> bool:
        """Whether leads called can be read from the rollup: of one telecaller or of everybody, over all campaigns."""
        return self.campaign is None and (self.people is None or len(self.people) == 1)

    @property
    def is_whole(self) -> bool:
        """Whether it is about everybody and every campaign."""
        return self.people is None and self.campaign is None

    @property
    def calls(self) -> Any:
        """The calls that count, as rows."""
        first, after = bounds(self.period.first, self.period.last, current_organisation().zone)
        calls = Call.objects.attempts().filter(started_at__gte=first, started_at__lt=after)
        if self.people is not None:
            calls = calls.filter(telecaller__in=self.people)
        return calls.filter(campaign=self.campaign) if self.campaign else calls

    @property
    def leads(self) -> Any:
        """The leads of these people and this campaign, of whatever day, without those in the bin."""
        return self._of(Lead.objects.all())

    def _of(self, leads: Any) -> Any:
        if self.people is not None:
            nobodys = Q(assigned_to=None) if self.unowned else Q()
            leads = leads.filter(Q(assigned_to__in=self.people) | nobodys)
        if self.campaign:
            leads = leads.filter(Exists(QueueEntry.objects.filter(lead=OuterRef("pk"), campaign=self.campaign)))
        return leads

    @property
    def created(self) -> Any:
        """Those of the leads that were created in the period."""
        first, after = bounds(self.period.first, self.period.last, current_organisation().zone)
        return self.leads.filter(created_at__gte=first, created_at__lt=after)

    @property
    def won(self) -> Any:
        """The leads that entered a won status in the period, whether or not they are in the bin by now."""
        first, after = bounds(self.period.first, self.period.last, current_organisation().zone)
        return self._of(Lead.everything.all()).filter(won_at__gte=first, won_at__lt=after)

    @property
    def follow_ups(self) -> "QuerySet[FollowUp]":
        """Follow-ups that fell due in the period and were not cancelled; of today those whose time has come."""
        first, after = bounds(self.period.first, self.period.last, current_organisation().zone)
        due = FollowUp.objects.filter(due_at__gte=first, due_at__lt=min(after, timezone.now()), cancelled_at=None)
        return due if self.people is None else due.filter(assigned_to__in=self.people)

    def fell_due_url(self, **more: Any) -> str:
        """The address of the follow-ups that fell due in the period."""
        days = {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        return f"{reverse('leads:follow_ups')}?{urlencode(days | self._who('person') | more)}"

    @property
    def query(self) -> dict[str, str]:
        """The query string of the page itself."""
        days = {"period": self.period.key}
        if self.period.key == "custom":
            days |= {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        return days | self._who("telecaller")

    def _who(self, person: str) -> dict[str, str]:
        parts = {person: self.telecaller, "team": self.team, "campaign": self.campaign}
        return {name: str(row.pk) for name, row in parts.items() if row is not None}

    def calls_url(self, **more: Any) -> str:
        """The address of the call log with the rows behind a figure."""
        days = {"from": self.period.first.isoformat(), "to": self.period.last.isoformat(), "attempts": "1"}
        return f"{reverse('dialer:calls')}?{urlencode(days | self._who('telecaller') | more)}"

    def leads_url(self, *days: str, **more: Any) -> str:
        """The address of the lead list; `days` are the dates of a lead that lie in the period, "created" or "won"."""
        dates = {f"{name}_from": self.period.first.isoformat() for name in days}
        dates |= {f"{name}_to": self.period.last.isoformat() for name in days}
        return f"{reverse('leads:list')}?{urlencode(dates | self._who('owner') | more)}"

    def follow_ups_url(self, **more: Any) -> str:
        """The address of the late follow-ups of these people."""
        return f"{reverse('leads:follow_ups')}?{urlencode({'due': 'overdue'} | self._who('person') | more)}"


def read_selection(member: Membership, query: Mapping[str, str]) -> Selection:
    """Return what a query string of the dashboard means to `member`; ids of what they do not see narrow nothing."""
    period = read_period(query, timezone.localdate())
    telecaller = _one(people_seen_by(member), query.get("telecaller"))
    team = _one(teams_seen_by(member), query.get("team"))
    campaign = _one(Campaign.objects.visible_to(member), query.get("campaign"))
    if telecaller is not None:
        return Selection(period, (telecaller.pk,), None, telecaller, campaign)
    if team is not None:
        return Selection(period, tuple(sorted(people_in(team))), team, None, campaign)
    sight = sight_of(member)
    people = None if sight.people is None else tuple(sorted(sight.people))
    return Selection(period, people, campaign=campaign, unowned=people is not None and sight.unowned)


def own_selection(member: Membership, query: Mapping[str, str]) -> Selection:
    """Return the selection of a member's own figures."""
    return Selection(read_period(query, timezone.localdate()), (member.pk,), telecaller=member)


def _one(rows: Any, pk: str | None) -> Any:
    try:
        return rows.filter(pk=uuid.UUID(pk)).first() if pk else None
    except ValueError:
        return None
