"""Moving a lead to another status: from its page and, as a fragment, on the board."""

import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import fragment, toast, wants_fragment
from leads.actions.editing import Stale, change_status
from leads.board import cards_of, heads
from leads.filters import find
from leads.models import Lead, Status
from leads.ordering import Order, without
from leads.status_forms import MoveForm
from leads.views.lead import back, visible

CONFLICT, INVALID = 409, 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def move(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Ask where the lead goes (`?to=` is chosen already), and why if that status asks; then move it."""
    found = visible(request, lead)
    old = found.status_id
    if request.method != "POST":
        chosen = {"status": request.GET.get("to") or found.status_id, "reason": found.lost_reason_id}
        return _ask(request, found, MoveForm(initial=chosen | {"version": found.version}))
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _ask(request, found, form, INVALID)
    said = form.cleaned_data
    try:
        with transaction.atomic():
            moved = change_status(
                found, said["status"], by=request.member, version=said["version"], reason=said["reason"]
            )
    except Stale as stale:
        # Sent again, it is meant: from where the lead is now.
        form.data = {**form.data.dict(), "version": str(stale.lead.version)}  # type: ignore[attr-defined]
        return _ask(request, found, form, CONFLICT, theirs=stale.lead)
    return _on_board(request, moved, old) if "board" in request.GET else back(request, found)


def _ask(
    request: MemberRequest, found: Lead, form: MoveForm, status: int = 200, theirs: Lead | None = None
) -> HttpResponse:
    """Show the form; on the board, which has its own, say only what stands against the move."""
    now = Status.objects.get(pk=theirs.status_id) if theirs else found.status
    if wants_fragment(request) and request.method == "POST":
        toast(request, _refusal(found, form, now, is_stale=theirs is not None))
    asks = [str(row.pk) for row in Status.objects.in_order() if row.requires_reason]
    context: dict[str, Any] = {
        "lead": found,
        "form": form,
        "now": now,
        "is_stale": theirs is not None,
        "asks": asks,
        "back_url": _board(request) if "board" in request.GET else found.get_absolute_url(),
    }
    return fragment(request, "leads/move.html", "refused", context, status=status)


def _refusal(found: Lead, form: MoveForm, now: Status, *, is_stale: bool) -> str:
    if is_stale:
        said = _("%(lead)s was changed meanwhile and is in “%(status)s” now. Look again, then move.")
        return said % {"lead": found.display_name, "status": now.label}
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _board(request: MemberRequest) -> str:
    return f"{reverse('leads:board')}?{without(request.GET).urlencode()}"


def _on_board(request: MemberRequest, moved: Lead, old: uuid.UUID) -> HttpResponse:
    """The card as it is now, and the headings of the two columns with their figures."""
    if not wants_fragment(request):
        return redirect(_board(request))
    found = find(request.member, without(request.GET))
    context = {
        "cards": cards_of([moved]),
        "columns": heads(found, Status.objects.filter(pk__in={old, moved.status_id}).order_by("position", "id")),
        "query": without(request.GET).urlencode(),
        "view": Order.asked(request.GET).view(request.GET),
        "may_move": True,
        "is_swapped": True,
    }
    return TemplateResponse(request, "leads/board.html#moved", context)
