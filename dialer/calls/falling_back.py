"""When a browser does not answer, its member's phone is rung instead: once, and written down."""

from django.utils import timezone

from accounts import work
from dialer.calls.merging import CallState, Outcome
from dialer.models import Call, Participant, Softphone

# How the telecaller's leg may end without the telecaller having wanted it.
NOT_THERE = frozenset({"telecaller_no_answer", "telecaller_busy", "telecaller_failed"})
NOT_ANSWERED = frozenset({Call.Status.NO_ANSWER, Call.Status.BUSY, Call.Status.FAILED})
FAILURE = "browser_not_there"
RING_PHONE = "dialer.ring_phone_instead"
FIELDS = ("mode", "fell_back_at", "lost_leg")


def is_missed(call: Call, outcome: Outcome) -> bool:
    """Whether the call came to nothing because the telecaller's browser did not answer."""
    return call.mode == Call.Mode.BROWSER and outcome.failure in NOT_THERE


def may_fall_back(call: Call) -> bool:
    """Whether the phone of the telecaller may be rung in place of their browser: once, while the call is wanted."""
    is_wanted = call.is_live and call.hang_up_asked_at is None
    return call.mode == Call.Mode.BROWSER and is_wanted and bool(call.telecaller.phone)


def fall_back(call: Call, state: CallState | None = None) -> None:
    """Let the telecaller's leg begin anew, on their phone. The row is not saved yet.

    What a provider still tells of the browser's leg is known by `lost_leg` and has no effect any more.
    """
    call.mode = Call.Mode.BRIDGE
    call.fell_back_at = timezone.now()
    call.lost_leg, call.agent_leg = state.agent.provider_id if state else "", ""
    call.status = call.agent_status = Call.Status.INTENT


def owe_ringing(call: Call) -> None:
    """Ring the phone as soon as this transaction is committed."""
    work.schedule("dialer.place_call", call.pk)


def is_known_to_be_away(call: Call) -> bool:
    """Whether ringing the browser would be in vain: it said that it cannot take a call, or has been silent for long."""
    phone = Softphone.objects.filter(member=call.telecaller_id).first()
    return phone is None or not phone.is_there


def leaves_to_phone(one: Participant) -> bool:
    """Whether the phone is to be rung in place of a third person's browser, which has not answered.

    A colleague whose browser showed them the call, and who did not press, is like one who does not pick up a phone; whoever
    declined, or was let go, is not rung again. A supervisor has asked for it.
    """
    if not one.in_browser or one.left_at is None or one.joined_at is not None or one.leave_asked_at is not None:
        return False
    was_asked = one.kind != Participant.Kind.SUPERVISOR and one.offered_at is not None
    return not was_asked and one.status in NOT_ANSWERED and one.failure in {"", FAILURE} and bool(_phone_of(one))


def leave_to_phone(one: Participant) -> None:
    """Owe the ringing of the phone, as a third person of its own (`dialer.actions.supervising.ring_phone_instead`)."""
    one.failure = FAILURE
    one.save(update_fields=["failure"])
    work.schedule(RING_PHONE, one.pk)


def _phone_of(one: Participant) -> str:
    return one.member.phone if one.member is not None else ""
