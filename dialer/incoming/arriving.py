"""What a provider tells of a call that comes in, and what it is told to do: at once, and the same however often it asks."""

import uuid

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import work
from accounts.models import Organisation
from dialer.calls import inbox, line
from dialer.calls.contact import rules_of
from dialer.incoming.answering import take
from dialer.incoming.callers import lead_of
from dialer.incoming.lines import STEP, locked
from dialer.models import CallerMessage, DialerSettings, IncomingCall, IncomingRing, IncomingSettings, PhoneNumber
from dialer.providers.port import Leg, ProviderEvent, Status
from dialer.providers.port.incoming import Arrival, Incoming, Message, Reply, Spoken
from jini.lib.ids import uuid7
from privacy.models import ContactPolicy

State, Missed = IncomingCall.State, IncomingCall.Missed


@transaction.atomic
def hear(organisation: Organisation, provider: str, arrival: Arrival) -> IncomingCall | None:
    """Write down that a call arrived, or is over, in whichever order that is told; None of a post that names no call.

    The first post makes the row and decides where the caller goes; later ones find it. What is told is kept like every
    post about a leg, and believed when it is merged.
    """
    if not arrival.provider_id:
        return None
    incoming, is_new = IncomingCall.objects.get_or_create(
        provider=provider, provider_id=arrival.provider_id, defaults=_begun(organisation, provider, arrival)
    )
    if is_new and incoming.is_waiting:
        work.schedule(STEP, incoming.pk)
    status = Status.COMPLETED if arrival.has_ended else Status.RINGING
    key = f"incoming:{incoming.pk.hex}:{status}"
    event = ProviderEvent(Leg.CUSTOMER, status, arrival.at, arrival.provider_id, event_key=key)
    inbox.keep(organisation.pk, provider, incoming.pk, event)
    found: IncomingCall = incoming
    return found


def _begun(organisation: Organisation, provider: str, arrival: Arrival) -> dict[str, object]:
    """Return the row of a call that is told of for the first time: who calls, and whether anybody is rung."""
    number = PhoneNumber.objects.filter(provider=provider, phone=arrival.called).select_related("team").first()
    started_at = min(arrival.at, timezone.now())
    begun: dict[str, object] = {
        "id": arrival.token or uuid7(),
        "called": arrival.called,
        "caller": arrival.caller,
        "lead": lead_of(arrival.caller),
        "team": number.team if number is not None else None,
        "started_at": started_at,
    }
    if organisation.is_cancelled or (number is not None and not number.takes_calls):
        return begun | {"state": State.TOLD, "missed": Missed.SWITCHED_OFF, "ended_at": started_at}
    if IncomingSettings.current().keeps_hours and not is_open(organisation):
        begun |= {"state": State.TOLD, "missed": Missed.CLOSED}
    return begun


def is_open(organisation: Organisation) -> bool:
    """Whether it is calling hours at the organisation."""
    local = timezone.now().astimezone(organisation.zone)
    window = rules_of(ContactPolicy.objects.get()).hours[local.weekday()]
    return window is not None and window.opens <= local.time() < window.closes


@transaction.atomic
def reply(token: uuid.UUID, incoming: Incoming) -> Reply:
    """Return what is done with the caller now. Who comes to the voicemail has arrived there with this."""
    call = locked(token)
    if call is not None and call.missed == Missed.SWITCHED_OFF:
        return incoming.refuse()
    if call is None or not call.is_live:
        return incoming.hang_up()
    if call.state != State.TOLD:
        return incoming.wait(call.pk)
    if call.told_at is None:
        call.told_at = timezone.now()
        call.save(update_fields=["told_at"])
        work.schedule(STEP, call.pk)
    settings = IncomingSettings.current()
    if not settings.takes_messages:
        return incoming.say(_sorry(_language(call)))
    return incoming.take_message(greeting(settings, _language(call)), address("message", call))


@transaction.atomic
def joining(ring_id: uuid.UUID, incoming: Incoming) -> Reply:
    """Return what is done with a member who picked up: they join the caller who is still theirs, or are let go."""
    parent = IncomingRing.objects.filter(pk=ring_id).values_list("incoming", flat=True).first()
    call = locked(parent) if parent is not None else None
    if call is None:
        return incoming.hang_up()
    ring = IncomingRing.objects.select_for_update(of=("self",)).select_related("member").get(pk=ring_id)
    if take(call, ring) is None:
        return incoming.say(_gone(_language(None)))
    return incoming.join(call.pk)


@transaction.atomic
def keep_message(token: uuid.UUID, message: Message) -> None:
    """Write down that the caller left a message, and owe its fetching; told again, it is the same one."""
    call = locked(token)
    if call is None or not message.provider_id or call.message_id:
        return
    call.message_id, call.message_seconds = message.provider_id[:64], message.seconds
    call.save(update_fields=["message_id", "message_seconds"])
    now = timezone.now()
    made = {"provider": call.provider, "provider_id": call.message_id, "seconds": message.seconds}
    kept = CallerMessage.objects.create(incoming=call, state=CallerMessage.State.READY, asked_at=now, **made)
    work.schedule(CallerMessage.PULL, kept.pk)


def address(what: str, call: IncomingCall) -> str:
    """Return the public address at which a provider asks or tells something of the call."""
    return line.hook_address(call.provider, call.organisation_id, f"incoming/{call.pk}/{what}")


def greeting(settings: IncomingSettings, language: str) -> Spoken:
    """Return what the voicemail says in a language: the organisation's own words, else the standard ones."""
    own = settings.greeting_hindi if language == "hi" else settings.greeting
    with translation.override(language):
        standard = _("Nobody can take your call right now. Leave a message after the tone, and we call you back.")
    return Spoken(own or standard, language)


def _sorry(language: str) -> Spoken:
    with translation.override(language):
        return Spoken(_("Nobody can take your call right now. Call again later."), language)


def _gone(language: str) -> Spoken:
    with translation.override(language):
        return Spoken(_("The caller has hung up, or somebody else has taken the call."), language)


def _language(call: IncomingCall | None) -> str:
    """Return the language that is spoken: the lead's own where it is one of ours, else the organisation's."""
    known = call.lead.language if call is not None and call.lead is not None else ""
    language = known or DialerSettings.objects.values_list("language", flat=True).get()
    return language if language in {"en", "hi"} else "en"
