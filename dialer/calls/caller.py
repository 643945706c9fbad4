"""Which number a person sees who is called, and what the call is by law."""

import uuid
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection

from accounts.tenancy import current_organisation
from dialer.models import Call, Campaign, TelephonyAccount
from leads.models import Lead
from privacy.contact_facts import Caller, Purpose, series_of

# The number of the campaign where it is one of the account's provider, else the account's own.
_SHOWN = """
SELECT a.provider, s.default_mode, coalesce(n.phone, a.caller_id), coalesce(n.series, d.series),
    coalesce(n.is_active, d.is_active, true), coalesce(%(purpose)s, c.purpose, p.purpose)
FROM dialer_telephonyaccount a
JOIN dialer_dialersettings s ON s.organisation_id = a.organisation_id
JOIN privacy_contactpolicy p ON p.organisation_id = a.organisation_id
LEFT JOIN dialer_queueentry q
    ON q.organisation_id = a.organisation_id AND q.lead_id = %(lead)s::uuid AND q.finished_at IS NULL
LEFT JOIN dialer_campaign c ON c.organisation_id = a.organisation_id AND c.id = q.campaign_id
LEFT JOIN dialer_phonenumber n ON n.organisation_id = a.organisation_id AND n.provider = a.provider
    AND n.id = coalesce(%(number)s::uuid, c.number_id)
LEFT JOIN dialer_phonenumber d
    ON d.organisation_id = a.organisation_id AND d.provider = a.provider AND d.phone = a.caller_id
WHERE a.organisation_id = %(organisation)s AND a.is_active
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """`phone` in E.164, empty where the account has none; `caller` as the contact rules ask of it, None on own phones."""

    provider: str
    phone: str
    caller: Caller | None
    purpose: Purpose


def shown_in(campaign: Campaign | None, mode: str | None = None) -> Shown:
    """Return what is shown in a call of `campaign`, or outside of campaigns, begun in `mode` (default: as all are).

    The campaign is taken as it is given: rules that are not saved yet can be tried.
    """
    if campaign is None:
        return _ask(mode)
    return _ask(mode, number=campaign.number_id, purpose=campaign.purpose)


def shown_to(lead: Lead) -> Shown:
    """Return what `lead` is shown when it is called from where it waits."""
    return _ask(None, lead=lead.pk)


def _ask(
    mode: str | None, *, lead: uuid.UUID | None = None, number: uuid.UUID | None = None, purpose: str | None = None
) -> Shown:
    asked = {"organisation": current_organisation().pk, "lead": lead, "number": number, "purpose": purpose}
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, asked)
        found = cast("tuple[Any, ...]", cursor.fetchone())
    provider, default_mode, phone, series, is_active, law = found
    if provider == TelephonyAccount.Provider.OWN_PHONE or (mode or default_mode) == Call.Mode.OWN_PHONE:
        return Shown(TelephonyAccount.Provider.OWN_PHONE, "", None, Purpose(law))
    return Shown(provider, phone, Caller(series or series_of(phone), is_active), Purpose(law))
