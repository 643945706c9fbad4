"""A call's row and the legs it stands for: reading the one as the other, and writing back what merging found."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts import work
from accounts.models import Membership, Organisation
from dialer.calls import falling_back
from dialer.calls.charges import settle
from dialer.calls.counters import count_calls, write_lines
from dialer.calls.merging import CallState, LegState, outcome_of
from dialer.calls.pricing import owe_prices
from dialer.models import Call, IncomingCall, IncomingRing, Participant, Softphone, TelephonyAccount
from dialer.providers.accounts import keeps_recordings, rings_both
from dialer.providers.port import TERMINAL, DialRequest, Leg, LegQuery, Status
from dialer.providers.port.softphones import CLIENT
from dialer.recordings import announcing
from jini.lib.figures import mark_dirty
from teams.actions.presence import set_presence
from teams.models import Presence

RING_SECONDS = 45
# A browser that is there answers by itself; one that is not must not keep the telecaller from their phone.
BROWSER_RING_SECONDS = 15
CLOSE_FORGOTTEN = "dialer.close_forgotten"
# Lets third people go of a call that is over.
RELEASE = "dialer.release_people"
START_RECORDING = "dialer.start_recording"
# When an open call is looked at, whether its wrap-up should long be over.
LATER = dt.timedelta(minutes=30)
# The column of a leg's id, and more than any word of a provider.
LONGEST_ID, LONGEST_WORD = 64, 200
Facts = dict[str, Any]


def locked(call_id: uuid.UUID) -> Call | None:
    """Return the call, locked until the transaction ends; None when there is no such call here (any more)."""
    found = Call.objects.select_for_update(of=("self",)).select_related("lead", "telecaller").filter(pk=call_id)
    call: Call | None = found.first()
    return call


def locked_all(call_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Call]:
    """Return those of the calls that exist, locked until the transaction ends, in one order for everybody."""
    found = Call.objects.select_for_update(of=("self",)).select_related("lead", "telecaller")
    return {call.pk: call for call in found.filter(pk__in=call_ids).order_by("pk")}


def one_line_at_a_time(member: Membership) -> None:
    """Hold the line of `member` until the transaction ends: they call somebody, or are rung, never both at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('line ' || %s, 0))", [str(member.pk)])


def active_account() -> TelephonyAccount:
    """Return the account that calls of the organisation go through."""
    account: TelephonyAccount = TelephonyAccount.objects.get(is_active=True)
    return account


def address_of(member: Membership, mode: str = Call.Mode.BRIDGE) -> str:
    """Return where a provider rings `member`: their browser ("client:…") in browser mode, else their phone's number.

    "" when they have told us of no phone.
    """
    return Softphone.objects.ringing_for(member).address if mode == Call.Mode.BROWSER else member.phone


def awaits(call: Call, answered: str) -> bool:
    """Whether the telecaller who answered at the address `answered` is to be put through: in their own live call.

    A browser is known by its identity; one that was given up for the phone is awaited no more.
    """
    if not call.is_live or not answered.startswith(CLIENT):
        return call.is_live
    return call.mode == Call.Mode.BROWSER and answered == address_of(call.telecaller, call.mode)


def account_of(call: Call) -> TelephonyAccount:
    return account_named(call.provider)


def account_named(provider: str) -> TelephonyAccount:
    account: TelephonyAccount = TelephonyAccount.objects.get(provider=provider)
    return account


def state_of(call: Call) -> CallState:
    """Return the legs as the row remembers them."""
    # The row has one end: that of the leg which decided it (`outcome_of`), or one that we decided on ourselves.
    is_customers, is_agents = call.customer_status in TERMINAL, call.agent_status in TERMINAL
    # The talk that the provider counted moves the answer on the row to where it must have been; it is not undone here.
    customer = LegState(
        call.customer_status,
        call.customer_leg,
        call.ringing_at,
        call.answered_at,
        call.ended_at if is_customers else None,
        call.counted_seconds,
    )
    agents_end = call.ended_at if is_agents and not customer.is_started else None
    agent = LegState(call.agent_status, call.agent_leg, ended_at=agents_end)
    return CallState(agent=agent, customer=customer, lost_leg=call.lost_leg)


def asked_of(call: Call) -> CallState:
    """Return what we did ourselves: which legs were asked for, and under which id. Events of a replay begin here.

    A leg that somebody was asked to ring must never look like one that is still to be rung. That a member took a call
    which came in was decided by us, too.
    """
    if call.direction == Call.Direction.INCOMING and call.mode != Call.Mode.OWN_PHONE:
        customer = LegState(Status.IN_PROGRESS, call.customer_leg, call.ringing_at, call.answered_at)
        return CallState(agent=LegState(Status.IN_PROGRESS, call.agent_leg), customer=customer)
    agent, customer = _asked(call.agent_status, call.agent_leg), _asked(call.customer_status, call.customer_leg)
    return CallState(agent=agent, customer=customer, lost_leg=call.lost_leg)


def _asked(status: str, provider_id: str) -> LegState:
    return LegState(Status.INTENT if status == Status.INTENT else Status.QUEUED, provider_id)


@dataclass(frozen=True)
class Change:
    """What became of a call in this transaction."""

    call: Call
    has_ended: bool = False
    has_connected: bool = False
    is_told: bool = True
    has_fallen_back: bool = False


def write_back(merged: Mapping[Call, CallState]) -> None:
    """Put the merged legs onto the rows, and let the end of a line have its effects, once."""
    changes = [_take(call, state) for call, state in merged.items()]
    if changes:
        _write(changes)


def write_again(merged: Mapping[Call, CallState]) -> list[tuple[Call, Facts, Facts]]:
    """Put legs that were merged from scratch onto the rows; return the calls that came out otherwise, before and after.

    Only what differs is written, and only it is followed. What people decided on a call is no part of it.
    """
    found: list[tuple[Call, Facts, Facts]] = []
    changes = []
    for call, state in merged.items():
        before, seen_at = _facts(call), call.seen_at
        change = _take(call, state)
        # Remembering is no sign of life.
        call.seen_at = seen_at
        after = _facts(call)
        if differing := [name for name, value in after.items() if value != before[name]]:
            found.append((call, {name: before[name] for name in differing}, {name: after[name] for name in differing}))
            changes.append(change)
    if changes:
        _write(changes)
    return found


def _write(changes: Sequence[Change]) -> None:
    Call.objects.rewrite([change.call for change in changes], MERGED)
    _follow([change for change in changes if change.is_told])
    for change in changes:
        if change.has_fallen_back:
            falling_back.owe_ringing(change.call)


def _facts(call: Call) -> Facts:
    return {name: getattr(call, name) for name in MERGED if name != "seen_at"}


MERGED = [
    "agent_status",
    "agent_leg",
    "customer_status",
    "customer_leg",
    "counted_seconds",
    "ringing_at",
    "answered_at",
    "ring_seconds",
    "talk_seconds",
    "seen_at",
    "status",
    "failure",
    "ended_at",
    *falling_back.FIELDS,
]


def _take(call: Call, state: CallState) -> Change:
    """Put the merged legs onto the call; it is not saved yet."""
    outcome = outcome_of(state)
    was_live, was_connected, before = call.is_live, call.is_connected, _told(call)
    call.agent_status, call.agent_leg = state.agent.status, state.agent.provider_id
    call.customer_status, call.customer_leg = state.customer.status, state.customer.provider_id
    call.counted_seconds = state.customer.duration
    call.ringing_at, call.answered_at = outcome.ringing_at, outcome.answered_at
    call.ring_seconds = outcome.ring_seconds
    if was_live or outcome.status in TERMINAL or outcome.answered_at is None:
        # Of a call that we ended, the talk up to then stands until the provider counts it.
        call.talk_seconds = outcome.talk_seconds
    call.seen_at = timezone.now()
    is_missed = falling_back.is_missed(call, outcome)
    if is_missed and falling_back.may_fall_back(call):
        falling_back.fall_back(call, state)
        return Change(call, is_told=False, has_fallen_back=True)
    if outcome.status in TERMINAL:
        # What the provider says of the end replaces what we had made up in its silence.
        call.status, call.failure = outcome.status, falling_back.FAILURE if is_missed else outcome.failure
        call.ended_at = outcome.ended_at or call.ended_at or timezone.now()
    elif was_live:
        call.status = outcome.status
    return Change(
        call,
        has_ended=was_live and not call.is_live,
        has_connected=not was_connected and call.is_connected,
        is_told=_told(call) != before,
    )


def _told(call: Call) -> tuple[Any, ...]:
    """Return what the timeline, the counters and the figures tell of a call."""
    times = (call.ringing_at, call.answered_at, call.ended_at, call.ring_seconds, call.talk_seconds)
    return (call.status, call.customer_leg, *times)


def end(call: Call, status: str, *, failure: str = "") -> None:
    """End a call by our own decision: nobody rang it, or nobody knows of it."""
    call.status, call.failure = status, failure
    call.ended_at = timezone.now()
    call.save()
    _follow([Change(call, has_ended=True)])


def _follow(changes: Sequence[Change]) -> None:
    """Let presence, timeline, counters and figures follow."""
    counted = [change.call for change in changes if change.has_connected or change.call.ended_at is not None]
    for change in changes:
        if change.has_connected and change.call.recording_rule == Call.RecordingRule.ON:
            work.schedule(START_RECORDING, change.call.pk)
        if change.has_ended and change.call.closed_at is None:
            set_presence(change.call.telecaller, Presence.State.WRAP_UP, at=change.call.ended_at)
    ended = [change.call.pk for change in changes if change.has_ended]
    for call_id in Participant.objects.open().filter(call__in=ended).values_list("call", flat=True).distinct():
        work.schedule(RELEASE, call_id)
    if counted:
        write_lines(counted)
        count_calls(call.lead_id for call in counted)
    settle(change.call.pk for change in changes if change.call.ended_at is not None)
    owe_prices(change.call for change in changes if change.has_ended)
    for call in counted:
        mark_dirty(call.started_at, call.telecaller_id)
    _end_incoming([change.call for change in changes if change.has_ended])


def _end_incoming(calls: Sequence[Call]) -> None:
    """A call that came in is over in its own row too, and its member can be rung again."""
    for call in [call for call in calls if call.direction == Call.Direction.INCOMING]:
        rings = IncomingRing.objects.filter(incoming=call.pk, ended_at=None)
        rings.update(ended_at=call.ended_at, outcome=IncomingRing.Outcome.ANSWERED)
        IncomingCall.objects.filter(pk=call.pk, ended_at=None).update(ended_at=call.ended_at)


def tell_of(call: Call) -> None:
    """Let everything follow a call that was not there before, and is connected or over already."""
    _follow([Change(call, has_ended=not call.is_live, has_connected=call.is_live)])


def rings_customer(call: Call) -> bool:
    """Whether the time has come to ring the customer: the telecaller is there, and nobody asked yet.

    A provider that rings both was asked when it was told to ring the telecaller.
    """
    return (
        not rings_both(call.provider)
        and call.agent_status == Call.Status.IN_PROGRESS
        and call.customer_status == Call.Status.INTENT
        and call.ended_at is None
        and call.hang_up_asked_at is None
    )


def is_followed(call: Call) -> bool:
    """Whether the provider is still to be asked about `call`: its line is open, for us or for whoever took it over outside."""
    if call.is_live:
        return True
    taken = Participant.objects.filter(call=call, kind=Participant.Kind.OUTSIDE, took_over_at__isnull=False)
    return call.customer_status not in TERMINAL and taken.exists()


def owe_customer(call: Call) -> None:
    """Ring the customer as soon as this transaction is committed."""
    work.schedule("dialer.ring_customer", call.pk)


def owe_closing(call: Call) -> None:
    """Owe a look at an open call later on, in case nobody wraps it up (`dialer.actions.forgotten`)."""
    work.schedule(CLOSE_FORGOTTEN, call.pk, due_at=timezone.now() + LATER)


def request_of(call: Call, leg: Leg, organisation: Organisation) -> DialRequest:
    return DialRequest(
        token=call.pk,
        leg=leg,
        to=_dialled(call, leg),
        caller_id=call.caller_id,
        status_url=address("status", call.provider, organisation.pk, call.pk, leg),
        answer_url=address("answer", call.provider, organisation.pk, call.pk, leg),
        ring_seconds=_ring_seconds(call, leg),
        customer=call.phone,
        announces=leg is Leg.CUSTOMER and call.recording_rule == Call.RecordingRule.ON,
        machine_url=_machine_url(call) if leg is Leg.CUSTOMER else "",
        announcement_url=_announcement_url(call) if leg is Leg.AGENT else "",
    )


def _machine_url(call: Call) -> str:
    """Where it is told whether a machine has answered; empty when the campaign does not ask."""
    if call.campaign is None or not call.campaign.detects_machines:
        return ""
    return address_beside("machine", call.provider, call.organisation_id, call.pk)


def _announcement_url(call: Call) -> str:
    """Where the sound of the announcement lies, for a provider that is told to record when it is told to dial."""
    is_told = keeps_recordings(call.provider) and call.recording_rule == Call.RecordingRule.ON
    return announcing.url_of(call) if is_told else ""


def _dialled(call: Call, leg: Leg) -> str:
    return address_of(call.telecaller, call.mode) if leg is Leg.AGENT else call.phone


def _ring_seconds(call: Call, leg: Leg) -> int:
    return BROWSER_RING_SECONDS if leg is Leg.AGENT and call.mode == Call.Mode.BROWSER else RING_SECONDS


def query_of(call: Call, leg: Leg) -> LegQuery:
    return LegQuery(
        token=call.pk,
        leg=leg,
        provider_id=call.agent_leg if leg is Leg.AGENT else call.customer_leg,
        to=_dialled(call, leg),
        caller_id=call.caller_id,
        since=call.started_at,
        customer=call.phone,
    )


def address(what: str, provider: str, organisation_id: uuid.UUID, token: uuid.UUID, leg: str) -> str:
    """Return the public address that a provider is given for one leg of one call."""
    return hook_address(provider, organisation_id, f"{token}/{leg}/{what}")


def hook_address(provider: str, organisation_id: uuid.UUID, path: str) -> str:
    """Return the public address below which a provider posts for the organisation."""
    return f"{settings.PUBLIC_URL}/hooks/{provider}/{organisation_id}/{path}/"


def address_beside(what: str, provider: str, organisation_id: uuid.UUID, token: uuid.UUID) -> str:
    """Return the public address for what is told of a call beside its legs."""
    return f"{settings.PUBLIC_URL}/hooks/{provider}/{organisation_id}/{token}/{what}/"


def as_payload(event: Any) -> dict[str, Any]:
    """Return what is stored of an event: see `CallEvent.payload`."""
    return {
        "status": _storable(event.status, LONGEST_WORD),
        "at": event.at.isoformat(),
        "provider_id": _storable(event.provider_id, LONGEST_ID),
        "sequence": event.sequence,
        "duration": event.duration,
        "raw": {name: _storable(value, LONGEST_WORD) for name, value in event.raw.items()},
    }


def _storable(text: str, longest: int) -> str:
    # PostgreSQL's JSON has no zero byte.
    return text.replace("\0", "")[:longest]


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
