"""What is owed for running calls: carrying out what people ask of them, and ringing third people."""

import datetime as dt
import logging
import uuid
from collections.abc import Sequence

from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.actions.supervising import ring_phone_instead
from dialer.calls import controls, falling_back, handing_over, inbox, line, participants, transfers
from dialer.calls.charges import is_stopped
from dialer.calls.ways import rings_in_browser
from dialer.models import Call, Participant
from dialer.providers.accounts import provider_of
from dialer.providers.port import TERMINAL, DialAnswer, DialOutcome, ProviderEvent, ProviderUnavailable, Refusal
from dialer.tasks import ASK_EVERY, ASK_SOON, LOST, TRY_FOR
from jini.lib.work import handler

logger = logging.getLogger(__name__)

Status = Call.Status


@handler(controls.CONTROL, queue="telephony")
def control_call(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Carry out what was asked of a call, one thing at a time."""
    return controls.take_step(organisation, call_id)


@handler(controls.FORGET_DIGITS, is_short=True)
def forget_digits(organisation: Organisation, control_id: uuid.UUID) -> None:
    """Forget digits that no provider fetched."""
    with acting_for(organisation):
        controls.forget_digits(control_id)


@handler(participants.RING, queue="telephony")
def ring_participant(organisation: Organisation, participant_id: uuid.UUID) -> dt.datetime | None:
    """Ring a third person, once: claim, ask, write down, as for the two legs of a call."""
    with acting_for(organisation):
        one = participants.locked(participant_id)
        if one is None or one.status != Status.INTENT or one.left_at is not None:
            return None
        if not one.call.is_live:
            _strike_off(one, Status.CANCELED, "call_over")
            return None
        if is_stopped():
            _strike_off(one, Status.FAILED, "stopped")
            return None
        if one.member and one.in_browser and not rings_in_browser(one.member, one.call.provider):
            # It went away in this moment.
            _strike_off(one, Status.FAILED, falling_back.FAILURE)
            return None
        one.status = Status.QUEUED
        one.save(update_fields=["status"])
        conferences = provider_of(line.account_of(one.call), organisation).conferences
        request = participants.request_of(one, organisation)
    answer = conferences.add(request) if conferences else DialAnswer(DialOutcome.REFUSED, refusal=Refusal.OTHER)
    with acting_for(organisation):
        one = participants.locked(participant_id)
        return None if one is None else _heard(one, answer)


@handler(falling_back.RING_PHONE, queue="telephony", is_short=True)
def ring_phone(organisation: Organisation, participant_id: uuid.UUID) -> None:
    """Ring the phone of somebody whose browser did not answer."""
    with acting_for(organisation):
        ring_phone_instead(participant_id)


def _heard(one: Participant, answer: DialAnswer) -> dt.datetime | None:
    logger.info("call.joined", extra={"participant": str(one.pk), "outcome": str(answer.outcome)})
    now = timezone.now()
    if answer.outcome is DialOutcome.ACCEPTED:
        Participant.objects.filter(pk=one.pk, leg_id="").update(leg_id=answer.provider_id, seen_at=now)
        if not one.call.is_live or one.leave_asked_at is not None:
            # The call ended, or they thought better of it, while they were being rung.
            participants.let_go([one])
    elif answer.outcome is DialOutcome.REFUSED and one.left_at is None:
        _strike_off(one, Status.FAILED, str(answer.refusal))
    elif answer.outcome is DialOutcome.TRY_LATER and one.left_at is None:
        if now - one.asked_at > TRY_FOR:
            _strike_off(one, Status.FAILED, "provider_busy")
            return None
        one.status = Status.INTENT
        one.save(update_fields=["status"])
        return now + ASK_SOON / 2
    elif answer.outcome is DialOutcome.UNCLEAR:
        work.schedule(participants.RECONCILE, one.pk, due_at=now + ASK_SOON)
    return None


def _strike_off(one: Participant, status: str, failure: str) -> None:
    participants.end(one, status, failure=failure)
    transfers.follow([one])


@handler(handing_over.LEAVE, queue="telephony")
def let_telecaller_go(organisation: Organisation, call_id: uuid.UUID) -> None:
    """End the legs of those who gave a call away."""
    with acting_for(organisation):
        call = line.locked(call_id)
        if call is None:
            return
        provider = provider_of(line.account_of(call), organisation)
        legs = handing_over.legs_to_leave(call)
    if legs:
        provider.hang_up(legs)


@handler(participants.LET_GO, queue="telephony")
def let_participant_go(organisation: Organisation, participant_id: uuid.UUID) -> None:
    """End the leg of a third person; the end itself is heard like every other event, or asked for."""
    with acting_for(organisation):
        one = participants.locked(participant_id)
        if one is None or one.left_at is not None:
            return
        provider = provider_of(line.account_of(one.call), organisation)
        leg_id = one.leg_id
        work.schedule(participants.RECONCILE, one.pk, due_at=timezone.now() + ASK_SOON)
    if leg_id:
        provider.hang_up([leg_id])


@handler(line.RELEASE, queue="telephony", is_short=True)
def release_people(organisation: Organisation, call_id: uuid.UUID) -> None:
    """Let third people go of a call that is over."""
    with acting_for(organisation):
        call = line.locked(call_id)
        if call is not None and not call.is_live:
            participants.let_all_go([call])


@handler(participants.RECONCILE, queue="telephony")
def reconcile_participant(organisation: Organisation, participant_id: uuid.UUID) -> dt.datetime | None:
    """Ask the provider about a third person who has not left, and go on asking; strike off whom nobody has known for long."""
    with acting_for(organisation):
        one = participants.locked(participant_id)
        if one is None or one.left_at is not None or one.status == Status.INTENT:
            return _give_up(one)
        provider = provider_of(line.account_of(one.call), organisation)
        query = participants.query_of(one)
    events: Sequence[ProviderEvent] = []
    try:
        events = provider.fetch(query)
    except ProviderUnavailable:
        logger.warning("call.provider_unavailable", extra={"call": str(query.token)})
    with acting_for(organisation):
        one = participants.locked(participant_id)
        if one is None or one.left_at is not None:
            return None
        for event in events:
            inbox.answer_of(one.call, one.leg, event)
        if events:
            inbox.decide([one.call_id])
            if events[0].status not in TERMINAL:
                return _go_on(participant_id)
        return _give_up(participants.locked(participant_id))


def _go_on(participant_id: uuid.UUID) -> dt.datetime | None:
    """Note the sign of life; whoever should have gone is told to go once more."""
    one = participants.locked(participant_id)
    if one is None or one.left_at is not None:
        return None
    one.seen_at = timezone.now()
    one.save(update_fields=["seen_at"])
    if one.leave_asked_at is not None or not one.call.is_live:
        participants.let_go([one])
        return timezone.now() + ASK_SOON
    return timezone.now() + ASK_EVERY


def _give_up(one: Participant | None) -> dt.datetime | None:
    """Strike somebody off of whom nothing was heard for ten minutes; else return when to ask again."""
    if one is None or one.left_at is not None:
        return None
    now, lost_at = timezone.now(), (one.seen_at or one.asked_at) + LOST
    if now >= lost_at:
        _strike_off(one, Status.FAILED, "lost")
        return None
    return min(now + ASK_EVERY, lost_at)
