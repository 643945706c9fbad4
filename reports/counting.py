"""Counting a day from its calls and leads: the rows behind every figure, read once for the rollup."""

import datetime as dt
import uuid
import zoneinfo
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import ExtractHour, TruncDate

from dialer.models import Call
from leads.models import Lead
from reports.counts import PLAIN, Counts
from reports.days import bounds
from reports.models import DayFigures

Who = uuid.UUID | None
NEVER = ""


def count_day(day: dt.date, zone: zoneinfo.ZoneInfo, people: Collection[uuid.UUID] | None = None) -> list[DayFigures]:
    """Return unsaved figures of `day`, one of each of `people` (None: of everyone with something to count)."""
    first, after = bounds(day, day, zone)
    calls = Call.objects.attempts().filter(started_at__gte=first, started_at__lt=after)
    won = Lead.everything.filter(won_at__gte=first, won_at__lt=after, assigned_to__isnull=False)
    if people is not None:
        calls, won = calls.filter(telecaller__in=people), won.filter(assigned_to__in=people)
    by_campaign = _by_campaign(calls, zone)
    gaps = _gaps(calls, first, zone, of_the_telecaller=True)
    conversions = dict(won.values_list("assigned_to").annotate(Count("pk")).order_by())
    everyone = people if people is not None else by_campaign.keys() | conversions.keys()
    return [
        _figures(day, who, by_campaign.get(who, {}), gaps.get(who, {}), conversions.get(who, 0)) for who in everyone
    ]


def count_organisation(day: dt.date, zone: zoneinfo.ZoneInfo, parts: Iterable[DayFigures]) -> DayFigures:
    """Return the unsaved figures of the whole organisation on `day`, whose telecallers' figures are `parts`.

    What adds up is added up. Leads called by two people are one lead, and a lead won may have no owner: these two are
    counted from the rows.
    """
    first, after = bounds(day, day, zone)
    by_campaign: dict[str, Counts] = defaultdict(Counts)
    for part in parts:
        for campaign in part.by_campaign:
            by_campaign[campaign].plus(part.counts_of(campaign))
    calls = Call.objects.attempts().filter(started_at__gte=first, started_at__lt=after)
    gaps = _gaps(calls, first, zone, of_the_telecaller=False)
    # A lead that went into the bin since was won all the same.
    conversions = Lead.everything.filter(won_at__gte=first, won_at__lt=after).count()
    return _figures(day, None, by_campaign, gaps.get(None, {}), conversions)


def _by_campaign(calls: QuerySet[Call], zone: zoneinfo.ZoneInfo) -> dict[uuid.UUID, dict[str, Counts]]:
    found: dict[uuid.UUID, dict[str, Counts]] = defaultdict(lambda: defaultdict(Counts))
    for group in _groups(calls, zone):
        found[group["telecaller"]][_key(group["campaign"])].plus(_counts(group))
    return found


def _groups(calls: Any, zone: zoneinfo.ZoneInfo) -> QuerySet[Any, dict[str, Any]]:
    groups: QuerySet[Any, dict[str, Any]] = (
        calls.with_flags()
        .annotate(hour=ExtractHour("started_at", tzinfo=zone))
        .values("telecaller", "campaign", "disposition", "hour")
        .order_by()
        .annotate(
            total_calls=Count("pk"),
            connected_calls=Count("pk", filter=Q(was_connected=True)),
            contact_calls=Count("pk", filter=Q(was_contact=True)),
            talk_time=Sum("talk_seconds", default=0),
            ring_time=Sum("ring_seconds", default=0),
            after_call_work=Sum("wrap_up_seconds", default=0),
            handled_calls=Count("pk", filter=Q(closed_at__isnull=False)),
        )
    )
    return groups


def _counts(group: dict[str, Any]) -> Counts:
    counts = Counts(**{name: group[name] for name in PLAIN})
    counts.by_hour[group["hour"]] = [group["total_calls"], group["connected_calls"]]
    counts.by_disposition[_key(group["disposition"])] = group["total_calls"]
    return counts


def _gaps(
    calls: QuerySet[Call], first: dt.datetime, zone: zoneinfo.ZoneInfo, *, of_the_telecaller: bool
) -> dict[Who, dict[str, int]]:
    """Leads of a day by the days since they were called before, by the same telecaller or by anybody."""
    before = Call.objects.attempts().filter(lead=OuterRef("lead"), started_at__lt=first)
    if of_the_telecaller:
        before = before.filter(telecaller=OuterRef("telecaller"))
    last_time = Subquery(before.order_by("-started_at").values("started_at")[:1])
    grain = ["telecaller", "called_on"] if of_the_telecaller else ["called_on"]
    groups = (
        calls.annotate(called_on=TruncDate(last_time, tzinfo=zone))
        .values(*grain)
        .order_by()
        .annotate(leads=Count("lead", distinct=True))
    )
    found: dict[Who, dict[str, int]] = defaultdict(dict)
    today = first.date()
    for group in groups:
        gap = NEVER if group["called_on"] is None else str((today - group["called_on"]).days)
        found[group.get("telecaller")][gap] = group["leads"]
    return found


def _figures(
    day: dt.date, who: Who, by_campaign: dict[str, Counts], gaps: dict[str, int], conversions: int
) -> DayFigures:
    whole = Counts.total(by_campaign.values())
    return DayFigures(
        day=day,
        telecaller_id=who,
        conversions=conversions,
        unique_leads_called=sum(gaps.values()),
        leads_by_gap=gaps,
        by_campaign={campaign: counts.as_json() for campaign, counts in by_campaign.items()},
        **whole.as_json(),
    )


def _key(pk: uuid.UUID | None) -> str:
    return str(pk) if pk else NEVER
