"""Every word of a provider, kept before it is believed: stored once, decided on in order, never lost."""

import json
import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts import work
from accounts.tenancy import ask_alone
from dialer.calls import line
from dialer.calls.merging import RANKS, CallState, Verdict, merge
from dialer.models import Call, CallEvent
from dialer.providers.port import Leg, ProviderEvent
from jini.lib.ids import uuid7

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
    waiting: dict[uuid.UUID, list[CallEvent]] = defaultdict(list)
    found = CallEvent.objects.filter(call_token__in=tokens, verdict=CallEvent.Verdict.WAITING)
    for kept in found.order_by("received_at", "id"):
        waiting[kept.call_token].append(kept)
    decided: dict[str, list[uuid.UUID]] = defaultdict(list)
    merged: dict[Call, CallState] = {}
    for token, events in waiting.items():
        call = calls.get(token)
        state = line.state_of(call) if call else None
        for kept in events:
            state, verdict = _merge(state, kept)
            decided[verdict].append(kept.pk)
        if call and state:
            merged[call] = state
    line.write_back(merged)
    for call in merged:
        if line.rings_customer(call):
            line.owe_customer(call)
    # Last, and at once: a copy that is posted meanwhile waits for these rows until the transaction ends.
    for verdict, ids in decided.items():
        CallEvent.objects.filter(pk__in=ids).update(verdict=verdict, decided_at=timezone.now())


def _merge(state: CallState | None, kept: CallEvent) -> tuple[CallState | None, str]:
    """Return the state of the call after an event, and the verdict on it; of an unknown call there is no state."""
    if state is None:
        return None, CallEvent.Verdict.UNKNOWN_CALL
    state, verdict = merge(state, _event(kept))
    return state, _VERDICTS[verdict]


def answer_of(call: Call, leg: Leg, event: ProviderEvent) -> None:
    """Take a provider's answer to our own question into the inbox, like any other word of theirs."""
    key = f"asked:{call.pk.hex}:{leg}:{event.status}:{event.duration if event.status in RANKS else ''}"
    keep(
        call.organisation_id,
        call.provider,
        call.pk,
        ProviderEvent(leg, event.status, event.at, event.provider_id, duration=event.duration, event_key=key[:64]),
    )


_VERDICTS = {
    Verdict.MERGED: CallEvent.Verdict.MERGED,
    Verdict.LATE: CallEvent.Verdict.LATE,
    Verdict.UNKNOWN_STATUS: CallEvent.Verdict.UNKNOWN_STATUS,
}


def _event(kept: CallEvent) -> ProviderEvent:
    said = kept.payload
    return ProviderEvent(
        leg=Leg(kept.leg),
        status=said["status"],
        at=line.moment(said["at"]),
        provider_id=said["provider_id"],
        sequence=said["sequence"],
        duration=said["duration"],
    )
