"""The outcome of a call, and taking it back."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions import wrap_up
from dialer.actions.calling import open_call_of
from dialer.actions.handing_out import NotAtWork, hand_next
from dialer.models import Call, Disposition
from dialer.panel import page_of, wrap_up_context
from jini.lib.forms import typed
from jini.lib.fragments import toast
from leads.actions.capacity import HourIsFull
from leads.actions.follow_ups import DueInThePast
from leads.forms import FollowUpTime

CONFLICT, INVALID, LONGEST_NOTE = 409, 422, 4000
REFUSALS = (
    wrap_up.AlreadySaved,
    wrap_up.NotEnded,
    wrap_up.TalkDoesNotFit,
    wrap_up.FollowUpMissing,
    HourIsFull,
    DueInThePast,
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CALL_MAKE)
def disposition(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """Ask for the outcome; the first press of one that needs a follow-up asks when, the second one saves."""
    found = get_object_or_404(Call.objects.filter(telecaller=request.member).select_related("lead"), pk=call)
    if request.method != "POST":
        return redirect(page_of(found, request.member)) if found.closed_at else _ask(request, found)
    outcome = _outcome(request, found)
    if outcome is None:
        return _ask(request, found, error=_("Choose an outcome."), status=INVALID)
    if not wrap_up.needs_time(outcome):
        return _save(request, found, outcome, None)
    if not _is_timed(request, outcome):
        return _when(request, found, outcome)
    time = FollowUpTime(request.POST, wanted_minutes=outcome.suggested_minutes)
    if not time.is_valid():
        return _ask(request, found, outcome, error=time.problem, status=INVALID)
    return _save(request, found, outcome, time.moment)


def _outcome(request: MemberRequest, call: Call) -> Disposition | None:
    """The outcome that was pressed, else the one that was chosen before and whose time is sent now."""
    pressed = request.POST.get("outcome") or request.POST.get("chosen") or ""
    offered = Disposition.objects.offered_on(call).select_related("next_status")
    return next((row for row in offered if str(row.pk) == pressed), None)


def _is_timed(request: MemberRequest, outcome: Disposition) -> bool:
    """Whether a time was sent with this outcome, and not left over from another one that was chosen before."""
    sent = request.POST
    return "due" in sent and sent.get("outcome", str(outcome.pk)) == sent.get("chosen")


def _when(request: MemberRequest, call: Call, outcome: Disposition) -> HttpResponse:
    try:
        wrap_up.refuse_unfitting(call, outcome)
    except wrap_up.TalkDoesNotFit as refusal:
        return _ask(request, call, error=str(refusal), status=INVALID)
    return _ask(request, call, outcome)


def _save(request: MemberRequest, call: Call, outcome: Disposition, follow_up_at: dt.datetime | None) -> HttpResponse:
    note = typed(request.POST.get("note", call.note), longest=LONGEST_NOTE)
    try:
        wrap_up.save_disposition(
            call,
            outcome,
            by=request.member,
            follow_up_at=follow_up_at,
            note=note,
            is_only_theirs="only_me" in request.POST,
        )
    except REFUSALS as refusal:
        return _refused(request, call, outcome, refusal)
    stays = request.POST.get("then") == "stay" or "stop" in request.POST
    response = redirect(page_of(call, request.member)) if stays else go_on(request)
    # Who is on the next call already cannot open the wrap-up of the last one again.
    undo = "" if open_call_of(request.member) else reverse("dialer:undo", args=[call.pk])
    toast(request, _("Saved: %(outcome)s") % {"outcome": outcome.label}, undo=undo)
    return response


def _refused(request: MemberRequest, call: Call, outcome: Disposition, refusal: Exception) -> HttpResponse:
    if isinstance(refusal, wrap_up.AlreadySaved):
        return _saved_before(request, call, refusal.call)
    if isinstance(refusal, wrap_up.NotEnded):
        return _ask(request, call, error=_("The line is still open. Hang up first."), status=CONFLICT)
    if isinstance(refusal, wrap_up.TalkDoesNotFit):
        return _ask(request, call, error=str(refusal), status=INVALID)
    if isinstance(refusal, HourIsFull):
        return _ask(request, call, outcome, full=refusal, status=INVALID)
    is_over = isinstance(refusal, DueInThePast)
    error = _("This time is over. Choose a later one.") if is_over else _("Choose a time.")
    return _ask(request, call, outcome, error=error, status=INVALID)


def _saved_before(request: MemberRequest, call: Call, saved: Call) -> HttpResponse:
    if saved.disposition is not None and saved.disposition.system_code:
        toast(request, _("This call was closed meanwhile, since it had no outcome for long. Change its outcome here."))
        return redirect(saved)
    return _ask(request, call, error=_("The outcome of this call is saved already."), status=CONFLICT)


def go_on(request: MemberRequest) -> HttpResponse:
    """To the next lead, or to the end of the day's list."""
    try:
        entry = hand_next(request.member)
    except NotAtWork:
        toast(request, _("You are on a break or offline: no lead is handed out."))
        return redirect("dialer:today")
    return redirect(entry.lead) if entry else redirect("dialer:today")


def _ask(
    request: MemberRequest,
    call: Call,
    chosen: Disposition | None = None,
    *,
    error: str = "",
    full: HourIsFull | None = None,
    status: int = 200,
) -> HttpResponse:
    if "note" in request.POST:
        call.note = request.POST["note"]
    context: dict[str, Any] = wrap_up_context(call, chosen) | {
        "error": error,
        "full": full,
        "sent": {name: request.POST.get(name, "") if full or error else "" for name in ("due", "due_at", "only_me")},
    }
    return TemplateResponse(request, "dialer/wrap_up.html", context, status=status)


@require_POST
@requires(Permission.CALL_MAKE)
def undo(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Call.objects.filter(telecaller=request.member).select_related("lead"), pk=call)
    try:
        wrap_up.undo_disposition(found, by=request.member)
    except wrap_up.TooLateToUndo:
        toast(request, _("It is too late to take this back."))
        return redirect(page_of(found, request.member))
    except wrap_up.OnAnotherCall:
        toast(request, _("Finish the call you are on first."))
        return redirect(page_of(found, request.member))
    return redirect("dialer:disposition", found.pk)
