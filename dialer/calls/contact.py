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
from jini.lib.phone import kind_of
from jini.lib.rows import parsed
from leads.models import Lead
from privacy.contact_facts import Attempts, Caps, Contact, Number, Rules, Spent, TelecallerState, Window
from privacy.contact_rules import Decision, may_contact
from privacy.models import ContactPolicy

INDIA = zoneinfo.ZoneInfo("Asia/Kolkata")
# Attempts are needed back to 48 hours and the minimum gap (see `Attempts`), and a gap of a day is the longest of use.
RECENT = dt.timedelta(hours=72)
# A follow-up counts as agreed for now from so long before its time.
APPOINTMENT = dt.timedelta(minutes=15)
_INDIAN_MOBILE = re.compile(r"\+91[6-9]\d{9}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows say of calling a lead, as the function `dialer_facts_of` of the database returns it.

    Attempts are counted over all time, `recent` ones listed back to `RECENT` ago.
    """

    is_barred: bool
    lead_attempts: int
    lead_recent: Sequence[dt.datetime]
    lead_is_live: bool
    number_attempts: int
    number_recent: Sequence[dt.datetime]
    has_appointment: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read what the database wrote as JSON."""
        recent = {name: [dt.datetime.fromisoformat(text) for text in row[name]] for name in RECENTLY}
        return cls(**{**row, **recent})


RECENTLY = ("lead_recent", "number_recent")
_FACTS = "SELECT row_to_json(dialer_facts_of(%s, %s, %s, %s, %s))::text"
# What is asked only when a call is about to be placed: whether the telecaller is free, and how many calls today saw.
_NOW = """
SELECT
    (SELECT ended_at IS NULL FROM dialer_call
     WHERE organisation_id = %(organisation)s AND telecaller_id = %(telecaller)s AND closed_at IS NULL),
    (SELECT count(*) FROM dialer_call WHERE organisation_id = %(organisation)s AND started_at >= %(midnight)s)
"""


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
) -> Decision:
    """Hold a call of `telecaller` to `lead` against all contact rules, the telecaller's line and the day's limit too.

    Without a telecaller the question is whether anybody may call, whose line is then taken to be free. `rings_phone`:
    the call begins by ringing the telecaller's own phone, whose number must then be known. `phone`: another number of
    the lead than its first one.
    """
    at = at or timezone.now()
    organisation = current_organisation()
    midnight = dt.datetime.combine(at.astimezone(organisation.zone).date(), dt.time(0), organisation.zone)
    with connection.cursor() as cursor:
        who = telecaller.pk if telecaller is not None else None
        cursor.execute(_NOW, {"organisation": organisation.pk, "telecaller": who, "midnight": midnight})
        is_on_call, calls = cast("tuple[bool | None, int]", cursor.fetchone())
    state = {None: TelecallerState.FREE, True: TelecallerState.ON_CALL, False: TelecallerState.OWES_OUTCOME}
    facts = _facts(lead, at, phone)
    contact = _contact(lead, facts, at, phone)
    telecaller_state = state[is_on_call]
    if telecaller_state is TelecallerState.FREE and rings_phone and telecaller is not None and not telecaller.phone:
        telecaller_state = TelecallerState.NO_PHONE
    contact = replace(contact, telecaller=telecaller_state, spent=replace(contact.spent, calls=calls))
    return may_contact(contact, _rules(ContactPolicy.objects.get(), facts), at)


def deciders(leads: Sequence[Lead], at: dt.datetime) -> dict[uuid.UUID, Callable[[dt.datetime], Decision]]:
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
    midnight = dt.datetime.combine(at.astimezone(organisation.zone).date(), dt.time(0), organisation.zone)
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"organisation": organisation.pk, "telecaller": None, "midnight": midnight})
        calls = cast("tuple[None, int]", cursor.fetchone())[1]
        cursor.execute(_MANY, asked)
        rows = {pk: (Facts.of(parsed(facts)), first_due) for pk, facts, first_due in cursor.fetchall()}
    answering: dict[uuid.UUID, Callable[[dt.datetime], Decision]] = {}
    for lead in leads:
        facts, first_due = rows[lead.pk]
        contact = _contact(lead, facts, at)
        contact = replace(contact, spent=replace(contact.spent, calls=calls))
        answering[lead.pk] = partial(_decided, contact, policy, facts, first_due)
    return answering


def _decided(
    contact: Contact, policy: ContactPolicy, facts: Facts, first_due: dt.datetime | None, moment: dt.datetime
) -> Decision:
    has_appointment = first_due is not None and first_due <= moment + APPOINTMENT
    return may_contact(contact, _rules(policy, replace(facts, has_appointment=has_appointment)), moment)


def rules_of(policy: ContactPolicy) -> Rules:
    """The organisation's contact policy as the rules that the gates go by."""
    window = Window(policy.opens_at, policy.closes_at)
    return Rules(
        version=policy.version,
        countries=frozenset(policy.countries),
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
        daily_calls=policy.daily_calls,
        daily_spend=policy.daily_spend,
    )


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


def _contact(lead: Lead, facts: Facts, at: dt.datetime, phone: str = "") -> Contact:
    organisation = current_organisation()
    number = number_of(phone or lead.phone)
    return Contact(
        organisation_is_active=organisation.state == Organisation.State.ACTIVE,
        number=number,
        zone=zone_of(number, organisation),
        spent=Spent(day=at.astimezone(organisation.zone).date(), zone=organisation.zone),
        is_do_not_call=facts.is_barred,
        attempts_on_lead=Attempts(facts.lead_attempts, tuple(facts.lead_recent)),
        attempts_on_number=Attempts(facts.number_attempts, tuple(facts.number_recent)),
        lead_is_on_call=facts.lead_is_live,
    )


def _rules(policy: ContactPolicy, facts: Facts) -> Rules:
    """The rules of the organisation. A call at the agreed time needs no gap to the call in which it was agreed."""
    rules = rules_of(policy)
    return replace(rules, minimum_gap=dt.timedelta(0)) if facts.has_appointment else rules


def _facts(lead: Lead, at: dt.datetime, phone: str = "") -> Facts:
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [current_organisation().pk, lead.pk, phone or lead.phone, *since_and_soon(at)])
        return Facts.of(parsed(cast("tuple[str]", cursor.fetchone())[0]))
