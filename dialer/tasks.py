"""What the dialer owes: placing calls, hearing what became of them, asking when nothing is heard."""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Sequence

from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.actions import importing_calls
from dialer.actions.forgotten import close_if_forgotten
from dialer.actions.incoming import HANG_UP
from dialer.actions.pointing import POINT, point
from dialer.actions.replaying import REPLAY, take_step
from dialer.actions.rotating import ROTATE, finish_rotation, step_of, use_second
from dialer.actions.telephony import CHECK, finish_test
from dialer.calls import falling_back, inbox, line
from dialer.calls.charges import SWEEP, SWEEP_EVERY, is_stopped, sweep
from dialer.calls.complaining import complain
from dialer.calls.contact import is_refused_since
from dialer.calls.inbox_days import COUNT, count
from dialer.calls.pricing import PRICE, legs_of, next_question, waiting_for_price, write_price
from dialer.closing import LEAVE_PROVIDERS, TELL_OF_KEYS, leave_providers, tell_of_keys
from dialer.incoming import lines, missing, steps
from dialer.models import Call, Participant, TelephonyAccount
from dialer.providers import simulator
from dialer.providers.accounts import name_of_key, provider_of
from dialer.providers.port import (
    TERMINAL,
    CheckOutcome,
    DialAnswer,
    DialOutcome,
    Leg,
    LegQuery,
    ProviderEvent,
    ProviderUnavailable,
    Refusal,
    TelephonyProvider,
)
from dialer.recordings import deciding, out_of_reach
from jini.lib.work import handler, handler_of_many
from privacy.models import ContactPolicy

logger = logging.getLogger(__name__)

ASK_EVERY = dt.timedelta(minutes=2)
ASK_SOON = dt.timedelta(seconds=10)
# Without any word for so long, a call is over: its telecaller must not wait for it.
LOST = dt.timedelta(minutes=10)
# A replay makes way for other work after so long.
TURN_SECONDS = 5
TRY_FOR = dt.timedelta(minutes=1)
Status = Call.Status


@handler("dialer.place_call", queue="telephony")
def place_call(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Ring the telecaller, once."""
    return _ring(organisation, call_id, Leg.AGENT)


@handler("dialer.ring_customer", queue="telephony")
def ring_customer(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Ring the customer, once, when the telecaller is on the line."""
    return _ring(organisation, call_id, Leg.CUSTOMER)


def _ring(organisation: Organisation, call_id: uuid.UUID, leg: Leg) -> dt.datetime | None:
    """Claim the leg, ask the provider, write down the answer: three steps, of which the middle one is never repeated.

    A worker that dies in the middle leaves a claimed leg: the reconciler asks the provider what became of it.
    """
    with acting_for(organisation):
        call = line.locked(call_id)
        if call is None:
            return None
        provider = provider_of(line.account_of(call), organisation)
        if not _claim(call, leg, provider):
            return None
        request, mode = line.request_of(call, leg, organisation), call.mode
    answer = provider.dial(request)
    with acting_for(organisation):
        call = line.locked(call_id)
        # A browser that was quick not to answer is forgotten already: its phone is rung, under another id.
        return None if call is None or call.mode != mode else _heard(call, leg, answer)


def _claim(call: Call, leg: Leg, provider: TelephonyProvider) -> bool:
    field = _field(leg)
    if getattr(call, field) != Status.INTENT or call.ended_at is not None:
        return False
    if leg is Leg.CUSTOMER and not line.rings_customer(call):
        return False
    if failure := _why_not(call):
        line.end(call, Status.FAILED, failure=failure)
        if leg is Leg.CUSTOMER:
            _owe_hang_up(call)
        return False
    if leg is Leg.AGENT and falling_back.may_fall_back(call) and falling_back.is_known_to_be_away(call):
        falling_back.fall_back(call)
    setattr(call, field, Status.QUEUED)
    call.status = Status.QUEUED
    if leg is Leg.CUSTOMER or provider.rings_both:
        call.recording_rule = deciding.rule_of(call, provider)
    if provider.keeps_recordings and call.recording_rule == Call.RecordingRule.ON:
        out_of_reach.ask_with_dial(call)
    call.save(update_fields=[field, "status", "recording_rule", *falling_back.FIELDS])
    return True


def _why_not(call: Call) -> str:
    """Return the code of what has come between the accepted call and its dial; "" when nothing has."""
    if is_stopped():
        return "stopped"
    return "refused_since" if is_refused_since(call) else ""


def _heard(call: Call, leg: Leg, answer: DialAnswer) -> dt.datetime | None:
    logger.info("call.dialled", extra={"call": str(call.pk), "leg": str(leg), "outcome": str(answer.outcome)})
    now = timezone.now()
    if answer.outcome is DialOutcome.ACCEPTED:
        name = "agent_leg" if leg is Leg.AGENT else "customer_leg"
        Call.objects.filter(pk=call.pk, **{name: ""}).update(**{name: answer.provider_id, "seen_at": now})
    elif answer.outcome is DialOutcome.REFUSED and call.is_live:
        line.end(call, Status.FAILED, failure=str(answer.refusal))
        complain(call, answer.refusal or Refusal.OTHER)
        if leg is Leg.CUSTOMER:
            _owe_hang_up(call)
    elif answer.outcome is DialOutcome.TRY_LATER and call.is_live:
        if now - call.started_at > TRY_FOR:
            line.end(call, Status.FAILED, failure="provider_busy")
            return None
        setattr(call, _field(leg), Status.INTENT)
        call.save(update_fields=[_field(leg)])
        return now + ASK_SOON / 2
    elif answer.outcome is DialOutcome.UNCLEAR:
        _owe_question(call)
    return None


def _field(leg: Leg) -> str:
    return "agent_status" if leg is Leg.AGENT else "customer_status"


def _owe_hang_up(call: Call) -> None:
    work.schedule("dialer.hang_up", call.pk)


def _owe_question(call: Call) -> None:
    work.schedule("dialer.reconcile_call", call.pk, due_at=timezone.now() + ASK_SOON)


@handler("dialer.hang_up", queue="telephony")
def hang_up(organisation: Organisation, call_id: uuid.UUID) -> None:
    """End the legs that the provider knows; the end itself is heard like every other event.

    A provider that ends no call is asked how it stands: whoever is on the line may have laid down the phone.
    """
    with acting_for(organisation):
        call = line.locked(call_id)
        if call is None:
            return
        provider = provider_of(line.account_of(call), organisation)
        if not provider.can_hang_up:
            work.schedule("dialer.reconcile_call", call.pk)
            return
        others = [one.leg_id for one in Participant.objects.open().filter(call=call)]
        legs = [leg for leg in (call.customer_leg, call.agent_leg, *others) if leg]
    provider.hang_up(legs)


@handler_of_many("dialer.merge_events", queue="telephony")
def merge_events(organisation: Organisation, tokens: Sequence[uuid.UUID]) -> None:
    """Decide on the waiting events of calls."""
    with acting_for(organisation):
        inbox.decide(tokens)


@handler("dialer.reconcile_call", queue="telephony")
def reconcile_call(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Ask the provider about a call that is not over, and go on asking; end it when nobody has known of it for long."""
    with acting_for(organisation):
        call = line.locked(call_id)
        if call is None or not line.is_followed(call) or call.agent_status == Status.INTENT:
            return _give_up(call) if call is not None and call.is_live else None
        provider = provider_of(line.account_of(call), organisation)
        queries = [line.query_of(call, leg) for leg in Leg if getattr(call, _field(leg)) != Status.INTENT]
    answers = _ask(provider, queries)
    with acting_for(organisation):
        call = line.locked(call_id)
        if call is None or not line.is_followed(call):
            return None
        for leg, event in answers.items():
            inbox.answer_of(call, leg, event)
        if any(event.status not in TERMINAL for event in answers.values()):
            Call.objects.filter(pk=call.pk).update(seen_at=timezone.now())
            return timezone.now() + ASK_EVERY
        inbox.decide([call.pk])
        return _give_up(line.locked(call_id))


def _ask(provider: TelephonyProvider, queries: list[LegQuery]) -> dict[str, ProviderEvent]:
    """Return what the provider says of each leg; what it does not know, or cannot say now, is left out.

    A leg that was told of together with another one is not asked about again.
    """
    said: dict[str, ProviderEvent] = {}
    for query in queries:
        if query.leg in said:
            continue
        try:
            events = provider.fetch(query)
        except ProviderUnavailable:
            logger.warning("call.provider_unavailable", extra={"call": str(query.token)})
            continue
        said |= {Leg(event.leg): event for event in events}
    return said


def _give_up(call: Call | None) -> dt.datetime | None:
    """End a call of which nothing was heard for ten minutes; else return when to ask again."""
    if call is None or not line.is_followed(call):
        return None
    now, lost_at = timezone.now(), (call.seen_at or call.started_at) + LOST
    if now >= lost_at:
        if not call.is_live:
            # Handed over to somebody outside: it ended for us then.
            return None
        line.end(call, Status.FAILED, failure="lost")
        return None
    return min(now + ASK_EVERY, lost_at)


@handler(lines.STEP, queue="telephony")
def incoming_step(organisation: Organisation, incoming_id: uuid.UUID) -> dt.datetime | None:
    """Ring the next member for a caller, or lead them to the voicemail."""
    return steps.take_step(organisation, incoming_id)


@handler(lines.CANCEL, queue="telephony")
def cancel_ring(organisation: Organisation, ring_id: uuid.UUID) -> None:
    """Let a member's phone ring no more."""
    steps.cancel_ring(organisation, ring_id)


@handler(HANG_UP, queue="telephony")
def hang_up_incoming(organisation: Organisation, incoming_id: uuid.UUID) -> None:
    """End the call of a member with somebody who is no lead."""
    steps.hang_up(organisation, incoming_id)


@handler(POINT, queue="telephony")
def point_number(organisation: Organisation, number_id: uuid.UUID) -> None:
    """Let the calls to a number come here. Asked again, the provider says the same."""
    point(organisation, number_id)


@handler(missing.FORGET, is_short=True)
def forget_missed(organisation: Organisation, follow_up_id: uuid.UUID) -> dt.datetime | None:
    """Let a missed call be forgotten that nobody called back for days."""
    with acting_for(organisation):
        return missing.forget(follow_up_id)


@handler(line.CLOSE_FORGOTTEN, is_short=True)
def close_forgotten(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Close a call that nobody wrapped up."""
    with acting_for(organisation):
        return close_if_forgotten(call_id)


@handler(LEAVE_PROVIDERS, queue="telephony")
def leave(organisation: Organisation, _organisation_id: uuid.UUID) -> dt.datetime | None:
    """Leave the telephone companies of an organisation whose account is cancelled."""
    return leave_providers(organisation)


@handler(TELL_OF_KEYS)
def tell(organisation: Organisation, _organisation_id: uuid.UUID) -> None:
    """Tell whoever runs this installation of keys that a telephone company still has."""
    tell_of_keys(organisation)


@handler(CHECK, queue="telephony")
def check_account(organisation: Organisation, account_id: uuid.UUID) -> None:
    """Test the connection to a provider. The provider is asked outside of every transaction."""
    with acting_for(organisation):
        account = TelephonyAccount.objects.filter(pk=account_id).first()
        if account is None or not account.is_in_test:
            return
        provider = provider_of(account, organisation, countries=ContactPolicy.objects.get().countries)
        asked_at = account.check_result["asked_at"]
    steps, made = provider.check(), {}
    if provider.softphones is not None and steps[0].outcome is CheckOutcome.PASSED:
        prepared = provider.softphones.prepare(name_of_key(organisation))
        steps, made = [*steps, prepared.step], dict(prepared.credentials)
    with acting_for(organisation):
        finish_test(account_id, steps, asked_at=asked_at, made=made)


@handler(ROTATE, queue="telephony")
def rotate_key(organisation: Organisation, account_id: uuid.UUID) -> dt.datetime | None:
    """Renew the key of an account: a second one first, which is then made the only one. Each step may be repeated."""
    with acting_for(organisation):
        account = TelephonyAccount.objects.filter(pk=account_id).first()
        step = step_of(account) if account is not None else ""
        keys = provider_of(account, organisation).keys if account is not None and step else None
    if keys is None:
        return None
    if step == "second":
        token = keys.second()
        with acting_for(organisation):
            return use_second(account_id, token)
    keys.promote()
    with acting_for(organisation):
        finish_rotation(account_id)
    return None


@handler(COUNT, queue="default", is_short=True)
def count_posts(organisation: Organisation, day_id: uuid.UUID) -> dt.datetime | None:
    """Count the posts of a provider's day."""
    return count(organisation, day_id)


@handler(REPLAY, queue="bulk", is_short=True)
def replay(organisation: Organisation, replay_id: uuid.UUID) -> dt.datetime | None:
    """Merge posts again for a while."""
    until = time.monotonic() + TURN_SECONDS
    while take_step(organisation, replay_id):
        if time.monotonic() > until:
            return timezone.now()
    return None


@handler("simulator.emit", queue="telephony")
def emit(organisation: Organisation, record_id: uuid.UUID) -> dt.datetime | None:
    """Post what the simulator has to tell."""
    return simulator.emit(organisation, record_id)


@handler(importing_calls.RUN, queue="bulk", is_short=True)
def import_calls(organisation: Organisation, import_id: uuid.UUID) -> dt.datetime | None:
    """Take the calls of a file for a while; then other organisations' files have their turn."""
    until = time.monotonic() + TURN_SECONDS
    while importing_calls.import_stretch(organisation, import_id):
        if time.monotonic() > until:
            return timezone.now()
    return None


@handler(PRICE, queue="telephony")
def price_call(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Ask the provider what a call cost, until it says so or is asked no more."""
    with acting_for(organisation):
        call = waiting_for_price(call_id)
        if call is None:
            return None
        spending, legs = provider_of(line.account_of(call), organisation).spending, legs_of(call)
    if spending is None:
        return None
    try:
        price = spending.price_of(legs)
    except ProviderUnavailable:
        logger.warning("call.price_unavailable", extra={"call": str(call_id)})
        price = None
    if price is None:
        return next_question(call)
    with acting_for(organisation):
        write_price(call_id, price)
    return None


@handler(SWEEP, is_short=True)
def sweep_charges(organisation: Organisation, dialling_id: uuid.UUID) -> dt.datetime | None:
    """Settle what calls left reserved that are over; as long as there are others, look again."""
    with acting_for(organisation):
        return timezone.now() + SWEEP_EVERY if sweep() else None
