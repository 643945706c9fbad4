"""Who else is on a call, in words, and what a supervisor sees of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership
from dialer.actions.supervising import session_of
from dialer.calls import participants
from dialer.calls.controls import Standing, standing_of
from dialer.calls.ways import rings_in_browser
from dialer.control_words import reason
from dialer.models import Call, Control, Participant
from jini.lib.words import phone_number

Kind, State = Control.Kind, Control.State


@dataclass(frozen=True)
class Person:
    """A third person on a call as pages show them; `mode` of a supervisor as the provider confirmed it."""

    row: Participant
    mode: str

    @property
    def name(self) -> str:
        return self.row.member.name if self.row.member else phone_number(self.row.phone)

    @property
    def is_brought_in(self) -> bool:
        """Whether they may still take the call over."""
        return self.row.kind != Participant.Kind.SUPERVISOR and self.row.took_over_at is None

    @property
    def says(self) -> str:
        """What they do on the call, for whoever speaks there."""
        if self.row.leave_asked_at is not None:
            return _("%(name)s is leaving") % {"name": self.name}
        if not self.row.is_on_line:
            return _("%(name)s is being rung") % {"name": self.name}
        if self.row.kind != Participant.Kind.SUPERVISOR:
            return _("%(name)s is on the call") % {"name": self.name}
        sentences = {
            Kind.LISTEN: _("%(name)s is listening"),
            Kind.WHISPER: _("%(name)s is whispering to the telecaller"),
            Kind.BARGE: _("%(name)s is speaking in the call"),
        }
        return sentences[Kind(self.mode)] % {"name": self.name}


def people_on(call: Call, standing: Standing) -> list[Person]:
    """Return who else is on `call` now."""
    people = [_person(row, standing) for row in participants.on_line(call)]
    # Whoever took the call over is its telecaller now.
    return [one for one in people if one.row.took_over_at is None]


def _person(row: Participant, standing: Standing) -> Person:
    control = standing.modes.get(row.leg)
    return Person(row, control.kind if control else Kind.LISTEN)


def people_on_all(calls: Iterable[Call]) -> dict[Any, list[Person]]:
    """Return by call who else is on each of `calls`."""
    wanted = [call.pk for call in calls]
    modes: dict[Any, dict[str, Control]] = defaultdict(dict)
    done = Control.objects.filter(call__in=wanted, kind__in=Control.MODES, state=State.DONE)
    for control in done.order_by("pk"):
        modes[control.call_id][control.leg] = control
    people: dict[Any, list[Person]] = defaultdict(list)
    for row in Participant.objects.open().filter(call__in=wanted).select_related("member__user"):
        people[row.call_id].append(_person(row, Standing(modes=modes[row.call_id])))
    return people


def console(call: Call, member: Membership) -> dict[str, Any]:
    """What a supervisor sees of a call: whether they are on it and how, what waits for the provider, what failed."""
    standing = standing_of(call)
    session = session_of(call, member)
    people = people_on(call, standing)
    own = Control.objects.filter(call=call, leg=session.leg).order_by("-pk").first() if session else None
    last = Participant.objects.filter(call=call, member=member).order_by("-number").first()
    return {
        "call": call,
        "session": session,
        "own": next((one for one in people if session and one.row.pk == session.pk), None),
        "others": [one for one in people if session is None or one.row.pk != session.pk],
        "standing": standing,
        "waits": own if own and own.state in {State.ASKED, State.SENT} else None,
        "failed": _failed(own, last if session is None else None),
        "modes": MODES,
        "is_in_browser": rings_in_browser(member, call.provider),
    }


def _failed(own: Control | None, last: Participant | None) -> str:
    if own is not None and own.state == State.FAILED:
        return f"{own.get_kind_display()}: {reason(own.failure)}"
    if last is not None and last.joined_at is None and last.leave_asked_at is None:
        return reason(last.failure or last.status)
    return ""


MODES = [
    (Kind.LISTEN, "headphones"),
    (Kind.WHISPER, "microphone"),
    (Kind.BARGE, "speakerphone"),
]


def sessions_of(call: Call) -> list[tuple[Participant, list[Control]]]:
    """Return everybody who was on `call` besides its two sides, each with how they changed what they did."""
    changes: dict[str, list[Control]] = defaultdict(list)
    for control in Control.objects.filter(call=call, kind__in=Control.MODES, state=State.DONE).order_by("pk"):
        changes[control.leg].append(control)
    people = Participant.objects.filter(call=call).select_related("member__user").order_by("number")
    return [(row, changes[row.leg]) for row in people]
