"""Listening to a call, whispering to its telecaller, speaking in it: each session a row, each change audited."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from dialer.actions.calling import open_call_of
from dialer.actions.controlling import refuse_uncontrollable
from dialer.calls import controls, line, participants, transfers
from dialer.calls.charges import lock_means, reserve_person
from dialer.calls.contact import line_refusal
from dialer.calls.controls import NotPossible
from dialer.calls.ways import rings_in_browser
from dialer.models import Call, Control, Dialling, Participant
from privacy.actions.do_not_call import hold_number

MOST_PEOPLE = 99


class LineRefused(Exception):
    """Nobody may be rung now, or not at this number; the text says why."""


@transaction.atomic
def supervise(call: Call, *, by: Membership, ip: str | None, user_agent: str) -> Participant:
    """Let the phone of `by`, or their browser where that is their phone, ring to listen to `call`, unheard; a second press returns the session of the first.

    Raises `NotPossible` and `LineRefused`. Whoever may is asked before, by what they see and their permission.
    """
    # Before the call: who stops all calls takes the two in this order.
    dialling = lock_means()
    found = line.locked(call.pk)
    if found is None:
        raise NotPossible("over")
    refuse_uncontrollable(found)
    if (mine := session_of(found, by)) is not None:
        return mine
    if found.telecaller_id == by.pk:
        raise NotPossible("own_call")
    if not controls.is_on_line(found, controls.speaking_leg(found)):
        raise NotPossible("telecaller_not_there")
    session = add_person(
        found,
        Participant.Kind.SUPERVISOR,
        dialling=dialling,
        by=by,
        member=by,
        ip=ip,
        user_agent=user_agent[:200].replace("\0", ""),
    )
    audit.record("call.supervised", by=by, subject=found, participant=str(session.pk))
    return session


def add_person(
    call: Call, kind: str, *, dialling: Dialling, by: Membership, member: Membership | None, **fields: Any
) -> Participant:
    """Write down that a third person is to be rung for the locked `call`, set aside what that may take, and owe it.

    Their browser rings where that is their phone and says that it is there. One person is on one call: whoever speaks or
    listens elsewhere is refused. Raises `NotPossible` and `LineRefused`.
    """
    number = Participant.objects.filter(call=call).count() + 1
    outside = fields.pop("phone", "")
    phone = member.phone if member is not None else outside
    fields.setdefault("in_browser", member is not None and rings_in_browser(member, call.provider))
    if not phone and not fields["in_browser"]:
        raise NotPossible("no_phone")
    if number > MOST_PEOPLE:
        raise NotPossible("too_many")
    running = open_call_of(member) if member is not None else None
    if running is not None and running.is_live:
        raise NotPossible("on_another_call")
    if outside:
        hold_number(outside)
    if refusal := line_refusal(call.provider, by, phone=outside):
        raise LineRefused(refusal)
    one = Participant(
        call=call, number=number, kind=kind, member=member, phone=phone, asked_by=by, asked_at=timezone.now(), **fields
    )
    try:
        with transaction.atomic():
            one.save(force_insert=True)
    except IntegrityError:
        # Two calls, one person, in the same moment: the unique key lets one through.
        raise NotPossible("on_another_call") from None
    reserve_person(one, dialling)
    participants.owe_ringing(one)
    return one


@transaction.atomic
def ring_phone_instead(lost_id: uuid.UUID) -> Participant | None:
    """Ring the phone of whoever was not found in their browser, as a third person of its own; once.

    None when they are not wanted (any more), or may not be rung; then the lead is off hold again.
    """
    dialling = lock_means()
    lost = participants.locked(lost_id)
    if lost is None or lost.member is None or not lost.call.is_live:
        return None
    others = Participant.objects.filter(call=lost.call)
    if others.filter(member=lost.member, number__gt=lost.number).exists():
        return None
    is_speaking = lost.kind != Participant.Kind.SUPERVISOR
    if is_speaking and others.open().speaking().filter(took_over_at=None).exists():
        # Somebody else was asked meanwhile.
        return None
    again = {"plan": lost.plan, "ip": lost.ip, "user_agent": lost.user_agent, "in_browser": False}
    try:
        return add_person(lost.call, lost.kind, dialling=dialling, by=lost.asked_by, member=lost.member, **again)
    except (NotPossible, LineRefused):
        if is_speaking:
            transfers.left(lost)
        return None


def session_of(call: Call, member: Membership) -> Participant | None:
    """Return how `member` takes part in `call` now, None when they do not."""
    people = Participant.objects.open().filter(call=call, member=member).select_related("member__user")
    found: Participant | None = people.first()
    return found


@transaction.atomic
def change_mode(session: Participant, mode: str, *, by: Membership) -> Control:
    """Let a supervisor listen, whisper or speak. Raises `NotPossible`."""
    found = participants.locked(session.pk)
    if found is None or found.left_at is not None or found.leave_asked_at is not None:
        raise NotPossible("left_already")
    refuse_uncontrollable(found.call)
    control = controls.owe(found.call, mode, found.leg, by=by)
    audit.record("call.supervision_changed", by=by, subject=found.call, participant=str(found.pk), mode=mode)
    return control


@transaction.atomic
def leave(session: Participant, *, by: Membership) -> None:
    """Let somebody leave the call; leaving twice is leaving once."""
    found = participants.locked(session.pk)
    if found is None or found.left_at is not None:
        return
    participants.let_go([found])
    audit.record("call.supervision_left", by=by, subject=found.call, participant=str(found.pk))
