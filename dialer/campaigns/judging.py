"""Leads of a campaign held against every gate of the rules and of the queue, many at once, as `dialer.why` does one."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.calls.caller import shown_in
from dialer.calls.contact import deciders
from dialer.campaigns.waiting import LABELS as QUEUE_LABELS
from dialer.campaigns.waiting import Person, QueueAnswer, QueueGate, Waiting, answers
from dialer.models import Campaign, CampaignList, CampaignMember, QueueEntry
from leads.models import Lead
from privacy.contact_reasons import LABELS, GateName
from privacy.contact_rules import Decision, Outcome

# Each step moves the clock to where what failed passes; hours, a cap and a turn need a handful.
MOST_STEPS = 12
# Every gate in the order in which a refusal is reported, with its name.
GATES: dict[str, Any] = {str(gate): LABELS[gate] for gate in GateName}
GATES |= {str(gate): QUEUE_LABELS[gate] for gate in QueueGate}

Answers = tuple[Decision, tuple[QueueAnswer, ...]]


@dataclass(frozen=True)
class Judged:
    """The first gate that fails for the lead, empty when none does; `opens_at`: when all pass, None if never by itself."""

    lead: Lead
    gate: str
    opens_at: dt.datetime | None


def judge(
    entries: Sequence[QueueEntry], campaign: Campaign, callers: frozenset[uuid.UUID], at: dt.datetime
) -> list[Judged]:
    """Hold waiting leads of `campaign` against all gates at `at`: whether anybody is handed them, and when.

    `campaign` and `callers` are taken as they are given: rules that are not saved yet can be tried. The entries come
    with lead, status, list and people (see `with_everything`).
    """
    decide = deciders([entry.lead for entry in entries], at, shown_in(campaign))
    return [_judged(entry, campaign, callers, decide[entry.lead_id], at) for entry in entries]


def _judged(
    entry: QueueEntry,
    campaign: Campaign,
    callers: frozenset[uuid.UUID],
    decide: Callable[[dt.datetime], Decision],
    at: dt.datetime,
) -> Judged:
    ask = partial(_ask, decide, waiting_in(entry, campaign, callers))
    return Judged(entry.lead, first_failing(ask(at)), handed_at(ask, at))


def _ask(decide: Callable[[dt.datetime], Decision], waiting: Waiting, moment: dt.datetime) -> Answers:
    return decide(moment), answers(waiting, moment)


def first_failing(answered: Answers) -> str:
    """Return the gate that refuses, empty when none does."""
    decision, queue = answered
    if (refusal := decision.refusal) is not None:
        return str(refusal.gate)
    return next((str(answer.gate) for answer in queue if answer.outcome is Outcome.FAIL), "")


def handed_at(ask: Callable[[dt.datetime], Answers], at: dt.datetime) -> dt.datetime | None:
    """Move the clock from `at` to where the failing gates pass, and ask all of them again; None if they never do."""
    for _step in range(MOST_STEPS):
        decision, queue = ask(at)
        times = [answer.opens_at for answer in queue if answer.outcome is Outcome.FAIL]
        times += [] if decision.is_allowed else [decision.dialable_at]
        if not times:
            return at
        if None in times:
            return None
        at = max(time for time in times if time is not None)
    return None


def callers_of(campaign: Campaign) -> frozenset[uuid.UUID]:
    """Return the active people who call the campaign."""
    rows = CampaignMember.objects.filter(campaign=campaign, member__deactivated_at=None)
    return frozenset(rows.values_list("member", flat=True))


def with_everything(entries: Any) -> Any:
    """Fetch waiting entries with all that `waiting_in` and `judge` read."""
    return entries.select_related(
        "lead__status", "lead__assigned_to__user", "list__after", "reserved_for__user", "leased_to__user"
    )


def waiting_in(entry: QueueEntry, campaign: Campaign | None, callers: frozenset[uuid.UUID]) -> Waiting:
    """What the queue knows of the lead of `entry`."""
    lead = entry.lead
    known: dict[str, Any] = {}
    if campaign is not None:
        known = {
            "campaign": campaign.name,
            "campaign_state": campaign.state,
            "opens_at": campaign.opens_at,
            "closes_at": campaign.closes_at,
            "callers": callers,
        }
    return Waiting(
        **known,
        **_of_list(entry.list),
        status=lead.status.label,
        is_closed=lead.status.is_closed,
        zone=current_organisation().zone,
        owner=person(lead.assigned_to),
        rank=entry.rank,
        due_at=entry.due_at,
        reserved_for=person(entry.reserved_for),
        kept_until=entry.kept_until,
        leased_to=person(entry.leased_to),
        lease_until=entry.lease_until,
    )


def _of_list(of: CampaignList | None) -> dict[str, Any]:
    if of is None:
        return {}
    after = of.after.name if of.after is not None else ""
    return {"list": of.name, "list_state": of.state, "ends_on": of.ends_on, "after": after}


def person(member: Membership | None) -> Person | None:
    return Person(member.pk, member.name, member.deactivated_at is None) if member is not None else None
