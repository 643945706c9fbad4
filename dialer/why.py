"""Why a lead is or is not called: every gate of the contact rules and of the queue at one moment, and when all pass."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Membership
from accounts.permissions import Role
from accounts.tenancy import current_organisation
from dialer.calls.contact import RECENT, decide_to_call
from dialer.calls.counters import ATTEMPT
from dialer.calls.ways import mode_of
from dialer.campaigns.judging import callers_of, handed_at, person, waiting_in
from dialer.campaigns.waiting import QueueAnswer, Waiting, answers, is_handed_out
from dialer.models import Call, QueueEntry
from leads.models import Lead
from privacy.contact_rules import Decision, Outcome

FURTHEST = dt.timedelta(days=60)
MOST_CALLS = 10


@dataclass(frozen=True)
class Why:
    """`asks`: the telecaller whose own line was asked too, None when whoever calls is meant.

    `handed_at`: when rules and queue let the lead be handed out, None if never by itself.
    """

    at: dt.datetime
    asks: Membership | None
    decision: Decision
    queue: tuple[QueueAnswer, ...]
    handed_at: dt.datetime | None

    @property
    def is_handed_out(self) -> bool:
        return self.decision.is_allowed and is_handed_out(self.queue)

    @property
    def queue_refusal(self) -> QueueAnswer | None:
        """The first gate of the queue that fails."""
        return next((answer for answer in self.queue if answer.outcome is Outcome.FAIL), None)

    @property
    def gates(self) -> int:
        return len(self.decision.gates) + len(self.queue)

    @property
    def next_minute(self) -> str:
        """The first whole minute in which the rules let the person be called, as a form sends it; empty for now or never."""
        opens_at = self.decision.dialable_at
        if self.decision.is_allowed or opens_at is None:
            return ""
        rounded = (opens_at + dt.timedelta(seconds=59)).replace(second=0, microsecond=0)
        return f"{timezone.localtime(rounded):%Y-%m-%dT%H:%M}"


@dataclass(frozen=True)
class _Question:
    """Whether `asks`, or anybody, may call the lead and is handed it."""

    lead: Lead
    asks: Membership | None
    rings_phone: bool
    waiting: Waiting

    def at(self, moment: dt.datetime) -> tuple[Decision, tuple[QueueAnswer, ...]]:
        decision = decide_to_call(self.lead, self.asks, at=moment, rings_phone=self.rings_phone)
        return decision, answers(self.waiting, moment, to=self.asks.pk if self.asks else None)


def explain(lead: Lead, *, member: Membership, at: dt.datetime) -> Why:
    """Hold `lead` against every gate at `at`, by the facts as they stand now.

    For a telecaller it is asked whether they may call it and are handed it; for others, whether anybody is.
    """
    asks = member if member.role == Role.TELECALLER else None
    question = _Question(lead, asks, asks is not None and mode_of(asks) == Call.Mode.BRIDGE, waiting_of(lead))
    decision, queue = question.at(at)
    return Why(at, asks, decision, queue, handed_at(question.at, at))


def moment_asked(text: str) -> dt.datetime | None:
    """Return the moment to come that `text` (a local date and time) means; None when it is no such moment."""
    try:
        moment = parse_datetime(text)
        aware = timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment
    except (ValueError, OverflowError):
        return None
    now = timezone.now()
    return aware if aware is not None and now < aware <= now + FURTHEST else None


def calls_that_count(lead: Lead) -> Any:
    """Return the calls that the caps of a day and the minimum gap go by, newest first: to the lead or its number."""
    calls = Call.objects.filter(Q(lead=lead) | Q(phone=lead.phone), ATTEMPT, started_at__gt=timezone.now() - RECENT)
    return calls.select_related("telecaller__user", "disposition").order_by("-started_at", "-id")[:MOST_CALLS]


def waiting_of(lead: Lead) -> Waiting:
    """Read what the queue knows of `lead`."""
    places = QueueEntry.objects.filter(lead=lead)
    with_people = places.select_related("campaign", "list__after", "reserved_for__user", "leased_to__user")
    entry = with_people.filter(finished_at=None).first()
    if entry is None:
        last = places.order_by("-finished_at").values_list("finished_because", flat=True).first()
        status, zone = lead.status, current_organisation().zone
        return Waiting(status.label, status.is_closed, zone, owner=person(lead.assigned_to), ended=last or "")
    entry.lead = lead
    return waiting_in(entry, entry.campaign, callers_of(entry.campaign) if entry.campaign is not None else frozenset())
