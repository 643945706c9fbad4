"""What lines take of a day: reserved before they are dialled, settled when they are over, released when they failed."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.db import connection
from django.utils import timezone

from accounts import work
from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.models import Call, CallCharge, Dialling, IncomingCall, Participant, TelephonyAccount
from dialer.providers.simulator.spending import TARIFF
from privacy.contact_facts import Spent, Stop, Used

SWEEP = "dialer.sweep_charges"
SWEEP_EVERY = dt.timedelta(minutes=15)
# So much talk is set aside for a call before it is dialled, and settled by what it was.
EXPECTED_SECONDS = 180
Provider = TelephonyAccount.Provider

_MEANS = """
SELECT coalesce((
    SELECT ended_at IS NULL FROM dialer_call
    WHERE organisation_id = d.organisation_id AND telecaller_id = %(telecaller)s::uuid AND closed_at IS NULL
), (
    SELECT true FROM dialer_incomingring
    WHERE organisation_id = d.organisation_id AND member_id = %(telecaller)s::uuid AND ended_at IS NULL
)), EXISTS (SELECT FROM dialer_installationstop WHERE ended_at IS NULL), d.stopped_at IS NOT NULL, d.minute_price, u.*
FROM dialer_dialling d CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE c.state <> 'released' AND c.is_call), coalesce(sum(c.seconds), 0), coalesce(sum(c.amount), 0),
        count(*) FILTER (WHERE c.state <> 'released' AND c.is_call AND c.telecaller_id = %(telecaller)s::uuid),
        coalesce(sum(c.seconds) FILTER (WHERE c.telecaller_id = %(telecaller)s::uuid), 0),
        coalesce(sum(c.amount) FILTER (WHERE c.telecaller_id = %(telecaller)s::uuid), 0)
    FROM dialer_callcharge c WHERE c.organisation_id = d.organisation_id AND c.day = %(day)s
) u
WHERE d.organisation_id = %(organisation)s
"""
_STOPPED = """
SELECT EXISTS (SELECT FROM dialer_dialling WHERE organisation_id = %s AND stopped_at IS NOT NULL)
    OR EXISTS (SELECT FROM dialer_installationstop WHERE ended_at IS NULL)
"""
# What never reached the carrier costs nothing and is no call; else each begun minute of talk costs its rate, unless the
# provider has told the price.
_SETTLE = """
UPDATE dialer_callcharge g SET
    state = CASE WHEN g.price IS NOT NULL THEN 'priced' WHEN r.failed THEN 'released' ELSE 'estimated' END,
    seconds = r.seconds,
    amount = CASE WHEN g.price IS NOT NULL THEN g.amount ELSE g.rate * ceil(r.seconds / 60.0) END,
    telecaller_id = coalesce(g.telecaller_id, r.member_id),
    settled_at = coalesce(g.settled_at, %(now)s)
FROM {lines} r
WHERE g.organisation_id = %(organisation)s AND r.organisation_id = g.organisation_id AND r.id = g.{line}_id AND {which}
"""
_LINES = {
    "call": """(
        SELECT organisation_id, id, telecaller_id AS member_id, coalesce(counted_seconds, talk_seconds, 0) AS seconds,
            status IN ('failed', 'canceled') AND ringing_at IS NULL AND answered_at IS NULL AS failed
        FROM dialer_call WHERE ended_at IS NOT NULL
    )""",
    "incoming": """(
        SELECT organisation_id, id, answered_by_id AS member_id, false AS failed,
            coalesce(round(extract(epoch FROM ended_at - answered_at)), 0)::int AS seconds
        FROM dialer_incomingcall WHERE ended_at IS NOT NULL
    )""",
    # Whoever was handed a call outside talks on when it is over for us: their line is their own.
    "participant": """(
        SELECT organisation_id, id, asked_by_id AS member_id,
            coalesce(counted_seconds, round(extract(epoch FROM left_at - joined_at)), 0)::int AS seconds,
            status IN ('failed', 'canceled') AND joined_at IS NULL AS failed
        FROM dialer_participant WHERE left_at IS NOT NULL
    )""",
}


@dataclass(frozen=True, slots=True)
class Means:
    """`is_on_call`: of the telecaller, or being rung; None without an open call, False while one waits for its outcome."""

    is_on_call: bool | None
    stop: Stop | None
    spent: Spent


def means_at(at: dt.datetime, telecaller: Membership | None, provider: str) -> Means:
    """Read what a call of `telecaller` (of anybody, for None) through `provider` may use at `at`, in one question."""
    organisation = current_organisation()
    day = at.astimezone(organisation.zone).date()
    asked = {
        "organisation": organisation.pk,
        "telecaller": telecaller.pk if telecaller is not None else None,
        "day": day,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MEANS, asked)
        is_on_call, all_stopped, stopped, price, *sums = cast("tuple[Any, ...]", cursor.fetchone())
    stop = Stop.INSTALLATION if all_stopped else Stop.ORGANISATION if stopped else None
    spent = Spent(day, organisation.zone, Used(*sums[:3]), Used(*sums[3:]), reserved(provider, price))
    return Means(is_on_call, stop, spent)


def rate_of(provider: str, price: Decimal | None) -> Decimal:
    """Return the price of a minute through `provider`; `price` is the one that the organisation states."""
    if provider == Provider.OWN_PHONE:
        return Decimal(0)
    return TARIFF if provider == Provider.SIMULATOR else price or Decimal(0)


def reserved(provider: str, price: Decimal | None) -> Used:
    """Return what a call through `provider` reserves. How long an own phone talks, and at what price, is not known."""
    if provider == Provider.OWN_PHONE:
        return Used(1)
    return Used(1, EXPECTED_SECONDS, rate_of(provider, price) * (EXPECTED_SECONDS // 60))


def is_stopped() -> bool:
    """Whether no call may be dialled now: the organisation ends, its own switch, or that of the installation."""
    if current_organisation().is_cancelled:
        return True
    with connection.cursor() as cursor:
        cursor.execute(_STOPPED, [current_organisation().pk])
        return bool(cast("tuple[bool]", cursor.fetchone())[0])


def lock_means() -> Dialling:
    """Let no other call be accepted before this transaction ends."""
    row: Dialling = Dialling.objects.select_for_update(of=("self",), no_key=True).get()
    return row


def reserve(call: Call, dialling: Dialling) -> None:
    """Set aside what `call` may take, in the transaction that accepts it and under its lock (`lock_means`)."""
    _reserve(dialling, call.provider, call.started_at, call=call, telecaller=call.telecaller)


def reserve_person(person: Participant, dialling: Dialling) -> None:
    """Set aside what a third person on a call may take, as `reserve` does for a call."""
    is_call = person.kind == Participant.Kind.OUTSIDE
    whose = {"call": person.call, "participant": person, "telecaller": person.asked_by}
    _reserve(dialling, person.call.provider, person.asked_at, is_call=is_call, **whose)


def reserve_incoming(incoming: IncomingCall, dialling: Dialling) -> None:
    """Set aside what a call that comes in may take, before the first member is rung for it."""
    _reserve(dialling, incoming.provider, incoming.started_at, incoming=incoming, is_call=False)


def _reserve(dialling: Dialling, provider: str, at: dt.datetime, **line: Any) -> None:
    takes = reserved(provider, dialling.minute_price)
    CallCharge.objects.create(
        day=at.astimezone(current_organisation().zone).date(),
        seconds=takes.seconds,
        amount=takes.amount,
        rate=rate_of(provider, dialling.minute_price),
        **line,
    )
    work.schedule(SWEEP, dialling.pk, due_at=timezone.now() + SWEEP_EVERY)


def becomes_call(call: Call) -> None:
    """What was set aside for a call that came in is its call's, now that there is one."""
    of_incoming = CallCharge.objects.filter(incoming=call.pk)
    of_incoming.update(call=call, incoming=None, telecaller=call.telecaller)


def settle(call_ids: Iterable[uuid.UUID]) -> None:
    """Put what those of the calls that are over took in the place of what was reserved; once more does no harm."""
    _settle_some("call", call_ids, "g.participant_id IS NULL")


def settle_people(participant_ids: Iterable[uuid.UUID]) -> None:
    """As `settle`, for third people who have left."""
    _settle_some("participant", participant_ids)


def settle_incoming(incoming_id: uuid.UUID) -> None:
    """As `settle`, for a call that came in and has no call of ours."""
    _settle_some("incoming", [incoming_id])


def sweep() -> bool:
    """Settle what lines left reserved that are over, however they came to their end; return whether others are not."""
    for line in _LINES:
        _settle(line, "g.state = 'reserved'" + (" AND g.participant_id IS NULL" if line == "call" else ""))
    return bool(CallCharge.objects.filter(state=CallCharge.State.RESERVED).exists())


def _settle_some(line: str, ids: Iterable[uuid.UUID], which: str = "true") -> None:
    if found := [str(pk) for pk in ids]:
        _settle(line, f"g.{line}_id = ANY (%(ids)s::uuid[]) AND {which}", ids=found)


def _settle(line: str, which: str, **values: Any) -> None:
    asked: dict[str, Any] = {"organisation": current_organisation().pk, "now": timezone.now()} | values
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE.format(lines=_LINES[line], line=line, which=which), asked)
