"""Bringing a colleague or somebody outside into a call: to speak with them, to hand it over, or to talk all three."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from dialer.actions.calling import open_call_of
from dialer.actions.controlling import refuse_uncontrollable
from dialer.actions.supervising import add_person
from dialer.calls import controls, line, participants
from dialer.calls.charges import lock_means
from dialer.calls.controls import NotPossible
from dialer.calls.transfers import follow
from dialer.calls.ways import rings_in_browser
from dialer.models import Call, Control, Participant
from dialer.providers.port import Leg

Kind, Plan = Control.Kind, Participant.Plan


@transaction.atomic
def bring_in(
    call: Call, plan: str, *, by: Membership, colleague: Membership | None = None, phone: str = ""
) -> Participant:
    """Ring `colleague`, or the outside number `phone`, for `call`; with a hand-over in mind the lead waits on hold.

    Raises `NotPossible` and `LineRefused`.
    """
    dialling = lock_means()
    found = _own(call, by)
    if not controls.is_on_line(found, Leg.CUSTOMER):
        raise NotPossible("not_connected")
    if Participant.objects.open().speaking().filter(call=found, took_over_at=None).exists():
        raise NotPossible("somebody_else")
    if colleague is not None:
        _refuse_colleague(found, colleague, plan)
    elif phone == found.phone:
        raise NotPossible("leads_number")
    kind = Participant.Kind.COLLEAGUE if colleague else Participant.Kind.OUTSIDE
    one = add_person(found, kind, dialling=dialling, by=by, member=colleague, phone=phone, plan=plan)
    if plan != Plan.JOIN:
        controls.owe(found, Kind.HOLD, Leg.CUSTOMER, by=by)
    audit.record("call.brought_in", by=by, subject=found, participant=str(one.pk), kind=kind, plan=plan)
    return one


def _own(call: Call, by: Membership) -> Call:
    found = line.locked(call.pk)
    if found is None or found.telecaller_id != by.pk:
        # Somebody took it over in this moment.
        raise NotPossible("not_yours")
    refuse_uncontrollable(found)
    return found


def _refuse_colleague(call: Call, colleague: Membership, plan: str) -> None:
    if not colleague.phone and not rings_in_browser(colleague, call.provider):
        raise NotPossible("colleague_no_phone")
    running = open_call_of(colleague)
    if running is not None and (running.is_live or plan != Plan.JOIN):
        raise NotPossible("on_another_call" if running.is_live else "owes_outcome")


@transaction.atomic
def hand_over(call: Call, *, by: Membership) -> Control:
    """Give `call` to whoever was brought in, and leave it. Raises `NotPossible`."""
    found = _own(call, by)
    one = _brought_in(found)
    if one.member is not None and open_call_of(one.member) is not None:
        raise NotPossible("owes_outcome")
    return controls.owe(found, Kind.HAND_OVER, one.leg, by=by)


@transaction.atomic
def take_back(call: Call, *, by: Membership) -> None:
    """Let whoever was brought in go, and speak with the lead again. Raises `NotPossible`."""
    found = _own(call, by)
    one = _brought_in(found)
    one.call = found
    was_rung = one.status != Call.Status.INTENT
    participants.let_go([one])
    if not was_rung:
        follow([one])
    elif one.plan != Plan.JOIN:
        controls.owe(found, Kind.RESUME, Leg.CUSTOMER, by=by)
    audit.record("call.taken_back", by=by, subject=found, participant=str(one.pk), at=timezone.now().isoformat())


@transaction.atomic
def withdraw(one: Participant, *, by: Membership) -> None:
    """Let a colleague leave the call that they were asked into, or not join it at all; once more does no harm."""
    found = participants.locked(one.pk)
    if found is None or found.left_at is not None or found.leave_asked_at is not None:
        return
    participants.let_go([found])
    if found.left_at is not None:
        follow([found])
    audit.record("call.guest_left", by=by, subject=found.call, participant=str(found.pk))


def _brought_in(call: Call) -> Participant:
    people = Participant.objects.open().speaking().filter(call=call, took_over_at=None)
    found: Participant | None = people.select_related("member").first()
    if found is None:
        raise NotPossible("nobody_there")
    return found
