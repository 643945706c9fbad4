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
from dialer.calls import line
from dialer.calls.inbox_days import owe_counting
from dialer.calls.merging import RANKS, CallState, Verdict, merge
from dialer.models import Call, CallEvent
from dialer.models.call import ASKED
from dialer.providers.port import SPELLINGS, Leg, ProviderEvent
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
    found = _events_of(tokens).filter(verdict=CallEvent.Verdict.WAITING)
    merging = _merge({token: line.state_of(call) for token, call in calls.items()}, found)
    merged = {calls[token]: state for token, state in merging.states.items()}
    line.write_back(merged)
    _ring(merged)
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
    events = list(_events_of(tokens).decided())
    merging = _merge({token: line.asked_of(call) for token, call in calls.items()}, events)
    merged = {calls[token]: state for token, state in merging.states.items()}
    differences = line.write_again(merged)
    _ring(merged)
    changed = merging.write_verdicts()
    owe_counting({(kept.provider, _day_of(kept)) for kept in changed})
    unknown = len(merging.verdicts[CallEvent.Verdict.UNKNOWN_STATUS])
    return Replayed(len(merged), differences, len(changed), unknown)


def _events_of(tokens: Sequence[uuid.UUID]) -> Any:
    return CallEvent.objects.filter(call_token__in=tokens).order_by("received_at", "id")


@dataclass
class _Merging:
    """Events in their order, the states of the calls after them, and the verdict on each."""

    events: list[CallEvent] = field(default_factory=list)
    states: dict[uuid.UUID, CallState] = field(default_factory=dict)
    verdicts: dict[str, list[CallEvent]] = field(default_factory=lambda: defaultdict(list))

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


def _merge(begin: Mapping[uuid.UUID, CallState], events: Iterable[CallEvent]) -> _Merging:
    """Merge events into the states that the calls begin with; of a call that is not among them, none has an effect."""
    merging = _Merging()
    for kept in events:
        token = kept.call_token
        state = merging.states.get(token) or begin.get(token)
        merging.events.append(kept)
        if state is None:
            verdict: str = CallEvent.Verdict.UNKNOWN_CALL
        else:
            merging.states[token], verdict = _merge_one(state, kept)
        merging.verdicts[verdict].append(kept)
    return merging


def _merge_one(state: CallState, kept: CallEvent) -> tuple[CallState, str]:
    event = _event(kept)
    state, verdict = merge(state, event)
    if verdict is Verdict.MERGED and not kept.is_answer and kept.received_at - event.at > IN_TIME:
        return state, CallEvent.Verdict.LATE
    return state, _VERDICTS[verdict]


def _ring(calls: Iterable[Call]) -> None:
    for call in calls:
        if line.rings_customer(call):
            line.owe_customer(call)


def answer_of(call: Call, leg: Leg, event: ProviderEvent) -> None:
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
        leg=Leg(kept.leg),
        status=SPELLINGS.get(said["status"], said["status"]),
        at=line.moment(said["at"]),
        provider_id=said["provider_id"],
        sequence=said["sequence"],
        duration=said["duration"],
    )


def _day_of(kept: CallEvent) -> dt.date:
    return kept.received_at.astimezone(current_organisation().zone).date()
