"""Consents of a lead for programs: what stands and what was said before, and one more word."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.responses import Status as Answer

from accounts.api import ApiRequest, Refused, Sent, page_of, read_page
from accounts.permissions import Permission, requires
from leads.actions.consents import Said, note_consent
from leads.models import Consent
from leads.views.api_leads import visible
from privacy.contact_facts import CONSENT_PURPOSES, Channel, Purpose

router = Router(tags=["leads"])
# What a program says it came by; an import says so itself.
SOURCES = [source.value for source in Consent.Source if source is not Consent.Source.IMPORT]


class ConsentOut(Schema):
    id: uuid.UUID
    purpose: str
    channel: str
    state: str
    source: str
    wording: str
    evidence: str
    obtained_at: dt.datetime
    valid_until: dt.datetime | None
    recorded_at: dt.datetime


class ConsentsOut(Schema):
    items: list[ConsentOut]
    next: str | None
    previous: str | None


class ConsentIn(Sent):
    """What the lead said. `obtained_at` (default: now) and `valid_until` carry their zone; who agreed has a `wording`."""

    purpose: str
    channel: str
    state: str
    source: str = Consent.Source.API.value
    wording: str = ""
    evidence: str = ""
    obtained_at: dt.datetime | None = None
    valid_until: dt.datetime | None = None


@router.get("leads/{uuid:lead}/consents/", response=ConsentsOut, summary="What a lead agreed to, the newest word first")
@requires(Permission.LEAD_VIEW)
def consents(request: ApiRequest, lead: uuid.UUID) -> dict[str, Any]:
    """Of each purpose and channel the newest one holds: given, refused or withdrawn; what ran out is as if never given."""
    rows = Consent.objects.filter(lead=visible(request.member, lead))
    page = read_page(request, rows, by="-obtained_at")
    return page_of(page, page.rows)


@router.post("leads/{uuid:lead}/consents/", response={201: ConsentOut}, summary="Note what a lead agreed to or not")
@requires(Permission.LEAD_EDIT)
def add(request: ApiRequest, lead: uuid.UUID, payload: ConsentIn) -> Answer[Any]:
    """The same word of the same moment is noted once. It holds from the next call or message on."""
    found = visible(request.member, lead)
    if wrong := _wrong(payload):
        raise Refused(422, "invalid", _("Some fields are wrong."), fields=wrong)
    said = Said(
        Purpose(payload.purpose),
        Channel(payload.channel),
        Consent.State(payload.state),
        Consent.Source(payload.source),
        wording=" ".join(payload.wording.split()),
        evidence=payload.evidence.strip(),
        obtained_at=payload.obtained_at,
        valid_until=payload.valid_until,
    )
    return Answer(201, note_consent(found, said, by=request.member))


def _wrong(sent: ConsentIn) -> dict[str, list[str]]:
    known = {
        "purpose": [str(purpose) for purpose in CONSENT_PURPOSES],
        "channel": [str(channel) for channel in Channel],
        "state": Consent.State.values,
        "source": SOURCES,
    }
    wrong = {
        name: [_("One of: %(values)s") % {"values": ", ".join(values)}]
        for name, values in known.items()
        if getattr(sent, name) not in values
    }
    longest = {"wording": 500, "evidence": 200}
    wrong |= {
        name: [_("At most %(count)s characters.") % {"count": count}]
        for name, count in longest.items()
        if len(getattr(sent, name)) > count
    }
    if sent.state == Consent.State.GIVEN and not sent.wording.strip():
        wrong["wording"] = [_("Write what they agreed to, as proof.")]
    return wrong | _wrong_times(sent)


def _wrong_times(sent: ConsentIn) -> dict[str, list[str]]:
    times = {name: getattr(sent, name) for name in ("obtained_at", "valid_until")}
    wrong = {name: [_("Send it with its zone.")] for name, at in times.items() if at is not None and at.tzinfo is None}
    if wrong:
        return wrong
    now = timezone.now()
    if sent.obtained_at is not None and sent.obtained_at > now:
        return {"obtained_at": [_("This time is yet to come.")]}
    if sent.valid_until is not None and sent.valid_until <= (sent.obtained_at or now):
        return {"valid_until": [_("It must be later than when they said it.")]}
    return {}
