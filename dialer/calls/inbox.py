"""Every word of a provider, kept before it is believed: stored once, decided on in order, never lost."""

import datetime as dt
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import work
from accounts.tenancy import ask_alone, current_organisation
from dialer.calls import beside, line, participants
from dialer.calls.inbox_days import owe_counting
from dialer.calls.merging import RANKS, CallState, LegState, Verdict, merge, merge_third
from dialer.calls.transfers import follow
from dialer.incoming.lines import Lines
from dialer.models import Call, CallEvent, IncomingCall, Participant
from dialer.models.call import ASKED
from dialer.providers.port import SPELLINGS, ProviderEvent, is_third
from jini.lib.ids import uuid7

# What an event tells is news for so long; providers post within seconds.
IN_TIME = dt.timedelta(minutes=1)
_KEEP = "dialer_keep_event(%s, %s, %s, %s, %s, %s, %s, %s, %s)"


def keep(organisation_id: uuid.UUID, provider: str, token: uuid.UUID, event: ProviderEvent) -> bool:
    """Store an event of the call `token`, and owe its merging; False when it is stored already.

    Outside of a transaction it is durable when this returns.
    """
    payload = json.dumps(line.as_payload(event))
    row = [organisation_id, provider, event.event_key, token, str(event.leg), payload, timezone.now()]
    is_new = bool(ask_alone(organisation_id, _KEEP, [uuid7(), *row, uuid7()]))
    if is_new:
        transaction.on_commit(_wake)
    return is_new


def _wake() -> None:
    work.wake("telephony")


def decide(tokens: Sequence[uuid.UUID]) -> None:
    """Merge every waiting event of the calls `tokens` into their rows, and write down what each of them did."""
    calls = line.locked_all(tokens)
    incoming = _lines(tokens, calls)
    waiting = list(_events_of(tokens).filter(verdict=CallEvent.Verdict.WAITING))
    found = [kept for kept in waiting if kept.is_of_leg]
    people = _people(calls, found)
    merging = _Merging(
        incoming.states() | {token: line.state_of(call) for token, call in calls.items()},
        {key: participants.state_of(one) for key, one in people.items()},
    )
    merging.take(found)
    merged = {calls[token]: state for token, state in merging.states.items() if token in calls}
    moved = participants.write_back(merging.third_legs, people)
    line.write_back(merged)
    incoming.write_back(merging.states)
    follow(moved)
    _ring(merged)
    for kept, verdict in beside.decide([kept for kept in waiting if not kept.is_of_leg]):
        merging.add(kept, verdict)
    # Last, and at once: a copy that is posted meanwhile waits for these rows until the transaction ends.
    merging.write_verdicts()
    owe_counting({(kept.provider, _day_of(kept)) for kept in merging.events})


@dataclass(frozen=True)
class Replayed:
    """What merging calls again came to: how many of them, which came out otherwise (with their facts before and after),
    how many posts are decided on otherwise, and of how many the status is still unknown."""

    calls: int
    differences: Sequence[tuple[Call, line.Facts, line.Facts]]
    verdicts: int
    unknown: int


def replay(tokens: Sequence[uuid.UUID]) -> Replayed:
    """Merge all decided events of the calls `tokens` from scratch, in the order they came, by what is known today.

    A call of which no event is kept stays as it is.
    """
    calls = line.locked_all(tokens)
    events = list(_events_of(tokens).decided().of_legs())
    people = _people(calls, events)
    merging = _Merging(
        _lines(tokens, calls).asked() | {token: line.asked_of(call) for token, call in calls.items()},
        {key: participants.asked_of(one) for key, one in people.items()},
    )
    merging.take(events)
    participants.write_back(merging.third_legs, people, is_news=False)
    merged = {calls[token]: state for token, state in merging.states.items() if token in calls}
    differences = line.write_again(merged)
    _ring(merged)
    changed = merging.write_verdicts()
    owe_counting({(kept.provider, _day_of(kept)) for kept in changed})
    unknown = len(merging.verdicts[CallEvent.Verdict.UNKNOWN_STATUS])
    return Replayed(len(merged), differences, len(changed), unknown)


def _events_of(tokens: Sequence[uuid.UUID]) -> Any:
    return CallEvent.objects.filter(call_token__in=tokens).order_by("received_at", "id")


def _lines(tokens: Iterable[uuid.UUID], calls: Mapping[uuid.UUID, Call]) -> Lines:
    """Return what came in of `tokens`: no call that we began. One that came in keeps its token when it is answered."""
    ours = {token for token, call in calls.items() if call.direction == Call.Direction.OUTGOING}
    return Lines.of(set(tokens) - ours)


def _people(calls: Mapping[uuid.UUID, Call], events: Iterable[CallEvent]) -> dict[participants.Key, Participant]:
    """Return the third people of `calls`, whose legs are locked with them, when one of the events is about any."""
    return participants.of_calls(calls) if any(is_third(kept.leg) for kept in events) else {}


@dataclass
class _Merging:
    """Events in their order, the states of calls and of third people's legs after them, and the verdict on each.

    `begin` and `people` are the states before; of a call or a person that is not among them, no event has an effect.
    """

    begin: Mapping[uuid.UUID, CallState]
    people: Mapping[participants.Key, LegState]
    events: list[CallEvent] = field(default_factory=list)
    states: dict[uuid.UUID, CallState] = field(default_factory=dict)
    third_legs: dict[participants.Key, LegState] = field(default_factory=dict)
    verdicts: dict[str, list[CallEvent]] = field(default_factory=lambda: defaultdict(list))

    def take(self, events: Iterable[CallEvent]) -> None:
        """Merge events, one after the other."""
        for kept in events:
            self.add(kept, self._take_third(kept) if is_third(kept.leg) else self._take_one(kept))

    def _take_one(self, kept: CallEvent) -> str:
        state = self.states.get(kept.call_token) or self.begin.get(kept.call_token)
        if state is None:
            return CallEvent.Verdict.UNKNOWN_CALL
        event = _event(kept)
        self.states[kept.call_token], verdict = merge(state, event)
        return _on_time(verdict, kept, event)

    def _take_third(self, kept: CallEvent) -> str:
        key = kept.call_token, kept.leg
        leg = self.third_legs.get(key) or self.people.get(key)
        if leg is None:
            return CallEvent.Verdict.UNKNOWN_CALL
        event = _event(kept)
        self.third_legs[key], verdict = merge_third(leg, event)
        return _on_time(verdict, kept, event)

    def add(self, kept: CallEvent, verdict: str) -> None:
        """Note what was decided on an event."""
        self.events.append(kept)
        self.verdicts[verdict].append(kept)

    def write_verdicts(self) -> list[CallEvent]:
        """Write down what was decided; return the events of which something else was written before."""
        changed = []
        for verdict, events in self.verdicts.items():
            new = [kept for kept in events if kept.verdict != verdict]
            CallEvent.objects.filter(pk__in=[kept.pk for kept in new]).update(
                verdict=verdict, decided_at=timezone.now()
            )
            changed += new
        return changed


def _on_time(verdict: Verdict, kept: CallEvent, event: ProviderEvent) -> str:
    if verdict is Verdict.MERGED and not kept.is_answer and kept.received_at - event.at > IN_TIME:
        return CallEvent.Verdict.LATE
    return _VERDICTS[verdict]


def _ring(calls: Iterable[Call]) -> None:
    for call in calls:
        if line.rings_customer(call):
            line.owe_customer(call)


def answer_of(call: Call | IncomingCall, leg: str, event: ProviderEvent) -> None:
    """Take a provider's answer to our own question into the inbox, like any other word of theirs."""
    key = f"{ASKED}{call.pk.hex}:{leg}:{event.status}:{event.duration if event.status in RANKS else ''}"
    keep(
        call.organisation_id,
        call.provider,
        call.pk,
        ProviderEvent(leg, event.status, event.at, event.provider_id, duration=event.duration, event_key=key[:64]),
    )


_VERDICTS = {
    Verdict.MERGED: CallEvent.Verdict.MERGED,
    Verdict.OUT_OF_ORDER: CallEvent.Verdict.OUT_OF_ORDER,
    Verdict.UNKNOWN_STATUS: CallEvent.Verdict.UNKNOWN_STATUS,
}


def _event(kept: CallEvent) -> ProviderEvent:
    said = kept.payload
    return ProviderEvent(
        leg=kept.leg,
        status=SPELLINGS.get(said["status"], said["status"]),
        at=line.moment(said["at"]),
        provider_id=said["provider_id"],
        sequence=said["sequence"],
        duration=said["duration"],
    )


def _day_of(kept: CallEvent) -> dt.date:
    return kept.received_at.astimezone(current_organisation().zone).date()
