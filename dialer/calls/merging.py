"""How a provider's events become the state of a call: the same one in whatever order, and however often, they come.

Each leg only ever climbs a lattice. Statuses have ranks and never go down; a field that was filled is never blanked;
times take the earliest report; of several ends the best informed wins. So merging commutes and is idempotent, which is
what providers that promise neither order nor single delivery require.
"""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from dialer.providers.port import TERMINAL, Leg, ProviderEvent, Status

RANKS: dict[str, int] = {
    Status.INTENT: -1,
    Status.QUEUED: 0,
    Status.INITIATED: 1,
    Status.RINGING: 2,
    Status.IN_PROGRESS: 3,
    **dict.fromkeys(TERMINAL, 9),
}
# Of two ends of one leg without more to tell them apart: the one that says most about the person.
_WEIGHT: dict[str, int] = {
    Status.COMPLETED: 4,
    Status.BUSY: 3,
    Status.NO_ANSWER: 2,
    Status.CANCELED: 1,
    Status.FAILED: 0,
}


class Verdict(StrEnum):
    """What an event did. OUT_OF_ORDER: something newer was known already; what it alone knew was still filled in."""

    MERGED = "merged"
    OUT_OF_ORDER = "out_of_order"
    UNKNOWN_STATUS = "unknown_status"


@dataclass(frozen=True, slots=True)
class LegState:
    """All that is known of one leg. `duration`: seconds of talk as the provider counted them."""

    status: str = Status.INTENT
    provider_id: str = ""
    ringing_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    duration: int | None = None

    @property
    def is_started(self) -> bool:
        """Whether somebody was asked to ring it."""
        return RANKS[self.status] >= 0

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL


@dataclass(frozen=True, slots=True)
class CallState:
    """The two legs of a call. `lost_leg`: the telecaller's first one, in place of which another one was rung."""

    agent: LegState = LegState()
    customer: LegState = LegState()
    lost_leg: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the call shows to people. `failure` says why no one reached the customer, "" when the customer's leg tells."""

    status: str
    failure: str = ""
    ringing_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    ring_seconds: int | None = None
    talk_seconds: int | None = None


def merge(state: CallState, event: ProviderEvent) -> tuple[CallState, Verdict]:
    """Return the state after `event`, and what the event did."""
    if event.status not in RANKS:
        return state, Verdict.UNKNOWN_STATUS
    if event.leg == Leg.AGENT and state.lost_leg and event.provider_id == state.lost_leg:
        return state, Verdict.OUT_OF_ORDER
    if event.leg == Leg.AGENT:
        # The telecaller's own time on the line is no talk with the customer.
        leg = _merge_leg(state.agent, replace(event, duration=None))
        return replace(state, agent=leg), _verdict(state.agent, event)
    leg = _merge_leg(state.customer, event)
    return replace(state, customer=leg), _verdict(state.customer, event)


def merge_third(leg: LegState, event: ProviderEvent) -> tuple[LegState, Verdict]:
    """As `merge`, of the leg of a third person."""
    if event.status not in RANKS:
        return leg, Verdict.UNKNOWN_STATUS
    return _merge_leg(leg, event), _verdict(leg, event)


def outcome_of(state: CallState) -> Outcome:
    """Return what the call has come to. Only a customer's leg that never started lets the telecaller's leg decide."""
    agent, customer = state.agent, state.customer
    if customer.is_over:
        return _customers_outcome(customer)
    if agent.is_over and not customer.is_started:
        is_own_will = agent.status in {Status.COMPLETED, Status.CANCELED}
        return Outcome(
            status=Status.CANCELED if is_own_will else Status.FAILED,
            failure="telecaller_hung_up" if is_own_will else f"telecaller_{agent.status}".replace("-", "_"),
            ended_at=agent.ended_at,
        )
    if customer.is_started:
        return Outcome(customer.status, "", customer.ringing_at, customer.answered_at)
    return Outcome(Status.QUEUED if agent.is_started else Status.INTENT)


def _customers_outcome(customer: LegState) -> Outcome:
    answered_at, ended_at = customer.answered_at, customer.ended_at
    talk = customer.duration
    if ended_at is not None and talk is not None:
        # The provider's own count is what is billed; the event of the answer may be missing or a second off.
        answered_at = ended_at - dt.timedelta(seconds=talk)
    elif customer.status == Status.COMPLETED:
        talk = _seconds(answered_at, ended_at)
    ring = _seconds(customer.ringing_at, answered_at or ended_at)
    return Outcome(customer.status, "", customer.ringing_at, answered_at, ended_at, ring, talk)


def _verdict(before: LegState, event: ProviderEvent) -> Verdict:
    return Verdict.OUT_OF_ORDER if RANKS[event.status] < RANKS[before.status] else Verdict.MERGED


def _merge_leg(leg: LegState, event: ProviderEvent) -> LegState:
    leg = replace(
        leg,
        provider_id=leg.provider_id or event.provider_id,
        ringing_at=_earliest(leg.ringing_at, event, Status.RINGING),
        answered_at=_earliest(leg.answered_at, event, Status.IN_PROGRESS),
    )
    if event.status in TERMINAL:
        return _end_leg(leg, event)
    return replace(leg, status=event.status) if RANKS[event.status] > RANKS[leg.status] else leg


def _end_leg(leg: LegState, event: ProviderEvent) -> LegState:
    # Busy and unanswered legs are reported with a duration of 0, which is no talk of 0 seconds but none.
    duration = event.duration if event.status == Status.COMPLETED else None
    ended = replace(leg, status=event.status, ended_at=event.at, duration=duration)
    return ended if not leg.is_over or _weight(ended) > _weight(leg) else leg


def _weight(leg: LegState) -> tuple[int, int, float]:
    at = leg.ended_at.timestamp() if leg.ended_at else float("inf")
    return (-1 if leg.duration is None else leg.duration, _WEIGHT[leg.status], -at)


def _earliest(known: dt.datetime | None, event: ProviderEvent, status: Status) -> dt.datetime | None:
    if event.status != status:
        return known
    return event.at if known is None else min(known, event.at)


def _seconds(start: dt.datetime | None, end: dt.datetime | None) -> int | None:
    return None if start is None or end is None else max(0, round((end - start).total_seconds()))
