"""The facts about calling one lead, read from the rows in one question, and what the contact rules make of them."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import phonenumbers
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.tenancy import current_organisation
from jini.lib.phone import kind_of
from leads.models import Lead
from privacy.contact_facts import Attempts, Contact, Number, Rules, Spent, TelecallerState, Window
from privacy.contact_rules import Decision, may_contact
from privacy.models import ContactPolicy

INDIA = zoneinfo.ZoneInfo("Asia/Kolkata")
# Attempts are needed back to 48 hours and the minimum gap (see `Attempts`), and a gap of a day is the longest of use.
RECENT = dt.timedelta(hours=72)
# A follow-up counts as agreed for now from so long before its time.
APPOINTMENT = dt.timedelta(minutes=15)
_INDIAN_MOBILE = re.compile(r"\+91[6-9]\d{9}")

# A call counts as an attempt once it reached the person or may have: one that failed before it rang did not.
_FACTS = """
WITH lead_calls AS (
    SELECT c.started_at, c.ended_at FROM dialer_call c
    WHERE c.organisation_id = %(organisation)s AND c.lead_id = %(lead)s
      AND NOT (c.status IN ('failed', 'canceled') AND c.ringing_at IS NULL AND c.answered_at IS NULL)
), number_calls AS (
    SELECT c.started_at FROM dialer_call c
    WHERE c.organisation_id = %(organisation)s AND c.phone = %(phone)s
      AND NOT (c.status IN ('failed', 'canceled') AND c.ringing_at IS NULL AND c.answered_at IS NULL)
)
SELECT
    EXISTS (SELECT 1 FROM privacy_donotcall d WHERE d.organisation_id = %(organisation)s AND d.phone = %(phone)s),
    (SELECT count(*) FROM lead_calls),
    ARRAY(SELECT started_at FROM lead_calls WHERE started_at > %(since)s),
    EXISTS (SELECT 1 FROM lead_calls WHERE ended_at IS NULL),
    (SELECT count(*) FROM number_calls),
    ARRAY(SELECT started_at FROM number_calls WHERE started_at > %(since)s),
    EXISTS (
        SELECT 1 FROM leads_followup f
        WHERE f.organisation_id = %(organisation)s AND f.lead_id = %(lead)s AND f.due_at <= %(soon)s
          AND f.done_at IS NULL AND f.cancelled_at IS NULL
    )
"""
# What is asked only when a call is about to be placed: whether the telecaller is free, and how many calls today saw.
_NOW = """
SELECT
    (SELECT ended_at IS NULL FROM dialer_call
     WHERE organisation_id = %(organisation)s AND telecaller_id = %(telecaller)s AND closed_at IS NULL),
    (SELECT count(*) FROM dialer_call WHERE organisation_id = %(organisation)s AND started_at >= %(midnight)s)
"""


def decide(lead: Lead, *, at: dt.datetime | None = None) -> Decision:
    """Hold `lead` against the contact rules at `at` (default now): what may be done with it, whoever calls.

    The queue asks this of every lead it hands out. Whether the telecaller is free and the day's limit is not used up
    is asked when the call is placed, see `decide_to_call`.
    """
    at = at or timezone.now()
    contact, has_appointment = _contact(lead, at)
    return may_contact(contact, _rules(has_appointment=has_appointment), at)


def decide_to_call(
    lead: Lead, telecaller: Membership | None, *, at: dt.datetime | None = None, rings_phone: bool = False
) -> Decision:
    """Hold a call of `telecaller` to `lead` against all contact rules, the telecaller's line and the day's limit too.

    Without a telecaller the question is whether anybody may call, whose line is then taken to be free. `rings_phone`:
    the call begins by ringing the telecaller's own phone, whose number must then be known.
    """
    at = at or timezone.now()
    organisation = current_organisation()
    midnight = dt.datetime.combine(at.astimezone(organisation.zone).date(), dt.time(0), organisation.zone)
    with connection.cursor() as cursor:
        who = telecaller.pk if telecaller is not None else None
        cursor.execute(_NOW, {"organisation": organisation.pk, "telecaller": who, "midnight": midnight})
        is_on_call, calls = cast("tuple[bool | None, int]", cursor.fetchone())
    state = {None: TelecallerState.FREE, True: TelecallerState.ON_CALL, False: TelecallerState.OWES_OUTCOME}
    contact, has_appointment = _contact(lead, at)
    telecaller_state = state[is_on_call]
    if telecaller_state is TelecallerState.FREE and rings_phone and telecaller is not None and not telecaller.phone:
        telecaller_state = TelecallerState.NO_PHONE
    contact = replace(contact, telecaller=telecaller_state, spent=replace(contact.spent, calls=calls))
    return may_contact(contact, _rules(has_appointment=has_appointment), at)


def rules_of(policy: ContactPolicy) -> Rules:
    """The organisation's contact policy as the rules that the gates go by."""
    window = Window(policy.opens_at, policy.closes_at)
    return Rules(
        version=policy.version,
        countries=frozenset(policy.countries),
        hours=tuple(window if day in policy.weekdays else None for day in range(7)),
        lifetime_cap=policy.lifetime_attempts,
        daily_cap=policy.daily_attempts,
        rolling_cap=policy.daily_attempts,
        minimum_gap=dt.timedelta(minutes=policy.minimum_gap_minutes),
        daily_calls=policy.daily_calls,
        daily_spend=policy.daily_spend,
    )


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


def _contact(lead: Lead, at: dt.datetime) -> tuple[Contact, bool]:
    """Return the facts, and whether the person has an appointment for about this time."""
    organisation = current_organisation()
    number = number_of(lead.phone)
    is_barred, lead_count, lead_recent, is_live, number_count, number_recent, has_appointment = _facts(lead, at)
    contact = Contact(
        organisation_is_active=organisation.state == Organisation.State.ACTIVE,
        number=number,
        zone=zone_of(number, organisation),
        spent=Spent(day=at.astimezone(organisation.zone).date(), zone=organisation.zone),
        is_do_not_call=is_barred,
        attempts_on_lead=Attempts(lead_count, tuple(lead_recent)),
        attempts_on_number=Attempts(number_count, tuple(number_recent)),
        lead_is_on_call=is_live,
    )
    return contact, has_appointment


def _rules(*, has_appointment: bool) -> Rules:
    """The rules of the organisation. A call at the agreed time needs no gap to the call in which it was agreed."""
    rules = rules_of(ContactPolicy.objects.get())
    return replace(rules, minimum_gap=dt.timedelta(0)) if has_appointment else rules


def _facts(lead: Lead, at: dt.datetime) -> Sequence[Any]:
    asked: dict[str, Any] = {
        "organisation": current_organisation().pk,
        "lead": lead.pk,
        "phone": lead.phone,
        "since": at - RECENT,
        "soon": at + APPOINTMENT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, asked)
        return cast("Sequence[Any]", cursor.fetchone())
