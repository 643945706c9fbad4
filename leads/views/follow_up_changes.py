"""Changing a follow-up: done, cancelled, later, in other hands, and all of it taken back."""

import uuid
from collections.abc import Callable

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from leads.actions import handing_over
from leads.actions.capacity import HourIsFull
from leads.actions.follow_ups import (
    AlreadyClosed,
    DueInThePast,
    cancel_follow_up,
    finish_follow_up,
    move_follow_up,
    reopen_follow_up,
)
from leads.follow_up_forms import PersonForm
from leads.follow_up_list import Asked
from leads.forms import FollowUpTime
from leads.models import FollowUp
from leads.picks import quick_picks
from teams.visibility import sight_of

CONFLICT, INVALID = 409, 422
# As many change hands with one press.
MOST_GIVEN = 100


def _reached(request: MemberRequest, pk: uuid.UUID) -> FollowUp:
    reachable = FollowUp.objects.within_reach_of(request.member).select_related("lead", "assigned_to__user")
    found: FollowUp = get_object_or_404(reachable, pk=pk)
    return found


def _close(request: MemberRequest, pk: uuid.UUID, verb: Callable[..., FollowUp], said: str) -> HttpResponse:
    """Close a follow-up by `verb`, say so with an Undo, and go back to where it was pressed."""
    found = _reached(request, pk)
    try:
        verb(found, by=request.member)
    except AlreadyClosed:
        toast(request, _("This follow-up was closed already."))
    else:
        toast(request, said, undo=reverse("leads:follow_up_reopening", args=[found.pk]))
    return _back(request, found)


def _back(request: MemberRequest, found: FollowUp | None = None) -> HttpResponse:
    """To the lead, or to the list as it was shown; of what was sent only a query string is taken."""
    back = request.POST.get("back", "")
    if found is not None and back == "lead" and _sees(request, found):
        return redirect(found.lead)
    shown = QueryDict(back[1:]).urlencode() if back.startswith("?") else ""
    return redirect(reverse("leads:follow_ups") + (f"?{shown}" if shown else ""))


def _sees(request: MemberRequest, found: FollowUp) -> bool:
    """Whether the lead is seen too: it may be another's by now."""
    return sight_of(request.member).covers(found.lead.assigned_to_id)


@require_POST
@requires(Permission.LEAD_EDIT)
def done(request: MemberRequest, follow_up: uuid.UUID) -> HttpResponse:
    return _close(request, follow_up, finish_follow_up, _("Done."))


@require_POST
@requires(Permission.LEAD_EDIT)
def cancelled(request: MemberRequest, follow_up: uuid.UUID) -> HttpResponse:
    return _close(request, follow_up, cancel_follow_up, _("Cancelled."))


@require_POST
@requires(Permission.LEAD_EDIT)
def reopening(request: MemberRequest, follow_up: uuid.UUID) -> HttpResponse:
    found = _reached(request, follow_up)
    reopen_follow_up(found, by=request.member)
    return redirect(found.lead) if _sees(request, found) else redirect("leads:follow_ups")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def snooze(request: MemberRequest, follow_up: uuid.UUID) -> HttpResponse:
    """Give a follow-up another time: by one press from the list, or on a page of its own."""
    found = _reached(request, follow_up)
    if request.method != "POST":
        return _time(request, found, 200, back=request.GET.get("back", ""))
    time = FollowUpTime(request.POST)
    if not time.is_valid() or time.moment is None:
        return _time(request, found, INVALID, error=time.problem)
    try:
        move_follow_up(found, by=request.member, due_at=time.moment)
    except HourIsFull as full:
        return _time(request, found, INVALID, full=full)
    except DueInThePast:
        return _time(request, found, INVALID, error=_("This time is over. Choose a later one."))
    except AlreadyClosed:
        toast(request, _("This follow-up was closed already."))
    else:
        toast(request, _("Moved."), undo=reverse("leads:follow_up_return", args=[found.pk]))
    return _back(request, found)


def _time(
    request: MemberRequest,
    found: FollowUp,
    status: int,
    *,
    error: str = "",
    full: HourIsFull | None = None,
    back: str = "",
) -> HttpResponse:
    context = {
        "task": found,
        "picks": quick_picks(),
        "error": error,
        "full": full,
        "typed": request.POST.get("due_at", ""),
        "chosen": request.POST.get("due", ""),
        "back": back or request.POST.get("back", ""),
    }
    return TemplateResponse(request, "leads/follow_up_time.html", context, status=status)


@require_POST
@requires(Permission.LEAD_EDIT)
def taking(request: MemberRequest, follow_up: uuid.UUID) -> HttpResponse:
    """Take a follow-up that a colleague left lying; who comes second is told."""
    offered = FollowUp.objects.fallen_to(request.member) | FollowUp.objects.within_reach_of(request.member)
    found = get_object_or_404(FollowUp.objects.filter(pk__in=offered.values("pk")).select_related("lead"), pk=follow_up)
    try:
        taken = handing_over.take_follow_up(found, by=request.member)
    except handing_over.NotOnOffer:
        return _gone(request, _("This follow-up is no longer open to all: somebody was faster, or it was changed."))
    except handing_over.BeingCalled:
        return _gone(request, _("A colleague is on a call with this lead just now."))
    toast(request, _("It is yours now."), undo=reverse("leads:follow_up_return", args=[taken.pk]))
    return redirect(taken.lead)


def _gone(request: MemberRequest, text: str) -> HttpResponse:
    context = {"text": text, "list_url": reverse("leads:follow_ups") + "?due=open"}
    return TemplateResponse(request, "leads/follow_up_gone.html", context, status=CONFLICT)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_ASSIGN)
def reassignment(request: MemberRequest, follow_up: uuid.UUID) -> HttpResponse:
    """Give one follow-up to somebody else."""
    found = _reached(request, follow_up)
    form = PersonForm(request.POST if request.method == "POST" else None, by=request.member)
    if request.method == "POST" and form.is_valid():
        try:
            handing_over.reassign_follow_up(found, to=form.cleaned_data["to"], by=request.member)
        except AlreadyClosed:
            toast(request, _("This follow-up was closed already."))
        else:
            said = _("Given to %(name)s.") % {"name": form.cleaned_data["to"].name}
            toast(request, said, undo=reverse("leads:follow_up_return", args=[found.pk]))
        return _back(request, found)
    context = {"task": found, "form": form, "back": request.POST.get("back", request.GET.get("back", ""))}
    return TemplateResponse(request, "leads/follow_up_person.html", context, status=INVALID if form.is_bound else 200)


@require_POST
@requires(Permission.LEAD_ASSIGN)
def reassignments(request: MemberRequest) -> HttpResponse:
    """Give what a tab shows of one person to somebody else, the first hundred with one press."""
    asked = Asked(request.member, QueryDict(request.POST.get("back", "").removeprefix("?")))
    form = PersonForm(request.POST, by=request.member)
    if asked.person is None or asked.is_past or asked.due == "open" or not form.is_valid():
        toast(request, _("Choose whose follow-ups, and who gets them."))
        return _back(request)
    rows = list(asked.rows.select_related("lead").order_by("due_at", "id")[: MOST_GIVEN + 1])
    to = form.cleaned_data["to"]
    count = handing_over.reassign_all(rows[:MOST_GIVEN], to=to, by=request.member)
    said = ngettext("%(count)s follow-up given to %(name)s.", "%(count)s follow-ups given to %(name)s.", count)
    more = " " + _("There are more: press again.") if len(rows) > MOST_GIVEN else ""
    toast(request, said % {"count": count, "name": to.name} + more)
    return _back(request)


@require_POST
@requires(Permission.LEAD_EDIT)
def giving_back(request: MemberRequest, follow_up: uuid.UUID) -> HttpResponse:
    """Undo the member's own last change of time or hands, also of what they no longer see since they gave it away."""
    found = get_object_or_404(FollowUp.objects.select_related("lead"), pk=follow_up)
    if not handing_over.may_take_back(found, by=request.member):
        found = _reached(request, follow_up)
    try:
        handing_over.take_back(found, by=request.member)
    except handing_over.TooLateToUndo:
        toast(request, _("It is too late to take this back."))
    else:
        toast(request, _("Taken back."))
    return redirect("leads:follow_ups")
