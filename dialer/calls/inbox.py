"""Every word of a provider, kept before it is believed: stored once, decided on in order, never lost."""

import uuid
from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from accounts import work
from accounts.tenancy import current_organisation
from dialer.calls import line
from dialer.calls.merging import RANKS, Verdict, merge
from dialer.models import Call, CallEvent
from dialer.providers.port import Leg, ProviderEvent
from jini.lib.ids import uuid7

_KEEP = """
INSERT INTO dialer_callevent AS e
    (id, organisation_id, provider, event_key, call_token, leg, payload, received_at, copies, verdict)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, 'waiting')
ON CONFLICT (organisation_id, provider, event_key) DO UPDATE SET copies = e.copies + 1
RETURNING copies
"""


def keep(provider: str, token: uuid.UUID, event: ProviderEvent) -> bool:
    """Store an event of the call `token` in the open scope, and owe its merging; False when it is stored already."""
    payload = CallEvent._meta.get_field("payload").get_db_prep_value(line.as_payload(event), connection)  # noqa: SLF001 -- Django's documented name
    row = [
        uuid7(),
        current_organisation().pk,
        provider,
        event.event_key,
        token,
        str(event.leg),
        payload,
        timezone.now(),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, row)
        is_new = bool(cursor.fetchone()[0] == 1)
    if is_new:
        work.schedule("dialer.merge_events", token)
    return is_new


def decide(token: uuid.UUID) -> None:
    """Merge every waiting event of the call `token` into its row, and write down what each of them did."""
    call = line.locked(token)
    waiting = list(
        CallEvent.objects.filter(call_token=token, verdict=CallEvent.Verdict.WAITING).order_by("received_at", "id")
    )
    if not waiting:
        return
    if call is None:
        _write_down(waiting, [CallEvent.Verdict.UNKNOWN_CALL] * len(waiting))
        return
    state, verdicts = line.state_of(call), []
    for kept in waiting:
        state, verdict = merge(state, _event(kept))
        verdicts.append(_VERDICTS[verdict])
    line.write_back(call, state)
    _write_down(waiting, verdicts)
    if line.rings_customer(call):
        line.owe_customer(call)


def answer_of(call: Call, leg: Leg, event: ProviderEvent) -> None:
    """Take a provider's answer to our own question into the inbox, like any other word of theirs."""
    key = f"asked:{call.pk.hex}:{leg}:{event.status}:{event.duration if event.status in RANKS else ''}"
    keep(
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


def _write_down(events: list[CallEvent], verdicts: Sequence[str]) -> None:
    now = timezone.now()
    for event, verdict in zip(events, verdicts, strict=True):
        event.verdict, event.decided_at = verdict, now
    CallEvent.objects.bulk_update(events, ["verdict", "decided_at"])
