"""Controls of a running call: what holds now, and putting what was asked before the provider, one after the other."""

import datetime as dt
import logging
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import work
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from dialer.calls import handing_over, line, participants
from dialer.calls.merging import LegState
from dialer.models import Call, Control, Participant
from dialer.providers.accounts import provider_of
from dialer.providers.port import THIRD, DialOutcome, Leg, ProviderUnavailable, TelephonyProvider, is_third
from dialer.providers.port.conferences import ControlAnswer, DigitsRequest, LegChange

logger = logging.getLogger(__name__)

CONTROL, FORGET_DIGITS = "dialer.control_call", "dialer.forget_digits"
AGAIN, MOST_TRIES = dt.timedelta(seconds=2), 5
# A provider that fetches what it plays does so at once; after so long the digits are gone in any case.
DIGITS_KEPT = dt.timedelta(minutes=1)
# How long a failure is news for whoever looks at the call.
NEWS = dt.timedelta(seconds=30)
Kind, State = Control.Kind, Control.State
# Kinds of which the last one that was done holds.
GROUPS = ({Kind.HOLD, Kind.RESUME}, {Kind.MUTE, Kind.UNMUTE}, set(Control.MODES), {Kind.HAND_OVER})
ALIKE: dict[str, set[Control.Kind]] = {kind: group for group in GROUPS for kind in group}
UNCLEAR, GONE, BUSY, NO_ANSWER = "perhaps_sent", "left_the_call", "provider_busy", "no_answer"


class NotPossible(Exception):
    """The call is not in a state for it; `code` says why (`dialer.control_words`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Standing:
    """How a call stands, as the provider confirmed it. `waits` is what was asked and is not answered yet, `modes`
    by leg the last control that says how a supervisor takes part."""

    is_held: bool = False
    is_muted: bool = False
    waits: Control | None = None
    failed: Control | None = None
    modes: dict[str, Control] = field(default_factory=dict)


def standing_of(call: Call) -> Standing:
    """Return how `call` stands by what was asked of it, with the last failure while it is news."""
    controls = list(Control.objects.filter(call=call).order_by("pk"))
    own = [one for one in controls if one.kind not in Control.MODES]
    last = own[-1] if own else None
    is_news = last is not None and last.state == State.FAILED and timezone.now() - last.asked_at < NEWS
    return Standing(
        # Whoever takes a call over takes the lead off hold.
        is_held=_last_done(controls, {Kind.HOLD, Kind.RESUME, Kind.HAND_OVER}) == Kind.HOLD,
        # Who speaks for us is asked only where somebody was muted.
        is_muted=any(one.kind == Kind.MUTE for one in controls)
        and _last_done(controls, {Kind.MUTE, Kind.UNMUTE}, speaking_leg(call)) == Kind.MUTE,
        waits=next((one for one in own if one.state in {State.ASKED, State.SENT}), None),
        failed=last if is_news else None,
        modes={one.leg: one for one in controls if one.kind in Control.MODES and one.state == State.DONE},
    )


def _last_done(controls: Iterable[Control], kinds: Collection[str], leg: str = "") -> str:
    done = [one.kind for one in controls if one.kind in kinds and one.state == State.DONE and leg in {"", one.leg}]
    return done[-1] if done else ""


def speaking_leg(call: Call) -> str:
    """Return the leg of whoever speaks for us on `call`: of who took it over last, else the telecaller's first one."""
    takers = Participant.objects.filter(call=call, took_over_at__isnull=False).order_by("-took_over_at")
    last: Participant | None = takers.first()
    return last.leg if last else Leg.AGENT


def owe(call: Call, kind: str, leg: str, *, by: Membership, digits: str = "") -> Control:
    """Owe a change of one leg of the locked `call`, or return the one that asked for the same. Raises `NotPossible`."""
    if not is_on_line(call, leg):
        raise NotPossible("not_connected")
    if kind != Kind.DIGITS and (same := _same(call, kind, leg)):
        return same
    control = Control(call=call, leg=leg, kind=kind, digits=digits, asked_by=by, asked_at=timezone.now())
    control.save(force_insert=True)
    work.schedule(CONTROL, call.pk)
    if digits:
        work.schedule(FORGET_DIGITS, control.pk, due_at=timezone.now() + DIGITS_KEPT)
    return control


def _same(call: Call, kind: str, leg: str) -> Control | None:
    """The last control of this sort, when it asked for the same and did not fail."""
    alike = Control.objects.filter(call=call, leg=leg, kind__in=ALIKE[kind])
    last: Control | None = alike.exclude(state=State.FAILED).order_by("-pk").first()
    return last if last is not None and last.kind == kind else None


def is_on_line(call: Call, leg: str) -> bool:
    """Whether somebody has answered and is there, as far as the provider has told."""
    found = _leg(call, leg)
    return found is not None and found.status == Call.Status.IN_PROGRESS and bool(found.provider_id)


def leg_id_of(call: Call, leg: str) -> str:
    """Return the provider's id of a leg of `call`, "" while it is not known or when it is over."""
    found = _leg(call, leg)
    return "" if found is None or found.is_over else found.provider_id


def _leg(call: Call, leg: str) -> LegState | None:
    if is_third(leg):
        found = Participant.objects.open().filter(call=call, number=int(leg.removeprefix(THIRD))).first()
        return participants.state_of(found) if found else None
    state = line.state_of(call)
    return state.agent if leg == Leg.AGENT else state.customer


def take_step(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Carry out the oldest control of the call that is not answered yet; return when to come again, None for never.

    Three steps like dialling: claim, ask, write down. What was asked and not answered is looked up at the provider, not
    asked again: hold and mute may be read there. Tones cannot, and are never played twice. A hand-over only sets how
    people stand, so it may be repeated.
    """
    with acting_for(organisation):
        call = line.locked(call_id)
        control = Control.objects.filter(call=call_id).pending().first() if call is not None else None
        if call is None or control is None:
            return None
        was_sent = control.state == State.SENT
        if not call.is_live or not all(leg_id_of(call, leg) for leg in _needed(control, call)):
            _write(control, GONE)
            return timezone.now()
        if not was_sent:
            control.state = State.SENT
            control.save(update_fields=["state"])
        provider = provider_of(line.account_of(call), organisation)
        asked = _asked(control, call)
    answer = _carry_out(provider, asked, was_sent=was_sent)
    with acting_for(organisation):
        call = line.locked(call_id)
        found = Control.objects.filter(pk=control.pk, state=State.SENT).first()
        if call is None or found is None:
            return timezone.now()
        if found.kind == Kind.HAND_OVER and answer.outcome is DialOutcome.ACCEPTED:
            answer = complete(call, found)
        again = _heard(found, answer)
    if isinstance(asked, handing_over.Steps) and answer.outcome is DialOutcome.REFUSED:
        handing_over.undo(provider, asked)
    return again


def complete(call: Call, control: Control) -> ControlAnswer:
    """Let the call belong to who took it over; REFUSED when they have another call by now."""
    try:
        with transaction.atomic():
            handing_over.take_over(call, control)
            _whisper_to_taker(call, control.leg)
    except IntegrityError:
        return ControlAnswer(DialOutcome.REFUSED, code="on_another_call")
    return ControlAnswer(DialOutcome.ACCEPTED)


def _whisper_to_taker(call: Call, leg: str) -> None:
    """Let whoever whispered to the telecaller whisper to who has taken the call over."""
    modes = standing_of(call).modes
    for one in Participant.objects.open().filter(call=call, kind=Participant.Kind.SUPERVISOR):
        if one.leg != leg and one.leg in modes and modes[one.leg].kind == Kind.WHISPER:
            Control(
                call=call, leg=one.leg, kind=Kind.WHISPER, asked_by=modes[one.leg].asked_by, asked_at=timezone.now()
            ).save(force_insert=True)


Asked = LegChange | DigitsRequest | handing_over.Steps


def _asked(control: Control, call: Call) -> Asked:
    if control.kind == Kind.DIGITS:
        return _digits(control, call)
    if control.kind == Kind.HAND_OVER:
        legs = (leg_id_of(call, leg) for leg in (control.leg, speaking_leg(call), Leg.CUSTOMER))
        return handing_over.Steps(call.pk, *legs)
    return _change(control, call)


def _carry_out(provider: TelephonyProvider, asked: Asked, *, was_sent: bool) -> ControlAnswer:
    if isinstance(asked, handing_over.Steps):
        return handing_over.carry_out(provider, asked)
    return _look_up(provider, asked) if was_sent else _ask(provider, asked)


def _needed(control: Control, call: Call) -> set[str]:
    """The legs without which a control makes no sense: a whisper to nobody would be heard by everybody."""
    if control.kind == Kind.HAND_OVER:
        return {control.leg, speaking_leg(call), Leg.CUSTOMER}
    return {control.leg, speaking_leg(call)} if control.kind == Kind.WHISPER else {control.leg}


def _change(control: Control, call: Call) -> LegChange:
    changes: dict[str, dict[str, Any]] = {
        Kind.HOLD: {"is_held": True},
        Kind.RESUME: {"is_held": False},
        Kind.MUTE: {"is_muted": True},
        Kind.UNMUTE: {"is_muted": False},
        Kind.LISTEN: {"is_muted": True, "coaches": ""},
        Kind.WHISPER: {"is_muted": False, "coaches": leg_id_of(call, speaking_leg(call))},
        Kind.BARGE: {"is_muted": False, "coaches": ""},
    }
    return LegChange(call.pk, leg_id_of(call, control.leg), **changes[control.kind])


def _digits(control: Control, call: Call) -> DigitsRequest:
    url = line.address("digits", call.provider, call.organisation_id, control.pk, Leg.CUSTOMER)
    return DigitsRequest(call.pk, leg_id_of(call, control.leg), control.digits, url)


def _ask(provider: TelephonyProvider, asked: LegChange | DigitsRequest) -> ControlAnswer:
    conferences = provider.conferences
    if conferences is None:
        return ControlAnswer(DialOutcome.REFUSED)
    return conferences.change(asked) if isinstance(asked, LegChange) else conferences.send_digits(asked)


def _look_up(provider: TelephonyProvider, asked: LegChange | DigitsRequest) -> ControlAnswer:
    """Find out what became of something that was asked before."""
    conferences = provider.conferences
    if isinstance(asked, DigitsRequest) or conferences is None:
        return ControlAnswer(DialOutcome.REFUSED, code=UNCLEAR)
    try:
        setting = conferences.setting_of(asked.token, asked.leg_id)
    except ProviderUnavailable as error:
        return ControlAnswer(DialOutcome.UNCLEAR, code=str(error))
    if setting is None:
        return ControlAnswer(DialOutcome.REFUSED, code=GONE)
    return ControlAnswer(DialOutcome.ACCEPTED if asked.fits(setting) else DialOutcome.REFUSED, code=NO_ANSWER)


def play_digits(control_id: uuid.UUID) -> str:
    """Give the digits of a control to the provider that plays them, once; "" when they are gone, or were never asked."""
    asked = Control.objects.select_for_update(of=("self",)).filter(pk=control_id, kind=Kind.DIGITS)
    control = asked.filter(state__in=[State.SENT, State.DONE]).first()
    if control is None:
        return ""
    digits = str(control.digits)
    forget_digits(control_id)
    return digits


def forget_digits(control_id: uuid.UUID) -> None:
    """Let nothing be left of what was typed."""
    Control.objects.filter(pk=control_id).update(digits="")


def _heard(control: Control, answer: ControlAnswer) -> dt.datetime:
    logger.info("call.controlled", extra={"control": str(control.pk), "outcome": str(answer.outcome)})
    now = timezone.now()
    control.tries += 1
    if answer.outcome is DialOutcome.ACCEPTED:
        _write(control)
    elif answer.outcome is DialOutcome.REFUSED:
        _write(control, str(answer.refusal or answer.code or "provider_refused"))
    elif control.tries >= MOST_TRIES:
        _write(control, BUSY if answer.outcome is DialOutcome.TRY_LATER else NO_ANSWER)
    else:
        if answer.outcome is DialOutcome.TRY_LATER:
            # It was not taken, so it is still to be asked.
            control.state = State.ASKED
        control.save(update_fields=["state", "tries"])
        return now + AGAIN
    return now


def _write(control: Control, failure: str = "") -> None:
    control.state = State.FAILED if failure else State.DONE
    control.failure, control.answered_at = failure, timezone.now()
    if failure:
        control.digits = ""
    control.save(update_fields=["state", "failure", "answered_at", "tries", "digits"])
