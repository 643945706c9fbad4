"""What follows when somebody who was brought in joins a call or leaves it: a cold hand-over, the lead off hold, presence."""

from collections.abc import Iterable
from contextlib import suppress

from accounts.models import Membership
from dialer.calls import falling_back
from dialer.calls.controls import Kind, NotPossible, owe
from dialer.models import Call, Participant
from dialer.providers.port import Leg
from teams.actions.presence import presence_of, set_presence
from teams.models import Presence

# What somebody goes back to who was on a colleague's call.
BEFORE = (Presence.State.AVAILABLE, Presence.State.PAUSE, Presence.State.OFFLINE)


def follow(moved: Iterable[Participant]) -> None:
    """Let the joining and leaving of third people have its effects, once; their calls are locked.

    A supervisor's coming and going has none: they are not there to speak with the lead. Nobody has left of whom the phone
    is to ring in place of the browser.
    """
    for one in moved:
        if falling_back.leaves_to_phone(one):
            falling_back.leave_to_phone(one)
            continue
        if one.kind == Participant.Kind.SUPERVISOR:
            continue
        if one.left_at is not None:
            left(one)
        elif one.is_on_line:
            _joined(one)


def _joined(one: Participant) -> None:
    if one.member is not None:
        set_presence(one.member, Presence.State.ON_CALL, at=one.joined_at)
    if one.plan == Participant.Plan.COLD and one.leave_asked_at is None and one.call.is_live:
        # The telecaller is still there: it is they who hand over, at the first moment.
        with suppress(NotPossible):
            owe(one.call, Kind.HAND_OVER, one.leg, by=one.asked_by)


def left(one: Participant) -> None:
    """Let a transfer that came to nothing take the lead off hold, and the colleague go back to what they did."""
    if one.took_over_at is not None:
        return
    if one.member is not None:
        go_back(one.member)
    call: Call = one.call
    if one.plan != Participant.Plan.JOIN and call.is_live and call.hang_up_asked_at is None:
        # A lead is never left on hold by somebody who does not come.
        with suppress(NotPossible):
            owe(call, Kind.RESUME, Leg.CUSTOMER, by=one.asked_by)


def go_back(member: Membership) -> None:
    """Let `member` be again what they were before somebody else's call, unless they have one of their own by now."""
    now = presence_of(member)
    if now is None or now.state != Presence.State.ON_CALL or Call.objects.open().filter(telecaller=member).exists():
        return
    earlier = Presence.objects.filter(member=member, state__in=BEFORE).select_related("pause_code")
    before: Presence | None = earlier.order_by("-started_at", "-id").first()
    state = before.state if before else Presence.State.AVAILABLE
    set_presence(member, state, pause_code=before.pause_code if before else None)
