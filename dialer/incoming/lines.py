"""The rows of incoming calls as legs: what merging reads of them, and what follows when it has found something new."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from accounts import work
from dialer.calls.charges import settle_incoming
from dialer.calls.merging import CallState, LegState
from dialer.incoming import missing
from dialer.incoming.answering import attach, take
from dialer.models import IncomingCall, IncomingRing
from dialer.providers.port import TERMINAL, Status
from teams.actions.presence import presence_of, set_presence
from teams.models import Presence

STEP, CANCEL = "dialer.incoming_step", "dialer.cancel_ring"
State, Outcome = IncomingCall.State, IncomingRing.Outcome
OUTCOMES = {Status.NO_ANSWER: Outcome.NO_ANSWER, Status.BUSY: Outcome.NO_ANSWER, Status.FAILED: Outcome.FAILED}


def locked(incoming_id: uuid.UUID) -> IncomingCall | None:
    """Return the incoming call, locked until the transaction ends. It is locked before any of its rings is."""
    return locked_all([incoming_id]).get(incoming_id)


def locked_all(incoming_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, IncomingCall]:
    """Return those of the incoming calls that exist, locked, in one order for everybody."""
    found = IncomingCall.objects.select_for_update(of=("self",)).select_related("lead", "answered_by", "team")
    return {row.pk: row for row in found.filter(pk__in=set(incoming_ids)).order_by("pk")}


@dataclass(frozen=True)
class Lines:
    """Incoming calls and rings that posts tell of, locked."""

    calls: Mapping[uuid.UUID, IncomingCall]
    rings: Mapping[uuid.UUID, IncomingRing]

    @classmethod
    def of(cls, tokens: Iterable[uuid.UUID]) -> "Lines":
        """Return those that the tokens name, each a caller's or a ring's."""
        if not (wanted := list(tokens)):
            return cls({}, {})
        parents = dict(IncomingRing.objects.filter(pk__in=wanted).values_list("pk", "incoming"))
        calls = locked_all([*wanted, *parents.values()])
        rings = IncomingRing.objects.select_for_update(of=("self",)).select_related("member")
        found = {row.pk: row for row in rings.filter(pk__in=list(parents)).order_by("pk")}
        return cls(calls, found)

    def states(self) -> dict[uuid.UUID, CallState]:
        """Return the legs as the rows remember them."""
        return {pk: CallState(customer=_of_caller(row)) for pk, row in self.calls.items()} | {
            pk: CallState(agent=LegState(row.status, row.leg)) for pk, row in self.rings.items()
        }

    def asked(self) -> dict[uuid.UUID, CallState]:
        """Return the legs as they began, which is where a replay begins."""
        callers = {pk: CallState(customer=LegState(Status.QUEUED, row.provider_id)) for pk, row in self.calls.items()}
        return callers | {pk: CallState(agent=LegState(Status.QUEUED, row.leg)) for pk, row in self.rings.items()}

    def write_back(self, states: Mapping[uuid.UUID, CallState]) -> None:
        """Put the merged legs onto the rows, and let follow what is new. Ends come first: who is gone takes no call."""
        for pk, row in self.calls.items():
            if pk in states and states[pk].customer.is_over:
                end(row, states[pk].customer.ended_at or timezone.now())
        for pk, ring in self.rings.items():
            if pk in states:
                _hear(self.calls[ring.incoming_id], ring, states[pk].agent)


def _of_caller(row: IncomingCall) -> LegState:
    status = Status.RINGING if row.is_live else Status.COMPLETED
    return LegState(status, row.provider_id, ringing_at=row.started_at, ended_at=row.ended_at)


def _hear(incoming: IncomingCall, ring: IncomingRing, leg: LegState) -> None:
    """Take what is told of a member's leg: it was picked up, or it is over."""
    ring.status, ring.leg = leg.status, ring.leg or leg.provider_id
    ring.save(update_fields=["status", "leg"])
    if leg.status == Status.IN_PROGRESS and take(incoming, ring) is None:
        # The caller is gone, or the call went on to somebody else meanwhile.
        work.schedule(CANCEL, ring.pk)
    elif leg.is_over and ring.ended_at is None:
        outcome = Outcome.ANSWERED if ring.answered_at else OUTCOMES.get(Status(leg.status), Outcome.DECLINED)
        close(ring, outcome, at=leg.ended_at)
        if incoming.is_live:
            # The next one is rung; of a caller who talked, the provider is to say that they are gone as well.
            work.schedule(STEP, incoming.pk)


def close(ring: IncomingRing, outcome: str, *, at: dt.datetime | None = None) -> None:
    """End a ring; a leg that may still be open is ended too."""
    ring.ended_at, ring.outcome = at or timezone.now(), outcome
    ring.save(update_fields=["ended_at", "outcome"])
    if ring.status not in TERMINAL:
        work.schedule(CANCEL, ring.pk)


def end(incoming: IncomingCall, at: dt.datetime) -> None:
    """The caller is gone: end the call, once, with what follows from it."""
    if incoming.ended_at is not None:
        return
    incoming.ended_at = max(at, incoming.answered_at or incoming.started_at)
    if incoming.answered_at is None and not incoming.missed:
        incoming.missed = IncomingCall.Missed.GAVE_UP
    incoming.save(update_fields=["ended_at", "missed"])
    ring = IncomingRing.objects.select_for_update(of=("self",)).filter(incoming=incoming, ended_at=None).first()
    if ring is not None:
        close(ring, Outcome.ANSWERED if ring.answered_at else Outcome.CALLER_GONE, at=incoming.ended_at)
    if incoming.answered_at is None:
        missing.note(incoming)
    elif attach(incoming) is None:
        _free(incoming)
    settle_incoming(incoming.pk)


def _free(incoming: IncomingCall) -> None:
    """Nobody asks for an outcome of a talk with somebody who is no lead: the member is free at once."""
    member = incoming.answered_by
    now = presence_of(member) if member is not None else None
    if member is not None and now is not None and now.state == Presence.State.ON_CALL:
        set_presence(member, Presence.State.AVAILABLE, at=incoming.ended_at)
