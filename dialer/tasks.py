"""What the dialer owes: placing calls, hearing what became of them, asking when nothing is heard."""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.actions import importing_calls
from dialer.actions.forgotten import close_if_forgotten
from dialer.actions.lists import END, ORDER, TEND
from dialer.actions.replaying import REPLAY, take_step
from dialer.actions.telephony import CHECK, finish_test
from dialer.calls import inbox, line
from dialer.calls.inbox_days import COUNT, count
from dialer.campaigns.counting import COUNT as COUNT_LEADS
from dialer.campaigns.counting import count_slice
from dialer.campaigns.lists import Left, end_past, finish_slice, start_next
from dialer.campaigns.ordering import reorder
from dialer.models import Call, CampaignList, TelephonyAccount
from dialer.providers import simulator
from dialer.providers.accounts import provider_of
from dialer.providers.port import (
    TERMINAL,
    DialAnswer,
    DialOutcome,
    Leg,
    LegQuery,
    ProviderEvent,
    ProviderUnavailable,
    TelephonyProvider,
)
from jini.lib.work import handler, handler_of_many

logger = logging.getLogger(__name__)

ASK_EVERY = dt.timedelta(minutes=2)
ASK_SOON = dt.timedelta(seconds=10)
# Without any word for so long, a call is over: its telecaller must not wait for it.
LOST = dt.timedelta(minutes=10)
# A replay makes way for other work after so long.
TURN_SECONDS = 5
# Lists that end on a day or wait for another one are looked at so often.
TEND_EVERY = dt.timedelta(minutes=1)
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
        if call is None or not _claim(call, leg):
            return None
        provider = provider_of(line.account_of(call), organisation)
        request = line.request_of(call, leg, organisation)
    answer = provider.dial(request)
    with acting_for(organisation):
        call = line.locked(call_id)
        return None if call is None else _heard(call, leg, answer)


def _claim(call: Call, leg: Leg) -> bool:
    field = _field(leg)
    if getattr(call, field) != Status.INTENT or call.ended_at is not None:
        return False
    if leg is Leg.CUSTOMER and not line.rings_customer(call):
        return False
    setattr(call, field, Status.QUEUED)
    call.status = Status.QUEUED
    call.save(update_fields=[field, "status"])
    return True


def _heard(call: Call, leg: Leg, answer: DialAnswer) -> dt.datetime | None:
    logger.info("call.dialled", extra={"call": str(call.pk), "leg": str(leg), "outcome": str(answer.outcome)})
    now = timezone.now()
    if answer.outcome is DialOutcome.ACCEPTED:
        name = "agent_leg" if leg is Leg.AGENT else "customer_leg"
        Call.objects.filter(pk=call.pk, **{name: ""}).update(**{name: answer.provider_id, "seen_at": now})
    elif answer.outcome is DialOutcome.REFUSED and call.is_live:
        line.end(call, Status.FAILED, failure=str(answer.refusal))
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
    """End the legs that the provider knows; the end itself is heard like every other event."""
    with acting_for(organisation):
        call = line.locked(call_id)
        if call is None:
            return
        provider = provider_of(line.account_of(call), organisation)
        legs = [leg for leg in (call.customer_leg, call.agent_leg) if leg]
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
        if call is None or not call.is_live or call.agent_status == Status.INTENT:
            return _give_up(call) if call is not None and call.is_live else None
        provider = provider_of(line.account_of(call), organisation)
        queries = [line.query_of(call, leg) for leg in Leg if getattr(call, _field(leg)) != Status.INTENT]
    answers = _ask(provider, queries)
    with acting_for(organisation):
        call = line.locked(call_id)
        if call is None or not call.is_live:
            return None
        for leg, event in answers.items():
            inbox.answer_of(call, leg, event)
        if any(event.status not in TERMINAL for event in answers.values()):
            Call.objects.filter(pk=call.pk).update(seen_at=timezone.now())
            return timezone.now() + ASK_EVERY
        inbox.decide([call.pk])
        return _give_up(line.locked(call_id))


def _ask(provider: TelephonyProvider, queries: list[LegQuery]) -> dict[Leg, ProviderEvent]:
    """Return what the provider says of each leg; what it does not know, or cannot say now, is left out."""
    said: dict[Leg, ProviderEvent] = {}
    for query in queries:
        try:
            event = provider.fetch(query)
        except ProviderUnavailable:
            logger.warning("call.provider_unavailable", extra={"call": str(query.token)})
            continue
        if event is not None:
            said[query.leg] = event
    return said


def _give_up(call: Call | None) -> dt.datetime | None:
    """End a call of which nothing was heard for ten minutes; else return when to ask again."""
    if call is None or not call.is_live:
        return None
    now, lost_at = timezone.now(), (call.seen_at or call.started_at) + LOST
    if now >= lost_at:
        line.end(call, Status.FAILED, failure="lost")
        return None
    return min(now + ASK_EVERY, lost_at)


@handler(line.CLOSE_FORGOTTEN, is_short=True)
def close_forgotten(organisation: Organisation, call_id: uuid.UUID) -> dt.datetime | None:
    """Close a call that nobody wrapped up."""
    with acting_for(organisation):
        return close_if_forgotten(call_id)


@handler(CHECK, queue="telephony")
def check_account(organisation: Organisation, account_id: uuid.UUID) -> None:
    """Test the connection to a provider. The provider is asked outside of every transaction."""
    with acting_for(organisation):
        account = TelephonyAccount.objects.filter(pk=account_id).first()
        if account is None or not account.is_in_test:
            return
        provider = provider_of(account, organisation)
        asked_at = account.check_result["asked_at"]
    steps = provider.check()
    with acting_for(organisation):
        finish_test(account_id, steps, asked_at=asked_at)


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


@handler(TEND, is_short=True)
def tend_lists(organisation: Organisation, campaign_id: uuid.UUID) -> dt.datetime | None:
    """End the lists of a campaign whose last day is over, start those whose time has come, and go on while there are any."""
    with acting_for(organisation):
        for ended in end_past(campaign_id):
            work.schedule(END, ended)
        start_next(of=campaign_id)
        left = CampaignList.objects.open().filter(campaign=campaign_id)
        waits = left.filter(Q(state=CampaignList.State.WAITING) | Q(ends_on__isnull=False)).exists()
    return timezone.now() + TEND_EVERY if waits else None


@handler(END, is_short=True)
def end_list(organisation: Organisation, list_id: uuid.UUID) -> dt.datetime | None:
    """Let the leads of a list that ended wait no more, a slice at a time."""
    with acting_for(organisation):
        found = CampaignList.objects.filter(pk=list_id).first()
        more = finish_slice(found) if found is not None else Left.NONE
    if more is Left.NONE:
        return None
    return timezone.now() + (TEND_EVERY if more is Left.HELD else dt.timedelta(0))


@handler(ORDER, is_short=True)
def order_list(organisation: Organisation, list_id: uuid.UUID) -> dt.datetime | None:
    """Write a changed order of a list into the places of its leads, a slice at a time."""
    with acting_for(organisation):
        found = CampaignList.objects.select_for_update(of=("self",)).filter(pk=list_id).first()
        more = found is not None and reorder(found)
    return timezone.now() if more else None


@handler(importing_calls.RUN, queue="bulk", is_short=True)
def import_calls(organisation: Organisation, import_id: uuid.UUID) -> dt.datetime | None:
    """Take the calls of a file for a while; then other organisations' files have their turn."""
    until = time.monotonic() + TURN_SECONDS
    while importing_calls.import_stretch(organisation, import_id):
        if time.monotonic() > until:
            return timezone.now()
    return None


@handler(COUNT_LEADS, is_short=True)
def count_campaign(organisation: Organisation, campaign_id: uuid.UUID) -> dt.datetime | None:
    """Count the leads of a campaign by the first gate that fails, a slice at a time."""
    with acting_for(organisation):
        more = count_slice(campaign_id)
    return timezone.now() if more else None
