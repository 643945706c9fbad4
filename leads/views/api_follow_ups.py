"""Follow-ups for programs: what is due, and planning one."""

import datetime as dt
import uuid
from typing import Any, Literal

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.responses import Status as Answer
from pydantic import AwareDatetime, Field

from accounts.api import ApiRequest, Refused, Sent, page_of, read_page, refuse_query
from accounts.permissions import Permission, requires
from leads.actions.capacity import HourIsFull
from leads.actions.follow_ups import DueInThePast, plan_follow_up
from leads.follow_up_list import TABS, Asked
from leads.models import FollowUp, Lead

router = Router(tags=["follow-ups"])
ASIDE = {"older", "newer", "limit"}


class FollowUpOut(Schema):
    id: uuid.UUID
    lead_id: uuid.UUID
    assigned_to_id: uuid.UUID
    kind: str
    due_at: dt.datetime
    note: str
    created_at: dt.datetime
    done_at: dt.datetime | None
    cancelled_at: dt.datetime | None


class FollowUpsOut(Schema):
    items: list[FollowUpOut]
    next: str | None
    previous: str | None


class FollowUpIn(Sent):
    lead_id: uuid.UUID
    due_at: AwareDatetime
    kind: Literal["task", "callback"] = "task"
    note: str = Field("", max_length=200)


@router.get("follow-ups/", response=FollowUpsOut, summary="Follow-ups, the one due first first")
@requires(Permission.LEAD_VIEW)
def follow_ups(request: ApiRequest, due: Literal["overdue", "today", "upcoming", "open"] = TABS[0]) -> dict[str, Any]:  # type: ignore[assignment]
    """`due` as the tabs of the page: overdue, today, upcoming, or open to all. Also person, team, kind and day."""
    asked = Asked(request.member, request.GET)
    refuse_query(set(request.GET) - Asked.NAMES - ASIDE, asked.unfit)
    page = read_page(request, asked.rows, by="due_at")
    return page_of(page, page.rows)


@router.post("follow-ups/", response={201: FollowUpOut}, summary="Plan a follow-up")
@requires(Permission.LEAD_EDIT)
def plan(request: ApiRequest, payload: FollowUpIn) -> Answer[Any]:
    lead = Lead.objects.visible_to(request.member).select_related("assigned_to").filter(pk=payload.lead_id).first()
    if lead is None:
        raise Http404
    try:
        planned: FollowUp = plan_follow_up(
            lead, by=request.member, due_at=payload.due_at, kind=payload.kind, note=payload.note
        )
    except DueInThePast as error:
        said = _("This time is over. Choose a later one.")
        raise Refused(422, "invalid", said, fields={"due_at": [said]}) from error
    except HourIsFull as full:
        free = [moment.isoformat() for moment in full.free]
        raise Refused(409, "hour_is_full", _("No more callbacks fit into this hour."), free=free) from full
    return Answer(201, planned)
