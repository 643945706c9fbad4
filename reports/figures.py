"""Reading figures: calls from the rollup, leads and follow-ups from their rows. Nothing is written here."""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Aggregate, Count, F, FloatField, Func, Max, Min, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.tenancy import current_organisation
from jini.lib.paging import COUNT_CAP
from leads.models import FollowUp, Status
from leads.models.follow_up import IN_TIME, KEPT
from reports.counts import Counts
from reports.days import DAY
from reports.metrics import Totals
from reports.models import DayFigures
from reports.period import Period
from reports.selection import Selection

# Spark lines show at least two weeks, the heatmap four.
SPARK_DAYS = 14
HEAT_DAYS = 28


class Median(Aggregate):
    """PostgreSQL's percentile_cont(0.5) of a column of seconds."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


class Seconds(Func):
    """An interval in seconds."""

    function = "EXTRACT"
    template = "%(function)s(EPOCH FROM %(expressions)s)"
    output_field = FloatField()


RESPONSE = Seconds(F("first_called_at") - F("created_at"))


class Figures:
    """The figures of one selection, and of the equal time before it; the rollup is read once."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.before = selection.during(selection.period.before)
        self.spark = Period(
            "custom", min(selection.period.first, selection.period.last - (SPARK_DAYS - 1) * DAY), selection.period.last
        )
        self.heat = Period("custom", selection.period.last - (HEAT_DAYS - 1) * DAY, selection.period.last)
        first = min(self.before.period.first, self.spark.first, self.heat.first)
        rows = DayFigures.objects.between(first, selection.period.last).of(selection.people)
        self._rows = list(rows.order_by("day"))

    def rows(self, period: Period) -> list[DayFigures]:
        return [row for row in self._rows if period.first <= row.day <= period.last]

    def counts(self, period: Period) -> Counts:
        """Return the counts of the calls of `period`."""
        return Counts.total(self._counts_of(row) for row in self.rows(period))

    def _counts_of(self, row: DayFigures) -> Counts:
        campaign = self.selection.campaign
        return row.counts_of(campaign.pk) if campaign else row.counts

    def totals(self) -> Totals:
        """Return everything counted of the selection."""
        totals = self._totals(self.selection)
        totals.untouched = min(untouched(self.selection)[: COUNT_CAP + 1].count(), COUNT_CAP + 1)
        return totals

    def totals_before(self) -> Totals:
        """Return the same of the time before; of untouched leads only the present is known."""
        return self._totals(self.before)

    def _totals(self, selection: Selection) -> Totals:
        response = selection.created.filter(first_called_at__isnull=False).aggregate(median=Median(RESPONSE))
        return Totals(
            self.counts(selection.period),
            self._leads_called(selection),
            self._conversions(selection),
            response["median"],
            *follow_ups_in_time(selection),
        )

    def _leads_called(self, selection: Selection) -> int:
        if not selection.adds_up:
            # Two people, or two campaigns, may have called the same lead: only the rows tell.
            return cast("int", selection.calls.values("lead").distinct().count())
        return sum(row.leads_called(selection.period.first) for row in self.rows(selection.period))

    @property
    def _counts_won_leads(self) -> bool:
        """Whether only the leads tell how many are won: the rollup has none by campaign, and none of nobody apart."""
        return self.selection.campaign is not None or self.selection.unowned

    def _conversions(self, selection: Selection) -> int:
        if self._counts_won_leads:
            return cast("int", selection.won.count())
        return sum(row.conversions for row in self.rows(selection.period))

    def by_day(self, period: Period) -> list[tuple[dt.date, Totals]]:
        """Return each day of `period` with what the rollup knows of it."""
        grouped: dict[dt.date, list[DayFigures]] = defaultdict(list)
        for row in self.rows(period):
            grouped[row.day].append(row)
        won = self._won_by_day(period) if self._counts_won_leads else None
        days = [period.first + place * DAY for place in range(period.days)]
        return [(day, self._day(grouped[day], None if won is None else won.get(day, 0))) for day in days]

    def _day(self, rows: list[DayFigures], won: int | None) -> Totals:
        counts = Counts.total(self._counts_of(row) for row in rows)
        called = sum(row.unique_leads_called for row in rows)
        return Totals(counts, called, sum(row.conversions for row in rows) if won is None else won)

    def _won_by_day(self, period: Period) -> dict[dt.date, int]:
        """Conversions of a campaign, which the rollup does not keep."""
        won = self.selection.during(period).won
        days = won.annotate(day=TruncDate("won_at", tzinfo=current_organisation().zone)).values_list("day").order_by()
        return dict(days.annotate(Count("pk")))

    def by_weekday(self) -> list[list[list[int]]]:
        """Return for each ISO weekday, Monday first, 24 pairs [calls, connected] of the last four weeks."""
        week = [[[0, 0] for __ in range(24)] for __ in range(7)]
        for row in self.rows(self.heat):
            for hour, (calls, connected) in zip(week[row.day.weekday()], self._counts_of(row).by_hour, strict=True):
                hour[0] += calls
                hour[1] += connected
        return week


def untouched(selection: Selection) -> Any:
    """The open leads of the selection's people and campaign that nobody has tried to call yet."""
    return selection.leads.filter(attempts=0, status__kind__in=[Status.Kind.OPEN, Status.Kind.ON_HOLD])


def untouched_by_age(selection: Selection) -> list[int]:
    """Return how many untouched leads are under 1 hour, 1 to 24 hours, 1 to 3 days, and over 3 days old."""
    now = timezone.now()
    edges = [now - dt.timedelta(hours=1), now - dt.timedelta(days=1), now - dt.timedelta(days=3)]
    ages = [
        Q(created_at__gt=edges[0]),
        Q(created_at__lte=edges[0], created_at__gt=edges[1]),
        Q(created_at__lte=edges[1], created_at__gt=edges[2]),
        Q(created_at__lte=edges[2]),
    ]
    leads = untouched(selection)
    return [min(leads.filter(age)[: COUNT_CAP + 1].count(), COUNT_CAP + 1) for age in ages]


CALLBACK = Q(kind=FollowUp.Kind.CALLBACK)
PUNCTUALITY = {
    "due": Count("pk"),
    "in_time": Count("pk", filter=IN_TIME),
    "callbacks": Count("pk", filter=CALLBACK),
    "kept": Count("pk", filter=CALLBACK & KEPT),
}


def follow_ups_in_time(selection: Selection) -> tuple[int, int, int, int]:
    """Return how many follow-ups fell due and were done in time, and how many callbacks fell due and were kept."""
    counted = selection.follow_ups.aggregate(**PUNCTUALITY)
    return counted["due"], counted["in_time"], counted["callbacks"], counted["kept"]


@dataclass(frozen=True)
class Punctuality:
    """How well one person kept to the times of the period."""

    member_id: uuid.UUID
    due: int
    in_time: int
    callbacks: int
    kept: int


def kept_by_person(selection: Selection, most: int = 20) -> list[Punctuality]:
    """Return how well everybody kept to their times, who had most to do first."""
    groups: Any = selection.follow_ups.values("assigned_to").order_by().annotate(**PUNCTUALITY)
    found = groups.order_by("-due", "assigned_to")[:most]
    return [Punctuality(row["assigned_to"], *(row[name] for name in PUNCTUALITY)) for row in found]


def funnel(selection: Selection) -> tuple[int, int, int, int]:
    """Return of the leads created in the period: all, attempted, connected, won."""
    counted = selection.created.aggregate(
        new=Count("pk"),
        attempted=Count("pk", filter=Q(attempts__gt=0)),
        connected=Count("pk", filter=Q(connected__gt=0)),
        won=Count("pk", filter=Q(won_at__isnull=False)),
    )
    return counted["new"], counted["attempted"], counted["connected"], counted["won"]


@dataclass(frozen=True)
class Source:
    """Where leads of the period came from: how many, the median time to the first call in seconds, how many are won."""

    name: str
    leads: int
    first_response: float | None
    won: int


def sources(selection: Selection, most: int = 10) -> list[Source]:
    """Return the sources of the leads created in the period, the largest first; "" is none."""
    groups = (
        selection.created.values("source")
        .order_by()
        .annotate(
            leads=Count("pk"),
            response=Median(RESPONSE, filter=Q(first_called_at__isnull=False)),
            won=Count("pk", filter=Q(won_at__isnull=False)),
        )
        .order_by("-leads", "source")[:most]
    )
    return [Source(row["source"], row["leads"], row["response"], row["won"]) for row in groups]


@dataclass(frozen=True)
class Late:
    """Who is late with follow-ups: how many, and since when the oldest is due."""

    member_id: uuid.UUID
    count: int
    oldest: dt.datetime


def late_follow_ups(selection: Selection, most: int = 10) -> list[Late]:
    """Return who is late, the most follow-ups first."""
    late = FollowUp.objects.overdue()
    if selection.people is not None:
        late = late.filter(assigned_to__in=selection.people)
    groups = late.values("assigned_to").order_by().annotate(count=Count("pk"), oldest=Min("due_at"))
    return [Late(row["assigned_to"], row["count"], row["oldest"]) for row in groups.order_by("-count", "oldest")[:most]]


@dataclass(frozen=True)
class Standing:
    """One telecaller of the leaderboard."""

    member_id: uuid.UUID
    conversions: int
    total_calls: int
    connected_calls: int
    talk_time: int
    follow_ups_due: int
    follow_ups_in_time: int


def standings(selection: Selection) -> list[Standing]:
    """Return every telecaller with calls or conversions in the period: most conversions first, then most connected."""
    sums = _sums_of_campaign(selection) if selection.campaign else _sums(selection)
    kept = _in_time_by_person(selection)
    found = [
        Standing(who, conversions, calls, connected, talk, *kept.get(who, (0, 0)))
        for who, (conversions, calls, connected, talk) in sums.items()
    ]
    return sorted(found, key=lambda row: (-row.conversions, -row.connected_calls, -row.total_calls, str(row.member_id)))


def _rows_of_each(selection: Selection) -> Any:
    rows = DayFigures.objects.between(selection.period.first, selection.period.last).of_each_telecaller()
    return rows if selection.people is None else rows.filter(telecaller__in=selection.people)


def _sums(selection: Selection) -> dict[uuid.UUID, tuple[int, int, int, int]]:
    names = ("conversions", "total_calls", "connected_calls", "talk_time")
    groups = (
        _rows_of_each(selection)
        .values("telecaller")
        .order_by()
        .annotate(**{f"sum_{name}": Sum(name) for name in names})
    )
    return {row["telecaller"]: tuple(row[f"sum_{name}"] for name in names) for row in groups}


def _sums_of_campaign(selection: Selection) -> dict[uuid.UUID, tuple[int, int, int, int]]:
    campaign = selection.campaign
    if campaign is None:
        raise ValueError("no campaign is selected")
    counts: dict[uuid.UUID, Counts] = defaultdict(Counts)
    for row in _rows_of_each(selection):
        if str(campaign.pk) in row.by_campaign:
            counts[row.telecaller_id].plus(row.counts_of(campaign.pk))
    won = dict(selection.won.exclude(assigned_to=None).values_list("assigned_to").order_by().annotate(Count("pk")))
    return {
        who: (won.get(who, 0), counts[who].total_calls, counts[who].connected_calls, counts[who].talk_time)
        for who in counts.keys() | won.keys()
    }


def _in_time_by_person(selection: Selection) -> dict[uuid.UUID, tuple[int, int]]:
    groups = (
        selection.follow_ups.values("assigned_to")
        .order_by()
        .annotate(due=Count("pk"), in_time=Count("pk", filter=IN_TIME))
    )
    return {row["assigned_to"]: (row["due"], row["in_time"]) for row in groups}


def computed_at(selection: Selection) -> dt.datetime | None:
    """When the newest of the figures was counted; None while a change waits to be counted."""
    rows = DayFigures.objects.between(selection.period.first, selection.period.last)
    return cast("dt.datetime | None", rows.aggregate(at=Max("computed_at"))["at"])
