"""Calls for programs: the call log with its filters, and one call."""

import datetime as dt
import uuid
from typing import Any

from django.http import Http404
from ninja import Router, Schema

from accounts.api import ApiRequest, page_of, read_page, refuse_query
from accounts.permissions import Permission, requires
from dialer.filters import FILTERS, find_calls
from dialer.models import Call

router = Router(tags=["calls"])
ASIDE = {"older", "newer", "limit"}


class CallOut(Schema):
    id: uuid.UUID
    lead_id: uuid.UUID
    telecaller_id: uuid.UUID
    campaign_id: uuid.UUID | None
    direction: str
    mode: str
    phone: str
    status: str
    failure: str
    started_at: dt.datetime
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None
    ring_seconds: int | None
    talk_seconds: int | None
    outcome_id: uuid.UUID | None
    note: str

    @staticmethod
    def resolve_outcome_id(row: Call) -> uuid.UUID | None:
        return row.disposition_id


class CallsOut(Schema):
    items: list[CallOut]
    next: str | None
    previous: str | None


@router.get("calls/", response=CallsOut, summary="Calls, newest first")
@requires(Permission.CALL_VIEW)
def calls(request: ApiRequest) -> dict[str, Any]:
    """The filters of the call log as its address has them: from, to, telecaller, campaign, disposition and so on."""
    found = find_calls(request.member, request.GET)
    asked = set(request.GET)
    refuse_query(asked - ASIDE - set(FILTERS), (asked & set(FILTERS)) - set(found.values))
    page = read_page(request, found.calls, by="-started_at")
    return page_of(page, page.rows)


@router.get("calls/{uuid:call}/", response=CallOut, summary="One call")
@requires(Permission.CALL_VIEW)
def call(request: ApiRequest, call: uuid.UUID) -> Call:
    found: Call | None = Call.objects.visible_to(request.member).filter(pk=call).first()
    if found is None:
        raise Http404
    return found
