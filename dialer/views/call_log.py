"""The call log, its file, and one call with what the provider told of it."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.models import Membership, Organisation
from accounts.permissions import Permission, requires
from accounts.tenancy import acting_for
from dialer.actions.correcting import NotWrappedUp, OutcomeMoved, change_outcome, changes_of
from dialer.actions.wrap_up import TalkDoesNotFit
from dialer.call_filter_form import CallFilterForm
from dialer.calls.costs import charge_of
from dialer.calls.failures import FAILURES
from dialer.filters import find_calls
from dialer.inbox_words import Said, said
from dialer.models import Call, CallEvent, CallScript, MessageDrop
from dialer.outcome_form import OutcomeForm
from dialer.recording_panel import recording_of
from dialer.scripts.course import pressed
from dialer.supervision import sessions_of
from jini.lib.fragments import fragment, toast
from jini.lib.paging import capped_count, keyset_page
from jini.lib.spreadsheet import csv_download
from teams.visibility import sight_of

CONFLICT, INVALID = 409, 422
SLICE = 1_000
MOST_EVENTS = 200
WITH = ("lead", "telecaller__user", "campaign", "disposition")


@require_safe
@requires(Permission.CALL_VIEW)
def calls(request: MemberRequest) -> HttpResponse:
    found = find_calls(request.member, request.GET)
    rows, count = found.calls.select_related(*WITH), capped_count(found.calls)
    page = keyset_page(request, rows, by="-started_at", count_text=count)
    sight = sight_of(request.member)
    context = {
        "page": page,
        # The lead of a call may be another's by now.
        "openable": {call.lead_id for call in page.rows if sight.covers(call.lead.assigned_to_id)},
        "form": CallFilterForm(request.GET, request.member, found),
        "query": request.GET.urlencode(),
        "may_export": request.member.may(Permission.LEAD_EXPORT),
        "may_import": request.member.may(Permission.LEAD_IMPORT),
    }
    return fragment(request, "dialer/calls.html", "rows", context)


@require_safe
@requires(Permission.LEAD_EXPORT)
def export(request: MemberRequest) -> HttpResponseBase:
    """Give the calls that the call log shows, all pages of them."""
    audit.record("calls.exported", by=request.member, filters=sorted(find_calls(request.member, request.GET).values))
    rows = _export_rows(request.organisation, request.member, request.GET.copy())
    return csv_download(rows, name=f"calls-{timezone.localdate().isoformat()}.csv")


def _export_rows(organisation: Organisation, member: Membership, query: QueryDict) -> Iterator[list[Any]]:
    yield [
        _("Started"), _("Lead"), _("Phone"), _("Telecaller"), _("Campaign"), _("Status"), _("Outcome"),
        _("Ring time, seconds"), _("Talk time, seconds"), _("After-call work, seconds"),
    ]  # fmt: skip
    last: tuple[dt.datetime, uuid.UUID] | None = None
    while True:
        # The page is over when this runs: each slice opens the scope for itself, and no snapshot is held between them.
        with acting_for(organisation), timezone.override(organisation.zone):
            calls = find_calls(member, query).calls.select_related(*WITH).order_by("-started_at", "-pk")
            if last is not None:
                calls = calls.filter(Q(started_at__lt=last[0]) | Q(started_at=last[0], pk__lt=last[1]))
            rows = list(calls[:SLICE])
        yield from map(_exported, rows)
        if len(rows) < SLICE:
            return
        last = rows[-1].started_at, rows[-1].pk


def _exported(call: Call) -> list[Any]:
    return [
        timezone.localtime(call.started_at).isoformat(timespec="seconds"),
        call.lead.name,
        call.phone,
        call.telecaller.name,
        call.campaign.name if call.campaign else "",
        call.get_status_display(),
        call.disposition.label if call.disposition else "",
        _number(call.ring_seconds),
        _number(call.talk_seconds),
        _number(call.wrap_up_seconds),
    ]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


@require_safe
@requires(Permission.CALL_VIEW)
def call(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    found = _visible_call(request, call)
    return TemplateResponse(request, "dialer/call.html", _about(request, found, OutcomeForm(found)))


@require_POST
@requires(Permission.CALL_MAKE)
def outcome(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """Give a call that is wrapped up another outcome."""
    found = _visible_call(request, call)
    form = OutcomeForm(found, request.POST)
    if not form.is_valid():
        return _call_page(request, found, form, INVALID)
    sent = form.cleaned_data
    try:
        change_outcome(found, sent["outcome"], by=request.member, was=sent["was"], reason=sent["reason"])
    except TalkDoesNotFit as refusal:
        form.add_error("outcome", str(refusal))
        return _call_page(request, found, form, INVALID)
    except (NotWrappedUp, OutcomeMoved):
        found = _visible_call(request, call)
        return _call_page(request, found, OutcomeForm(found), CONFLICT)
    toast(request, _("Saved: %(outcome)s") % {"outcome": sent["outcome"].label})
    return redirect(found)


def _visible_call(request: MemberRequest, pk: uuid.UUID) -> Call:
    found: Call = get_object_or_404(Call.objects.visible_to(request.member).select_related(*WITH), pk=pk)
    return found


def _call_page(request: MemberRequest, found: Call, form: OutcomeForm, status: int) -> HttpResponse:
    context = _about(request, found, form) | {"has_moved": status == CONFLICT}
    return TemplateResponse(request, "dialer/call.html", context, status=status)


def _about(request: MemberRequest, found: Call, form: OutcomeForm) -> dict[str, Any]:
    """What the page of a call shows."""
    events = CallEvent.objects.filter(call_token=found.pk).order_by("received_at", "pk")
    return {
        "call": found,
        "form": form,
        "has_moved": False,
        "changes": changes_of(found),
        "charge": charge_of(found, request.member),
        "why": FAILURES.get(found.failure, found.failure),
        # The lead of somebody whom they do not see is not theirs to open.
        "may_open_lead": sight_of(request.member).covers(found.lead.assigned_to_id),
        "pressed": pressed(CallScript.objects.filter(call=found).select_related("version__script").first()),
        "may_supervise": request.member.may(Permission.CALL_SUPERVISE),
        "sessions": sessions_of(found) if request.member.may(Permission.CALL_SUPERVISE) else [],
        "recorded": recording_of(found, with_plays=request.member.may(Permission.FIGURES_TEAM)),
        "drop": MessageDrop.objects.filter(call=found).select_related("message", "left_by__user").first(),
        "may_play": request.member.may(Permission.RECORDING_PLAY),
        "may_fetch": request.member.may(Permission.TELEPHONY_EDIT),
        "may_replay": request.member.may(Permission.TELEPHONY_EDIT),
        "events": list(map(_said, events[:MOST_EVENTS])) if request.member.may(Permission.FIGURES_TEAM) else None,
    }


def _said(event: CallEvent) -> tuple[CallEvent, Said]:
    return event, said(event)
