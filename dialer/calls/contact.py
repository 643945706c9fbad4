"""The facts about calling one lead, read from the rows in one question, and what the contact rules make of them."""

import datetime as dt
import re
import uuid
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self, cast

import phonenumbers
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.tenancy import current_organisation
from dialer.calls.caller import Shown, shown_in, shown_to
from dialer.calls.charges import Means, means_at
from dialer.models import Call, TelephonyAccount
from jini.lib.phone import kind_of
from jini.lib.rows import parsed
from leads.models import Consent as Word
from leads.models import Lead
from privacy.contact_facts import (
    Attempts,
    Caps,
    Consent,
    Contact,
    Limits,
    Number,
    Purpose,
    RegistryResult,
    Rules,
    Spent,
    TelecallerState,
    Window,
    consent_purpose,
)
from privacy.contact_reasons import GateName
from privacy.contact_rules import Decision, Outcome, may_contact
from privacy.contact_words import KINDS
from privacy.models import ContactPolicy, DoNotCall

INDIA = zoneinfo.ZoneInfo("Asia/Kolkata")
# Attempts are needed back to 48 hours and the minimum gap (see `Attempts`), and a gap of a day is the longest of use.
RECENT = dt.timedelta(hours=72)
# A follow-up counts as agreed for now from so long before its time.
APPOINTMENT = dt.timedelta(minutes=15)
_INDIAN_MOBILE = re.compile(r"\+91[6-9]\d{9}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows say of calling a lead, as the function `dialer_facts_of` of the database returns it.

    Attempts are counted over all time, `recent` ones listed back to `RECENT` ago. `purpose` is what a call is by law
    that is made from where the lead waits. `consents` are {purpose: {state, obtained_at, valid_until}}, the newest words
    of the lead on calls; `registry` is {is_registered, checked_at}, the newest DND result for calls to the number.
    """

    is_barred: bool
    lead_attempts: int
    lead_recent: Sequence[dt.datetime]
    lead_is_live: bool
    number_attempts: int
    number_recent: Sequence[dt.datetime]
    has_appointment: bool
    purpose: str
    consents: Mapping[str, Mapping[str, Any]] | None
    registry: Mapping[str, Any] | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read what the database wrote as JSON."""
        recent = {name: [dt.datetime.fromisoformat(text) for text in row[name]] for name in RECENTLY}
        return cls(**{**row, **recent})


RECENTLY = ("lead_recent", "number_recent")
_FACTS = "SELECT row_to_json(dialer_facts_of(%s, %s, %s, %s, %s))::text"
# The same facts of many leads at once, and the time of each one's first open follow-up.
_MANY = """
SELECT l.id, row_to_json(dialer_facts_of(%(organisation)s, l.id, l.phone, %(since)s, %(soon)s))::text, (
    SELECT min(f.due_at) FROM leads_followup f
    WHERE f.organisation_id = %(organisation)s AND f.lead_id = l.id AND f.done_at IS NULL AND f.cancelled_at IS NULL
)
FROM leads_lead l WHERE l.organisation_id = %(organisation)s AND l.id = ANY (%(leads)s::uuid[])
"""


def decide(lead: Lead, *, at: dt.datetime | None = None) -> Decision:
    """Hold `lead` against the contact rules at `at` (default now): what may be done with it, whoever calls.

    The queue asks this of every lead it hands out. Whether the telecaller is free and the day's limit is not used up
    is asked when the call is placed, see `decide_to_call`.
    """
    at = at or timezone.now()
    return decide_by(lead, _facts(lead, at), ContactPolicy.objects.get(), at)


def decide_by(lead: Lead, facts: Facts, policy: ContactPolicy, at: dt.datetime) -> Decision:
    """As `decide`, by what was read already: the facts about `lead` at `at`, and the organisation's policy."""
    return may_contact(_contact(lead, facts, at), _rules(policy, facts), at)


def decide_to_call(
    lead: Lead,
    telecaller: Membership | None,
    *,
    at: dt.datetime | None = None,
    rings_phone: bool = False,
    phone: str = "",
    shown: Shown | None = None,
) -> Decision:
    """Hold a call of `telecaller` to `lead` against all contact rules, the telecaller's line and the day's limit too.

    Without a telecaller the question is whether anybody may call, whose line is then taken to be free. `rings_phone`:
    the call begins by ringing the telecaller's own phone, whose number must then be known. `phone`: another number of
    the lead than its first one. `shown`: the number that it sees, which else goes by where it waits.
    """
    at = at or timezone.now()
    shown = shown or shown_to(lead)
    means = means_at(at, telecaller, shown.provider)
    state = {None: TelecallerState.FREE, True: TelecallerState.ON_CALL, False: TelecallerState.OWES_OUTCOME}
    facts = _facts(lead, at, phone)
    contact = _contact(lead, facts, at, phone, shown=shown)
    telecaller_state = state[means.is_on_call]
    if telecaller_state is TelecallerState.FREE and rings_phone and telecaller is not None and not telecaller.phone:
        telecaller_state = TelecallerState.NO_PHONE
    contact = replace(_placed(contact, shown, means), telecaller=telecaller_state)
    return may_contact(contact, _placed_by(_rules(ContactPolicy.objects.get(), facts), shown.provider), at)


# What a person may have said since their call was accepted. Hours, caps, gaps and lines are not asked again: they held
# then, and the call itself is counted in them now.
OF_THE_PERSON = frozenset({GateName.DO_NOT_CALL, GateName.CONSENT, GateName.REGISTRY, GateName.OVERRIDE})


def is_refused_since(call: Call) -> bool:
    """Whether the person of `call`, which was accepted and is about to ring them, wants no such call by now."""
    at, phone = timezone.now(), "" if call.phone == call.lead.phone else call.phone
    facts = _facts(call.lead, at, phone)
    contact = _contact(call.lead, facts, at, phone, shown=shown_in(call.campaign, call.mode))
    decision = may_contact(contact, _rules(ContactPolicy.objects.get(), facts), at)
    return any(gate.gate in OF_THE_PERSON and gate.outcome is Outcome.FAIL for gate in decision.gates)


def _placed(contact: Contact, shown: Shown, means: Means) -> Contact:
    """Add what is asked only when a call is about to be placed."""
    return replace(contact, spent=means.spent, stop=means.stop, caller=shown.caller)


def _placed_by(rules: Rules, provider: str) -> Rules:
    """What the operator allows a new organisation binds calls that somebody is billed for."""
    is_billed = provider not in {TelephonyAccount.Provider.SIMULATOR, TelephonyAccount.Provider.OWN_PHONE}
    return replace(rules, new_calls=current_organisation().calls_a_day if is_billed else None)


def deciders(
    leads: Sequence[Lead], at: dt.datetime, shown: Shown
) -> dict[uuid.UUID, Callable[[dt.datetime], Decision]]:
    """Return for each lead what answers as `decide_to_call` does for anybody, by the facts as they stand at `at`.

    Three questions in all, however many leads; each may then be asked about any moment from `at` on.
    """
    organisation, policy = current_organisation(), ContactPolicy.objects.get()
    since, soon = since_and_soon(at)
    asked: dict[str, Any] = {
        "organisation": organisation.pk,
        "since": since,
        "soon": soon,
        "leads": [str(lead.pk) for lead in leads],
    }
    means = means_at(at, None, shown.provider)
    with connection.cursor() as cursor:
        cursor.execute(_MANY, asked)
        rows = {pk: (Facts.of(parsed(facts)), first_due) for pk, facts, first_due in cursor.fetchall()}
    answering: dict[uuid.UUID, Callable[[dt.datetime], Decision]] = {}
    for lead in leads:
        facts, first_due = rows[lead.pk]
        contact = _placed(_contact(lead, facts, at, shown=shown), shown, means)
        answering[lead.pk] = partial(_decided, contact, policy, facts, first_due, shown)
    return answering


def _decided(
    contact: Contact,
    policy: ContactPolicy,
    facts: Facts,
    first_due: dt.datetime | None,
    shown: Shown,
    moment: dt.datetime,
) -> Decision:
    has_appointment = first_due is not None and first_due <= moment + APPOINTMENT
    rules = _rules(policy, replace(facts, has_appointment=has_appointment))
    return may_contact(contact, _placed_by(rules, shown.provider), moment)


# What is asked before somebody else than a lead is rung: our own people, and numbers outside. Nobody is called there to be
# sold something.
OF_LINES = frozenset({GateName.ORGANISATION, GateName.SPEND})
OF_NUMBERS = OF_LINES | {GateName.NUMBER, GateName.DO_NOT_CALL}


def line_refusal(provider: str, by: Membership | None, *, phone: str = "") -> str:
    """Return why nobody may be rung through `provider` now, in words: one of us or, with `phone`, that number; "" if one may.

    Asked by whoever holds the lock (`lock_means`): what the line takes goes against the day's limits and those of `by`.
    """
    organisation, at = current_organisation(), timezone.now()
    means = means_at(at, by, provider)
    # Our own people are none of the calls of the day, though their line costs as much.
    takes = means.spent.next_call if phone else replace(means.spent.next_call, calls=0)
    contact = Contact(
        organisation_is_active=organisation.state == Organisation.State.ACTIVE,
        organisation_is_cancelled=organisation.is_cancelled,
        number=number_of(phone),
        zone=organisation.zone,
        spent=replace(means.spent, next_call=takes),
        is_do_not_call=bool(phone) and DoNotCall.objects.standing().filter(phone=phone).exists(),
        stop=means.stop,
    )
    decision = may_contact(contact, _placed_by(rules_of(ContactPolicy.objects.get()), provider), at)
    asked = OF_NUMBERS if phone else OF_LINES
    refused = (gate for gate in decision.gates if gate.gate in asked and gate.outcome is Outcome.FAIL)
    return next((gate.sentence for gate in refused), "")


def rules_of(policy: ContactPolicy) -> Rules:
    """The organisation's contact policy as the rules that the gates go by."""
    window = Window(policy.opens_at, policy.closes_at)
    return Rules(
        version=policy.version,
        countries=frozenset(policy.countries),
        kinds=_kinds(policy),
        hours=tuple(window if day in policy.weekdays else None for day in range(7)),
        lifetime_cap=policy.lifetime_attempts,
        daily_cap=policy.daily_attempts,
        rolling_cap=policy.rolling_attempts,
        on_number=Caps(
            _or(policy.number_lifetime_attempts, policy.lifetime_attempts),
            _or(policy.number_daily_attempts, policy.daily_attempts),
            _or(policy.number_rolling_attempts, policy.rolling_attempts),
        ),
        part_caps=(policy.morning_attempts, policy.afternoon_attempts, policy.evening_attempts),
        minimum_gap=dt.timedelta(minutes=policy.minimum_gap_minutes),
        series={Purpose(purpose): frozenset(allowed) for purpose, allowed in policy.series.items()},
        requires_registry=policy.requires_dnd,
        registry_max_age=dt.timedelta(days=policy.dnd_days),
        on_day=Limits(policy.daily_calls, policy.daily_minutes, policy.daily_spend),
        on_member=Limits(policy.member_daily_calls, policy.member_daily_minutes, policy.member_daily_spend),
    )


def _kinds(policy: ContactPolicy) -> frozenset[str]:
    """In some countries nothing tells a mobile number from a landline: it is called where one of the two may be."""
    kinds = set(policy.kinds) & {kind for kind, _label in KINDS}
    return frozenset(kinds | ({"fixed_or_mobile"} if kinds & {"mobile", "fixed"} else set()))


def _or(cap: int | None, general: int) -> int:
    return general if cap is None else cap


def number_of(e164: str) -> Number | None:
    """Country and kind of a stored number; None when the numbering plans do not know it."""
    if _INDIAN_MOBILE.fullmatch(e164):
        return Number(e164, "IN", "mobile")
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(parsed)
    return Number(e164, country, str(kind_of(e164))) if country else None


def zone_of(number: Number | None, organisation: Organisation) -> zoneinfo.ZoneInfo:
    """The zone of the person: India has one; for other countries the organisation's own stands in."""
    return INDIA if number is not None and number.country == "IN" else organisation.zone


def since_and_soon(at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return from when on attempts are listed at `at`, and until when a follow-up counts as agreed for then."""
    return at - RECENT, at + APPOINTMENT


def _is_practice(shown: Shown | None) -> bool:
    """Whether a call, shown as `shown` or as calls are by themselves, is one of a demonstration that rings nobody.

    Only a demonstration pays the question: elsewhere a list is a real one, whose hours hold in the simulator too.
    """
    return current_organisation().is_demo and (
        (shown or shown_in(None)).provider == TelephonyAccount.Provider.SIMULATOR
    )


def _contact(lead: Lead, facts: Facts, at: dt.datetime, phone: str = "", *, shown: Shown | None = None) -> Contact:
    organisation = current_organisation()
    purpose = shown.purpose if shown is not None else Purpose(facts.purpose)
    number = number_of(phone or lead.phone)
    return Contact(
        organisation_is_active=organisation.state == Organisation.State.ACTIVE,
        organisation_is_cancelled=organisation.is_cancelled,
        number=number,
        zone=zone_of(number, organisation),
        spent=Spent(day=at.astimezone(organisation.zone).date(), zone=organisation.zone),
        is_do_not_call=facts.is_barred,
        consent=_consent(facts, purpose),
        registry=_registry(facts),
        purpose=purpose,
        attempts_on_lead=Attempts(facts.lead_attempts, tuple(facts.lead_recent)),
        attempts_on_number=Attempts(facts.number_attempts, tuple(facts.number_recent)),
        lead_is_on_call=facts.lead_is_live,
        is_practice=_is_practice(shown),
    )


def _consent(facts: Facts, purpose: Purpose) -> Consent | None:
    """What the newest word on calls of this purpose is worth. Whoever agreed did so to us, for this: it is explicit."""
    word = (facts.consents or {}).get(consent_purpose(purpose))
    if word is None:
        return None
    at = dt.datetime.fromisoformat(word["obtained_at"])
    if word["state"] != Word.State.GIVEN:
        return Consent(refused_at=at) if word["state"] == Word.State.REFUSED else Consent(withdrawn_at=at)
    until = word["valid_until"]
    return Consent(given_at=at, is_explicit=True, expires_at=dt.datetime.fromisoformat(until) if until else None)


def _registry(facts: Facts) -> RegistryResult | None:
    if (said := facts.registry) is None:
        return None
    return RegistryResult(said["is_registered"], dt.datetime.fromisoformat(said["checked_at"]))


def _rules(policy: ContactPolicy, facts: Facts) -> Rules:
    """The rules of the organisation. A call at the agreed time needs no gap to the call in which it was agreed."""
    rules = rules_of(policy)
    return replace(rules, minimum_gap=dt.timedelta(0)) if facts.has_appointment else rules


def _facts(lead: Lead, at: dt.datetime, phone: str = "") -> Facts:
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [current_organisation().pk, lead.pk, phone or lead.phone, *since_and_soon(at)])
        return Facts.of(parsed(cast("tuple[str]", cursor.fetchone())[0]))
