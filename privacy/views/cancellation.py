"""Ending the account of the organisation: asking for it, agreeing, taking it back, and what members read of it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from accounts.step_up import with_step_up
from jini.lib import closing
from jini.lib.fragments import toast
from privacy.actions import cancelling
from privacy.cancellation_forms import CancelForm
from privacy.holds import in_force
from privacy.models import Cancellation

INVALID, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORGANISATION_CANCEL)
@with_step_up
def cancellation(request: MemberRequest) -> HttpResponse:
    form = CancelForm(request.POST if request.method == "POST" else None, organisation=request.organisation)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=INVALID if form.is_bound else 200)
    try:
        cancelling.ask_to_cancel(reason=form.cleaned_data["reason"], by=request.member)
    except cancelling.AlreadyCancelled:
        # Another tab, or another owner, was quicker: the page says what is under way.
        return _page(request, form, status=CONFLICT)
    return redirect("privacy:cancellation")


def _page(request: MemberRequest, form: CancelForm, *, status: int = 200) -> HttpResponse:
    found = cancelling.current()
    others = [owner for owner in cancelling.owners() if owner.pk != request.member.pk]
    context = {
        "form": form,
        "cancellation": found,
        "is_early": found is None or found.is_early,
        "holds": in_force(),
        "live": closing.live(),
        "others": others,
        "is_mine": found is not None and found.asked_member == request.member.pk,
        **_days(found, has_others=bool(others)),
    }
    return TemplateResponse(request, "settings/cancellation.html", context, status=status)


def _days(found: Cancellation | None, *, has_others: bool) -> dict[str, Any]:
    """When what happens, at the earliest."""
    begins = found.requested_at if found else timezone.now()
    stops_at = (found and found.begun_at) or begins + (cancelling.COOLING if not has_others else cancelling.NO_TIME)
    erased_from = (found and found.ends_at) or stops_at + cancelling.GRACE
    return {"stops_at": stops_at, "erased_from": erased_from, "warned_at": erased_from - cancelling.LAST_WARNING}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORGANISATION_CANCEL)
@with_step_up
def confirmation(request: MemberRequest) -> HttpResponse:
    """Agree as a second owner, who gave their password just now; they come back here from that."""
    found = cancelling.current()
    if request.method == "POST" and found is not None and not cancelling.confirm(found, by=request.member):
        toast(request, _("Another owner has to confirm it, and nobody confirms it twice."))
    return redirect("privacy:cancellation")


@require_POST
@requires(Permission.ORGANISATION_CANCEL)
def undoing(request: MemberRequest) -> HttpResponse:
    found = cancelling.current()
    if found is not None and cancelling.undo(found, by=request.member):
        toast(request, _("Taken back. The account goes on."))
    return redirect("privacy:cancellation")


@require_safe
@requires(Permission.PROFILE_EDIT)
def ending(request: MemberRequest) -> HttpResponse:
    """What every member may know: when it ends, and what they can still do."""
    found = cancelling.current()
    if found is None:
        raise Http404
    return TemplateResponse(request, "privacy/ending.html", {"cancellation": found})
