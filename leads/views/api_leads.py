"""Leads for programs: the list with the filters that people have, one lead, a new one, a change."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.responses import Status as Answer

from accounts.api import ApiRequest, Refused, Sent, page_of, read_page
from accounts.models import Membership
from accounts.permissions import Permission, requires
from leads.actions import editing
from leads.actions.creating import create_lead
from leads.api_form import SentLead
from leads.filters import asked_for, find
from leads.forms import OWN
from leads.models import CustomField, Lead, LeadTag, Status, StatusReason
from leads.ordering import COLUMNS, SORT, Order
from privacy import tombstones
from teams.visibility import people_seen_by

router = Router(tags=["leads"])
# What the query string of the list has beside its filters.
ASIDE = {"q", SORT, "older", "newer", "limit"}
FIELDS = (
    "id", "name", "phone", "email", "address", "city", "region", "pin", "language", "other_languages", "source",
    "value", "score", "custom", "status_id", "lost_reason_id", "assigned_to_id", "attempts", "connected", "first_called_at",
    "last_called_at", "last_disposition_id", "won_at", "created_at", "updated_at", "version",
)  # fmt: skip


class Named(Schema):
    id: uuid.UUID
    name: str


class LeadOut(Schema):
    id: uuid.UUID
    url: str
    name: str
    phone: str
    email: str
    address: str
    city: str
    region: str
    pin: str
    language: str
    other_languages: list[str]
    source: str
    value: str | None
    score: int | None
    custom: dict[str, str | list[str]]
    status: Named
    reason_id: uuid.UUID | None
    owner: Named | None
    tags: list[str]
    attempts: int
    connected: int
    first_called_at: dt.datetime | None
    last_called_at: dt.datetime | None
    last_outcome_id: uuid.UUID | None
    won_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int


class LeadsOut(Schema):
    items: list[LeadOut]
    next: str | None
    previous: str | None


class LeadIn(Sent):
    """A lead; `custom` by the keys that /lead-choices/ names."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    city: str | None = None
    region: str | None = None
    pin: str | None = None
    language: str | None = None
    other_languages: list[str] | None = None
    source: str | None = None
    value: str | float | None = None
    score: int | None = None
    custom: dict[str, Any] | None = None
    owner_id: uuid.UUID | None = None


class LeadPatch(LeadIn):
    """What changes. `version` is that of the lead as it was read: an older one is refused with 409."""

    version: int
    status_id: uuid.UUID | None = None
    reason_id: uuid.UUID | None = None


class ChoiceOut(Schema):
    key: str
    name: str


class FieldOut(Schema):
    key: str
    name: str
    kind: str
    is_required: bool
    choices: list[ChoiceOut]


class StatusOut(Named):
    kind: str
    requires_reason: bool


class LeadChoicesOut(Schema):
    fields: list[FieldOut]
    statuses: list[StatusOut]
    reasons: list[Named]
    owners: list[Named]


@router.get("leads/", response=LeadsOut, summary="Leads, 50 to a page")
@requires(Permission.LEAD_VIEW)
def leads(request: ApiRequest) -> dict[str, Any]:
    """The filters of the lead list as its address has them: q, status, owner, tag, city, created_from and so on; sort."""
    found, order = find(request.member, request.GET), Order.asked(request.GET)
    _refuse_unfit(request.GET, {chip.name for chip in found.chips})
    rows = order.of(found.leads).only(*FIELDS)
    page = read_page(request, rows, by=order.by)
    return page_of(page, _shown(page.rows))


@router.get("leads/{uuid:lead}/", response=LeadOut, summary="One lead")
@requires(Permission.LEAD_VIEW)
def lead(request: ApiRequest, lead: uuid.UUID) -> dict[str, Any]:
    return _shown([visible(request.member, lead)])[0]


@router.post("leads/", response={201: LeadOut}, summary="Add a lead")
@requires(Permission.LEAD_EDIT)
def add(request: ApiRequest, payload: LeadIn) -> Answer[Any]:
    form = SentLead(payload.dict(exclude_unset=True))
    _refuse(request, form)
    owner = _owner(request, payload) if payload.owner_id else None
    with _known_number(request.member):
        made = create_lead(form.values, by=request.member, assigned_to=owner)
    return Answer(201, _shown([made])[0])


@router.patch("leads/{uuid:lead}/", response=LeadOut, summary="Change a lead")
@requires(Permission.LEAD_EDIT)
def change(request: ApiRequest, lead: uuid.UUID, payload: LeadPatch) -> dict[str, Any]:
    found = visible(request.member, lead)
    fields = payload.dict(exclude_unset=True)
    form = SentLead(fields, Lead.objects.get(pk=found.pk))
    _refuse(request, form)
    try:
        with _known_number(request.member):
            found = editing.edit_lead(found, form.values, by=request.member, version=payload.version)
    except editing.Stale as stale:
        said = _("The lead was changed since it was read; read it again.")
        raise Refused(409, "stale", said, version=stale.lead.version) from stale
    if payload.status_id is not None:
        found = _move(request.member, found, payload)
    if "owner_id" in fields:
        found = editing.assign(found, _owner(request, payload), by=request.member)
    return _shown([found])[0]


@router.get("lead-choices/", response=LeadChoicesOut, summary="Custom fields, statuses, reasons and owners")
@requires(Permission.LEAD_VIEW)
def choices(request: ApiRequest) -> dict[str, Any]:
    fields = [
        {
            "key": field.key,
            "name": field.label,
            "kind": field.kind,
            "is_required": field.is_required,
            "choices": [{"key": key, "name": name} for key, name in field.labels().items()],
        }
        for field in CustomField.objects.in_order()
    ]
    return {
        "fields": fields,
        "statuses": [
            {"id": row.pk, "name": row.label, "kind": row.kind, "requires_reason": row.requires_reason}
            for row in Status.objects.in_order()
        ],
        "reasons": [{"id": row.pk, "name": row.label} for row in StatusReason.objects.in_order()],
        "owners": [{"id": row.pk, "name": row.name} for row in people_seen_by(request.member).active()],
    }


def visible(member: Membership, pk: uuid.UUID) -> Lead:
    found: Lead | None = Lead.objects.visible_to(member).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _refuse_unfit(query: Mapping[str, str], fitting: set[str]) -> None:
    """Refuse what does not fit: to a person the list says so, a program would take all leads for what it asked for."""
    asked = set(asked_for(query))
    unknown = {name: ["there is no such filter"] for name in query if name not in asked | ASIDE}
    unfit = {name: ["does not fit"] for name in asked - fitting}
    if query.get(SORT, "created").removeprefix("-") not in COLUMNS:
        unfit[SORT] = [f"one of {', '.join(COLUMNS)}, with - for falling"]
    if unknown or unfit:
        raise Refused(422, "invalid", _("Some fields are wrong."), fields=unknown | unfit)


def _refuse(request: ApiRequest, form: SentLead) -> None:
    if errors := form.errors:
        if form.erased:
            request.note_refusal = partial(tombstones.refuse, form.erased, form.erased)  # type: ignore[attr-defined]
        raise Refused(422, "invalid", _("Some fields are wrong."), fields=errors)


@contextmanager
def _known_number(member: Membership) -> Iterator[None]:
    """Say that a lead has the number already, and which one where the key may see it."""
    try:
        yield
    except editing.PhoneTaken as taken:
        seen = Lead.objects.visible_to(member).filter(pk=taken.lead.pk).exists()
        said = _("A lead with this number exists already.")
        lead = str(taken.lead.pk) if seen else None
        raise Refused(409, "phone_taken", said, fields={"phone": [said]}, lead_id=lead) from taken


def _owner(request: ApiRequest, payload: LeadIn) -> Membership | None:
    if not request.member.may(Permission.LEAD_ASSIGN):
        raise Refused(403, "not_allowed", _("The role of this key may not do that."))
    if payload.owner_id is None:
        return None
    owner = people_seen_by(request.member).active().filter(pk=payload.owner_id).first()
    if owner is None:
        raise Refused(422, "invalid", _("Some fields are wrong."), fields={"owner_id": ["there is no such person"]})
    return owner


def _move(member: Membership, found: Lead, payload: LeadPatch) -> Lead:
    status = Status.objects.in_order().filter(pk=payload.status_id).first()
    reason = StatusReason.objects.in_order().filter(pk=payload.reason_id).first() if payload.reason_id else None
    wrong = {} if status else {"status_id": ["there is no such status"]}
    if payload.reason_id and (reason is None or not (status and status.requires_reason)):
        wrong["reason_id"] = ["there is no such reason, or the status asks for none"]
    if status is None or wrong:
        raise Refused(422, "invalid", _("Some fields are wrong."), fields=wrong)
    try:
        return editing.change_status(found, status, by=member, reason=reason)
    except editing.ReasonMissing as error:
        said = {"reason_id": ["this status asks for a reason"]}
        raise Refused(422, "invalid", _("Some fields are wrong."), fields=said) from error


def _shown(rows: Sequence[Lead]) -> list[dict[str, Any]]:
    """Return the leads as the API writes them: three questions, however many they are."""
    statuses = {row.pk: row.label for row in Status.objects.all()}
    people = Membership.objects.filter(pk__in={row.assigned_to_id for row in rows}).select_related("user")
    owners = {person.pk: person.name for person in people}
    tags: dict[uuid.UUID, list[str]] = defaultdict(list)
    named = LeadTag.objects.filter(lead__in=[row.pk for row in rows]).order_by("tag__name")
    for lead_id, name in named.values_list("lead_id", "tag__name"):
        tags[lead_id].append(name)
    return [_one(row, statuses, owners, tags[row.pk]) for row in rows]


def _one(row: Lead, statuses: Mapping[Any, str], owners: Mapping[Any, str], tags: list[str]) -> dict[str, Any]:
    owner = row.assigned_to_id
    return {name: getattr(row, name) for name in (*OWN, *FIELDS)} | {
        "url": f"{settings.PUBLIC_URL}{row.get_absolute_url()}",
        "value": None if row.value is None else f"{row.value:.2f}",
        "status": {"id": row.status_id, "name": statuses[row.status_id]},
        "reason_id": row.lost_reason_id,
        "owner": {"id": owner, "name": owners.get(owner, "")} if owner else None,
        "last_outcome_id": row.last_disposition_id,
        "tags": tags,
    }
