"""Follow-ups: what is late, what is due today, what comes."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.models import Membership
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from jini.lib.paging import keyset_page
from leads.actions.follow_ups import AlreadyClosed, cancel_follow_up, finish_follow_up, move_follow_up, reopen_follow_up
from leads.models import FollowUp
from leads.picks import quick_picks
from teams.visibility import people_seen_by, sight_of

MOST_COUNTED = 99


@require_safe
@requires(Permission.LEAD_VIEW)
def follow_ups(request: MemberRequest) -> HttpResponse:
    labels = {"overdue": _("Overdue"), "today": _("Today"), "upcoming": _("Upcoming")}
    person = _person(request)
    mine = FollowUp.objects.open().visible_to(request.member)
    if person is not None:
        mine = mine.filter(assigned_to=person)
    due = request.GET.get("due")
    due = due if due in labels else "overdue"
    rows = _due(mine, due).select_related("lead", "assigned_to__user")
    page = keyset_page(request, rows, by="due_at")
    context = {
        "page": page,
        "openable": {task.lead_id for task in page.rows if _sees(request, task)},
        "due": due,
        "tabs": [(key, label, _counted(_due(mine, key))) for key, label in labels.items()],
        "people": [] if sight_of(request.member).is_own else people_seen_by(request.member).active(),
        "person": person,
        "picks": quick_picks(),
    }
    return TemplateResponse(request, "leads/follow_ups.html", context)


def _person(request: MemberRequest) -> Membership | None:
    """The person whose follow-ups are asked for; None for those of everybody who is seen."""
    people = people_seen_by(request.member).active()
    return next((row for row in people if str(row.pk) == request.GET.get("person")), None)


def _due(rows: Any, due: str) -> Any:
    now = timezone.now()
    tomorrow = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    if due == "overdue":
        return rows.filter(due_at__lt=now)
    if due == "today":
        return rows.filter(due_at__gte=now, due_at__lt=tomorrow)
    return rows.filter(due_at__gte=tomorrow)


def _counted(rows: Any) -> str:
    number = rows.order_by()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)


def _close(request: MemberRequest, pk: uuid.UUID, verb: Callable[..., FollowUp], said: str) -> HttpResponse:
    """Close a follow-up by `verb`, say so with an Undo, and go back to where it was pressed."""
    found = get_object_or_404(FollowUp.objects.within_reach_of(request.member), pk=pk)
    try:
        verb(found, by=request.member)
    except AlreadyClosed:
        toast(request, _("This follow-up was closed already."))
    else:
        toast(request, said, undo=reverse("leads:follow_up_reopening", args=[found.pk]))
    return _back(request, found)


def _back(request: MemberRequest, found: FollowUp) -> HttpResponse:
    from_lead = request.POST.get("back") == "lead" and _sees(request, found)
    return redirect(found.lead) if from_lead else redirect("leads:follow_ups")


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
    found = get_object_or_404(FollowUp.objects.within_reach_of(request.member), pk=follow_up)
    reopen_follow_up(found, by=request.member)
    return redirect(found.lead) if _sees(request, found) else redirect("leads:follow_ups")


@require_POST
@requires(Permission.LEAD_EDIT)
def snooze(request: MemberRequest, follow_up: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(FollowUp.objects.within_reach_of(request.member), pk=follow_up)
    times = {pick.key: pick.at for pick in quick_picks()}
    due_at = times.get(request.POST.get("due", ""))
    if due_at is None:
        toast(request, _("Choose a time."))
        return _back(request, found)
    try:
        move_follow_up(found, by=request.member, due_at=due_at)
    except AlreadyClosed:
        toast(request, _("This follow-up was closed already."))
    return _back(request, found)


def late_follow_ups(member: Membership) -> int:
    """How many follow-ups are late: the red count of the navigation, for a telecaller their own."""
    return int(FollowUp.objects.overdue().visible_to(member).order_by()[: MOST_COUNTED + 1].count())
