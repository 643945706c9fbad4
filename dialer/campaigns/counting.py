"""Counting the leads of a campaign by the first gate that fails: in slices, so that no page and no lock waits for it."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone

from accounts import work
from dialer.campaigns.judging import GATES, Judged, callers_of, judge, with_everything
from dialer.models import Campaign, CampaignCount, CountedLead, QueueEntry
from jini.lib.jobs import JobState
from teams.visibility import Sight

COUNT = "dialer.count_campaign"
# Waiting leads of the organisation that one step passes, and of the campaign that it judges.
PASSED, JUDGED = 5_000, 500
FIVE_MINUTES = dt.timedelta(minutes=5)
STALE = dt.timedelta(minutes=5)
NOBODY = ""


@dataclass(frozen=True)
class GateLine:
    """`gate` is empty for leads that may be called now. `opens_at`: when the first of them may be."""

    gate: str
    label: str
    leads: int
    opens_at: dt.datetime | None


@transaction.atomic
def start_count(campaign: Campaign) -> CampaignCount:
    """Begin to count, unless a count is going on."""
    CampaignCount.objects.get_or_create(campaign=campaign)
    count: CampaignCount = CampaignCount.objects.select_for_update(of=("self",)).get(campaign=campaign)
    if not count.is_going_on:
        count.state, count.started_at, count.done, count.upto = JobState.QUEUED, timezone.now(), 0, None
        count.save()
        work.schedule(COUNT, campaign.pk)
    return count


def count_slice(campaign_id: uuid.UUID) -> bool:
    """Judge the next slice of the campaign's leads, or bring the result together; return whether more is to do."""
    count = CampaignCount.objects.select_for_update(of=("self",)).filter(campaign=campaign_id).first()
    if count is None:
        return False
    if not count.is_going_on:
        return _forget_old(count)
    last, entries = _slice(count)
    if last is None:
        _finish(count)
        return True
    campaign = Campaign.objects.get(pk=campaign_id)
    judged = judge(entries, campaign, callers_of(campaign), timezone.now()) if entries else []
    CountedLead.objects.bulk_create(_counted(count, row) for row in judged)
    count.state, count.upto, count.done = JobState.RUNNING, last, count.done + len(judged)
    count.save()
    return True


def _slice(count: CampaignCount) -> tuple[uuid.UUID | None, list[QueueEntry]]:
    """Return up to which lead the slice goes, None behind the last one, and its entries that belong to the campaign."""
    waiting = QueueEntry.objects.filter(finished_at=None).order_by("lead_id")
    if count.upto is not None:
        waiting = waiting.filter(lead__gt=count.upto)
    passed = list(waiting.values_list("lead_id", "pk", "campaign_id")[:PASSED])
    mine = [row for row in passed if row[2] == count.campaign_id]
    if len(mine) > JUDGED:
        mine = mine[:JUDGED]
        last = mine[-1][0]
    else:
        last = passed[-1][0] if passed else None
    entries = QueueEntry.objects.filter(pk__in=[pk for _lead, pk, _campaign in mine], finished_at=None)
    return last, list(with_everything(entries))


def _counted(count: CampaignCount, row: Judged) -> CountedLead:
    return CountedLead(
        campaign_id=count.campaign_id, run=count.run + 1, lead=row.lead, gate=row.gate, opens_at=row.opens_at
    )


def _finish(count: CampaignCount) -> None:
    """Bring the rows of the run together, by owner, since not everybody sees everybody's leads."""
    count.run += 1
    now = timezone.now()
    rows = CountedLead.objects.filter(campaign=count.campaign_id, run=count.run)
    timed = rows.filter(opens_at__isnull=False)
    by_gate = rows.values_list("gate", "lead__assigned_to").annotate(leads=Count("id"))
    entries = QueueEntry.objects.filter(campaign=count.campaign_id).order_by()
    ended = entries.filter(finished_at__isnull=False).values_list("finished_because", "lead__assigned_to")
    called = entries.filter(attempts__gt=0).values_list("lead__assigned_to").annotate(leads=Count("id"))
    count.found = {
        "gates": _by_owner(by_gate),
        "opens": {gate: at.isoformat() for gate, at in timed.values_list("gate").annotate(first=Min("opens_at"))},
        "returns": _returns(timed.filter(opens_at__lt=now + dt.timedelta(days=1)), now),
        "ended": _by_owner(ended.annotate(leads=Count("id"))),
        "called": {_name(owner): leads for owner, leads in called},
    }
    count.state, count.found_at, count.finished_at, count.upto = JobState.DONE, now, now, None
    count.save()


def _by_owner(rows: Iterable[tuple[str, uuid.UUID | None, int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for what, owner, leads in rows:
        found[what][_name(owner)] = leads
    return found


def _returns(rows: Any, now: dt.datetime) -> list[list[Any]]:
    """When how many leads may be called, by five minutes; those that may be called already stand at `now`."""
    found: Counter[dt.datetime] = Counter()
    for opens_at, leads in rows.values_list("opens_at").annotate(leads=Count("id")):
        found[now if opens_at <= now else _five_minutes(opens_at)] += leads
    return [[at.isoformat(), found[at]] for at in sorted(found)]


def _forget_old(count: CampaignCount) -> bool:
    """Delete some rows of earlier runs; return whether there were any."""
    old = CountedLead.objects.filter(campaign=count.campaign_id).exclude(run=count.run)
    return bool(CountedLead.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:PASSED])).delete()[0])


def count_of(campaign: Campaign) -> CampaignCount | None:
    """Return the newest count of the campaign."""
    found: CampaignCount | None = CampaignCount.objects.filter(campaign=campaign).first()
    return found


def is_stale(count: CampaignCount | None) -> bool:
    """Whether nothing was counted for some minutes."""
    if count is None or count.is_going_on:
        return count is None
    return count.found_at is None or timezone.now() - count.found_at > STALE


def lines_by_gate(count: CampaignCount, sight: Sight) -> list[GateLine]:
    """Return how many of the leads that are seen stand at each gate, in the order of the gates; first those of none."""
    opens = count.found.get("opens", {})
    lines = []
    for gate, label in {"": "", **GATES}.items():
        if leads := seen(count.found.get("gates", {}).get(gate, {}), sight):
            opens_at = dt.datetime.fromisoformat(opens[gate]) if gate in opens else None
            lines.append(GateLine(gate, str(label), leads, opens_at))
    return lines


def seen(by_owner: Mapping[str, int], sight: Sight) -> int:
    """Return how many there are of the owners whom `sight` covers."""
    return sum(
        number for owner, number in by_owner.items() if sight.covers(uuid.UUID(owner) if owner != NOBODY else None)
    )


def leads_at(count: CampaignCount, gate: str) -> Any:
    """Return the counted leads that stand at `gate`."""
    rows = CountedLead.objects.filter(campaign=count.campaign_id, run=count.run, gate=gate)
    return rows.select_related("lead__status", "lead__assigned_to__user")


def _name(owner: uuid.UUID | None) -> str:
    return NOBODY if owner is None else str(owner)


def _five_minutes(moment: dt.datetime) -> dt.datetime:
    """The end of the five minutes in which the moment lies."""
    passed = (moment - dt.datetime.min.replace(tzinfo=dt.UTC)) % FIVE_MINUTES
    return moment + (FIVE_MINUTES - passed) % FIVE_MINUTES
