"""The next step for a caller on the line: ring one member after the other, then lead to the voicemail.

Whoever takes a step claims it in the row first, asks the provider outside of the transaction, and writes down the answer
in another one. What is claimed is not asked for again, except leading a caller on, which harms nobody twice.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.calls import inbox, line
from dialer.calls.charges import is_stopped, lock_means, reserve_incoming
from dialer.calls.contact import line_refusal
from dialer.calls.ways import rings_in_browser
from dialer.incoming import callers, lines
from dialer.incoming.arriving import address
from dialer.models import Call, CallCharge, IncomingCall, IncomingRing, IncomingSettings
from dialer.providers.accounts import provider_of
from dialer.providers.port import TERMINAL, DialAnswer, DialOutcome, Leg, LegQuery, ProviderUnavailable, Status
from dialer.providers.port.incoming import RingRequest
from dialer.providers.port.legs import TelephonyProvider

# The provider's own word that nobody picked up comes within so long.
SLACK = dt.timedelta(seconds=5)
# A caller who was led on and has not come there is led on again, for so long.
SEND_EVERY, SEND_FOR = dt.timedelta(seconds=10), dt.timedelta(minutes=5)
LOOK_EVERY = dt.timedelta(minutes=2)
# Nobody is on the line for longer than that without a word of the provider.
LOST = dt.timedelta(hours=4)
MOST_TRIES = 5
State, Outcome = IncomingCall.State, IncomingRing.Outcome


@dataclass(frozen=True)
class Step:
    """What the provider is asked for, None for nothing, and when to look again."""

    act: Callable[[TelephonyProvider], None] | None
    again: dt.datetime | None


DONE = Step(None, None)


def take_step(organisation: Organisation, incoming_id: uuid.UUID) -> dt.datetime | None:
    """Take the next step for the caller; return when to take another one, None when there is none to take."""
    with acting_for(organisation):
        may_ring = _may_ring(incoming_id)
    with acting_for(organisation):
        incoming = lines.locked(incoming_id)
        if incoming is None or not incoming.is_live:
            return None
        provider = provider_of(line.account_named(incoming.provider), organisation)
        step = _next(organisation, incoming, may_ring=may_ring)
    if step.act is not None:
        step.act(provider)
    return step.again


def cancel_ring(organisation: Organisation, ring_id: uuid.UUID) -> None:
    """End the leg of a member whose ring is over; what is over already, or unknown yet, is left alone."""
    with acting_for(organisation):
        ring = IncomingRing.objects.filter(pk=ring_id).select_related("incoming").first()
        if ring is None or not ring.leg or ring.status in TERMINAL:
            return
        provider = provider_of(line.account_named(ring.incoming.provider), organisation)
        leg = ring.leg
    if provider.can_hang_up:
        provider.hang_up([leg])


def hang_up(organisation: Organisation, incoming_id: uuid.UUID) -> None:
    """End the caller's leg, and the member's with it."""
    with acting_for(organisation):
        incoming = IncomingCall.objects.filter(pk=incoming_id).first()
        if incoming is None or not incoming.is_live:
            return
        provider = provider_of(line.account_named(incoming.provider), organisation)
        members = incoming.rings.filter(ended_at=None).exclude(leg="").values_list("leg", flat=True)
        legs = [incoming.provider_id, *members]
    if provider.can_hang_up:
        provider.hang_up(legs)


def _may_ring(incoming_id: uuid.UUID) -> bool:
    """Set aside what the call may take, once; False when calls are stopped, or the day's limits leave nothing for it.

    In a transaction of its own: no other lock is held while it waits for that of the means.
    """
    incoming = IncomingCall.objects.filter(pk=incoming_id).first()
    if incoming is None or not incoming.is_waiting:
        return False
    if is_stopped():
        return False
    if CallCharge.objects.filter(incoming=incoming).exists():
        return True
    dialling = lock_means()
    if CallCharge.objects.filter(incoming=incoming).exists():
        return True
    if line_refusal(incoming.provider, None):
        return False
    reserve_incoming(incoming, dialling)
    return True


def _next(organisation: Organisation, incoming: IncomingCall, *, may_ring: bool) -> Step:
    if incoming.state == State.ANSWERED:
        return _look(organisation, incoming)
    if incoming.state == State.WAITING:
        ring = _ringing(incoming)
        if ring is None and may_ring:
            ring = _ring_next(incoming)
        if ring is not None:
            return _claim(organisation, incoming, ring)
        missed = IncomingCall.Missed.NOBODY if may_ring else IncomingCall.Missed.REFUSED
        incoming.state, incoming.missed = State.TOLD, missed
        incoming.save(update_fields=["state", "missed"])
    return _lead_on(organisation, incoming)


def _ringing(incoming: IncomingCall) -> IncomingRing | None:
    """Return the open ring; one that nobody picked up in time is ended."""
    rings = IncomingRing.objects.select_for_update(of=("self",)).select_related("member")
    ring: IncomingRing | None = rings.filter(incoming=incoming, ended_at=None).first()
    if ring is not None and ring.gives_up_at <= timezone.now():
        lines.close(ring, Outcome.NO_ANSWER)
        return None
    return ring


def _ring_next(incoming: IncomingCall) -> IncomingRing | None:
    """Write down whom to ring now: the row is what nobody else can have for the same member."""
    seconds = IncomingSettings.current().ring_seconds
    for _try in range(MOST_TRIES):
        member = callers.next_to_ring(incoming)
        if member is None:
            return None
        line.one_line_at_a_time(member)
        now = timezone.now()
        gives_up_at = now + dt.timedelta(seconds=seconds) + SLACK
        ring = IncomingRing(incoming=incoming, member=member, started_at=now, gives_up_at=gives_up_at)
        ring.in_browser = rings_in_browser(member, incoming.provider)
        if not callers.is_busy(member):
            try:
                with transaction.atomic():
                    ring.save(force_insert=True)
            except IntegrityError:
                continue
            return ring
    return None


def _claim(organisation: Organisation, incoming: IncomingCall, ring: IncomingRing) -> Step:
    if ring.status != Status.INTENT:
        return Step(None, ring.gives_up_at)
    ring.status = Status.QUEUED
    ring.save(update_fields=["status"])
    request = RingRequest(
        token=ring.pk,
        room=incoming.pk,
        caller_leg=incoming.provider_id,
        to=line.address_of(ring.member, Call.Mode.BROWSER if ring.in_browser else Call.Mode.BRIDGE),
        caller_id=incoming.called or line.account_named(incoming.provider).caller_id,
        status_url=line.address("status", incoming.provider, organisation.pk, ring.pk, Leg.AGENT),
        answer_url=line.hook_address(incoming.provider, organisation.pk, f"incoming/{ring.pk}/joining"),
        ring_seconds=round((ring.gives_up_at - SLACK - ring.started_at).total_seconds()),
    )

    def act(provider: TelephonyProvider) -> None:
        assert provider.incoming is not None  # noqa: S101 -- it brought the call
        answer = provider.incoming.ring(request)
        with acting_for(organisation):
            _heard(incoming.pk, ring.pk, answer)

    return Step(act, ring.gives_up_at)


def _heard(incoming_id: uuid.UUID, ring_id: uuid.UUID, answer: DialAnswer) -> None:
    """Write down the answer to a ring. An unclear one is left to the events, and to the end of its time."""
    if lines.locked(incoming_id) is None:
        return
    ring = IncomingRing.objects.select_for_update(of=("self",)).get(pk=ring_id)
    if answer.outcome is DialOutcome.ACCEPTED:
        ring.leg = ring.leg or answer.provider_id
        ring.save(update_fields=["leg"])
        if ring.ended_at is not None:
            # It was passed on, or the caller hung up, while the provider was asked.
            work.schedule(lines.CANCEL, ring.pk)
    elif answer.outcome in {DialOutcome.REFUSED, DialOutcome.TRY_LATER} and ring.ended_at is None:
        ring.status = Status.FAILED
        ring.save(update_fields=["status"])
        lines.close(ring, Outcome.FAILED)
        work.schedule(lines.STEP, incoming_id)


def _lead_on(organisation: Organisation, incoming: IncomingCall) -> Step:
    """Lead the caller to the voicemail; that they came there is known when the provider asks what to say."""
    now = timezone.now()
    if incoming.told_at is not None or now > incoming.started_at + SEND_FOR:
        return _look(organisation, incoming)
    if incoming.sent_at is not None and now < incoming.sent_at + SEND_EVERY:
        return Step(None, incoming.sent_at + SEND_EVERY)
    if incoming.sent_at is None and incoming.missed == IncomingCall.Missed.CLOSED:
        # The answer to the first post leads them there.
        incoming.sent_at = now
        incoming.save(update_fields=["sent_at"])
        return Step(None, now + SEND_EVERY)
    incoming.sent_at = now
    incoming.save(update_fields=["sent_at"])
    leg, url = incoming.provider_id, address("voicemail", incoming)

    def act(provider: TelephonyProvider) -> None:
        assert provider.incoming is not None  # noqa: S101 -- it brought the call
        provider.incoming.move(leg, url)

    return Step(act, now + SEND_EVERY)


def _look(organisation: Organisation, incoming: IncomingCall) -> Step:
    """Ask the provider, now and then, whether the caller is on the line still; a long silence ends the call."""
    now = timezone.now()
    if now > incoming.started_at + LOST:
        lines.end(incoming, now)
        return DONE
    if now < incoming.started_at + LOOK_EVERY:
        return Step(None, incoming.started_at + LOOK_EVERY)
    query = LegQuery(
        token=incoming.pk,
        leg=Leg.CUSTOMER,
        provider_id=incoming.provider_id,
        to=incoming.called,
        caller_id=incoming.caller,
        since=incoming.started_at,
    )

    def act(provider: TelephonyProvider) -> None:
        try:
            events = provider.fetch(query)
        except ProviderUnavailable:
            return
        with acting_for(organisation):
            for event in events:
                if event.leg is Leg.CUSTOMER and event.status in TERMINAL:
                    inbox.answer_of(incoming, event.leg, event)
                    inbox.decide([incoming.pk])

    return Step(act, now + LOOK_EVERY)
