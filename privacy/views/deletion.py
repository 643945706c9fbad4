"""Deleting one's own account: what goes and what stays, the wish, and taking it back."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from accounts.step_up import with_step_up
from jini.lib.fragments import toast
from jini.lib.retention import SCHEDULE
from privacy.actions.deleting_account import GRACE, Refused, ask, undo
from privacy.deletion_forms import DeletionForm
from privacy.models import AccountDeletion
from privacy.obstacles import Obstacle, obstacles

INVALID, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PROFILE_EDIT)
@with_step_up
def deletion(request: MemberRequest) -> HttpResponse:
    """Show what deleting the account means; a POST asks for it, after the password and the typed address."""
    form = DeletionForm(request.POST if request.method == "POST" else None, email=request.user.email)
    if not form.is_bound:
        return _page(request, form, obstacles(request.user))
    if not form.is_valid():
        return _page(request, form, [], status=INVALID)
    try:
        ask(by=request.member)
    except Refused as refused:
        return _page(request, form, refused.obstacles, status=CONFLICT)
    toast(request, _("Your account will be deleted. Until its day you can keep it."))
    return redirect("privacy:deletion")


def _page(request: MemberRequest, form: DeletionForm, found: list[Obstacle], *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "open": AccountDeletion.objects.open().filter(user=request.user.pk).first(),
        "obstacles": found,
        "days": GRACE.days,
        "employee_days": SCHEDULE["employee"].days,
        "memberships": request.user.memberships.active().select_related("organisation").order_by("created_at", "pk"),
    }
    return TemplateResponse(request, "privacy/deletion.html", context, status=status)


@require_POST
@requires(Permission.PROFILE_EDIT)
def undoing(request: MemberRequest) -> HttpResponse:
    """Keep the account: one press, without a password, since it only leaves things as they are."""
    if undo(by=request.member):
        toast(request, _("Your account stays."))
    return redirect("privacy:deletion")
