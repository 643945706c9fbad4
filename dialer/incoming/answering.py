"""A member takes an incoming call: decided once, under lock, whoever else was rung or hung up meanwhile."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, work
from accounts.models import Membership
from dialer.calls import line
from dialer.calls.charges import becomes_call
from dialer.campaigns.queue import give
from dialer.incoming.unknown import becomes_lead, lead_for
from dialer.models import Call, IncomingCall, IncomingRing
from leads.models import Lead
from teams.actions.presence import set_presence
from teams.models import Presence

UNTIL_ASKED = dt.timedelta(minutes=2)
Status = Call.Status


def take(incoming: IncomingCall, ring: IncomingRing) -> IncomingCall | None:
    """Let the member of `ring` take the call; both rows are locked. Asked again, it is theirs already.

    None when there is nothing to take: the caller hung up, or somebody else is rung by now.
    """
    if ring.answered_at is not None:
        return incoming if ring.ended_at is None else None
    if ring.ended_at is not None or not incoming.is_waiting:
        return None
    now = timezone.now()
    ring.answered_at, ring.status = now, Status.IN_PROGRESS
    ring.save(update_fields=["answered_at", "status"])
    incoming.answered_at, incoming.answered_by, incoming.state = now, ring.member, IncomingCall.State.ANSWERED
    if incoming.lead is None and becomes_lead(incoming):
        incoming.lead = lead_for(incoming, by=ring.member)
    incoming.save(update_fields=["answered_at", "answered_by", "state", "lead"])
    set_presence(ring.member, Presence.State.ON_CALL, at=now)
    audit.record("incoming.answered", by=ring.member, subject=incoming, lead=str(incoming.lead_id or ""))
    attach(incoming)
    return incoming


def attach(incoming: IncomingCall) -> Call | None:
    """Write the `Call` of an incoming call that a member answered, once its lead is known; None while there is none.

    A lead with whom somebody talks on another line has one live call already: then it is written when this one ends.
    """
    lead, ring = incoming.lead, incoming.rings.filter(answered_at__isnull=False).select_related("member").first()
    if lead is None or ring is None:
        return None
    written: Call | None = Call.objects.filter(pk=incoming.pk).first()
    if written is not None:
        return written
    if incoming.is_live:
        _give(lead, ring.member)
    call = Call(pk=incoming.pk, lead=lead, telecaller=ring.member, **_columns(incoming, ring))
    try:
        with transaction.atomic():
            call.save(force_insert=True)
    except IntegrityError:
        return None
    becomes_call(call)
    line.tell_of(call)
    if call.is_live:
        work.schedule("dialer.reconcile_call", call.pk, due_at=timezone.now() + UNTIL_ASKED)
    if call.closed_at is None:
        line.owe_closing(call)
    return call


def _columns(incoming: IncomingCall, ring: IncomingRing) -> dict[str, Any]:
    answered_at, ended_at = incoming.answered_at, incoming.ended_at
    assert answered_at is not None  # noqa: S101 -- a ring of it was answered
    is_busy = Call.objects.open().filter(telecaller=ring.member).exists()
    return {
        "direction": Call.Direction.INCOMING,
        "mode": Call.Mode.BROWSER if ring.in_browser else Call.Mode.BRIDGE,
        "provider": incoming.provider,
        "phone": incoming.caller,
        "caller_id": incoming.called,
        "status": Status.IN_PROGRESS if ended_at is None else Status.COMPLETED,
        "agent_status": Status.IN_PROGRESS,
        "customer_status": Status.IN_PROGRESS if ended_at is None else Status.COMPLETED,
        "agent_leg": ring.leg,
        "customer_leg": incoming.provider_id,
        "started_at": incoming.started_at,
        "ringing_at": incoming.started_at,
        "answered_at": answered_at,
        "ended_at": ended_at,
        "ring_seconds": max(0, round((answered_at - incoming.started_at).total_seconds())),
        "talk_seconds": round((ended_at - answered_at).total_seconds()) if ended_at else None,
        "seen_at": timezone.now(),
        # Long over, and the member is at another call: nobody is asked how it went.
        "closed_at": ended_at if is_busy else None,
    }


def _give(lead: Lead, member: Membership) -> None:
    """Whoever answers a lead of nobody has it from then on; one that has an owner stays the owner's."""
    if lead.assigned_to is None or lead.assigned_to.deactivated_at is not None:
        give(lead, member, timezone.now())
