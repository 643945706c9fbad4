"""What may be done with the lead in hand instead of calling it: skipping it, or stopping its countdown."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.skipping import MayNotSkip, NotInHand, held_by, skip_lead
from dialer.campaigns.modes import pause_countdown, resume_countdown
from dialer.models import Skip
from dialer.views.wrap_up import go_on
from jini.lib.forms import typed
from jini.lib.fragments import toast
from leads.models import Lead

CONFLICT, INVALID, LONGEST_NOTE = 409, 422, 200
REASONS = [reason for reason in Skip.Reason.values if reason != Skip.Reason.OTHER_LEAD]


@require_POST
@requires(Permission.CALL_MAKE)
def skip(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Lead.objects.visible_to(request.member), pk=lead)
    reason = request.POST.get("reason", "")
    if reason not in REASONS:
        return _not_skipped(request, found, _("Choose why the lead is skipped."), INVALID)
    note = typed(request.POST.get("note", ""), longest=LONGEST_NOTE)
    try:
        skip_lead(found, by=request.member, reason=reason, note=note)
    except MayNotSkip:
        return _not_skipped(request, found, _("Its campaign does not let leads be skipped."), CONFLICT)
    except NotInHand:
        return _not_skipped(request, found, _("It is not in your hands any more, or it is being called."), CONFLICT)
    toast(request, _("Skipped. The lead comes back in half an hour."))
    return go_on(request)


def _not_skipped(request: MemberRequest, lead: Lead, sentence: str, status: int) -> HttpResponse:
    return TemplateResponse(request, "dialer/not_skipped.html", {"lead": lead, "sentence": sentence}, status=status)


@require_POST
@requires(Permission.CALL_MAKE)
def countdown(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Stop the countdown of the lead in hand, or let it go on."""
    found = get_object_or_404(Lead.objects.visible_to(request.member), pk=lead)
    entry = held_by(request.member, found)
    change = resume_countdown if request.POST.get("do") == "resume" else pause_countdown
    if entry is None or not change(entry):
        toast(request, _("The countdown is over already."))
    return redirect(found)
