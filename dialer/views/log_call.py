"""Writing down a call that was made elsewhere, from the page of its lead."""

import uuid

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.calling import LeadGone
from dialer.actions.logging_calls import CallKnown, OnTheLine, log_call
from dialer.actions.wrap_up import FollowUpMissing
from dialer.log_call_form import LogCallForm
from jini.lib.fragments import toast
from jini.lib.words import date_and_time
from leads.actions.capacity import HourIsFull
from leads.actions.follow_ups import DueInThePast
from leads.models import Lead

INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CALL_MAKE)
def call_new(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Lead.objects.visible_to(request.member), pk=lead)
    form = LogCallForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _log(request, found, form)
        except CallKnown as known:
            toast(request, _("This call is here already. Choose its outcome on this page."))
            return redirect(known.call)
    context = {"form": form, "lead": found}
    return TemplateResponse(request, "dialer/log_call.html", context, status=INVALID if form.is_bound else 200)


def _log(request: MemberRequest, lead: Lead, form: LogCallForm) -> HttpResponse:
    """Write the call down; what stands against it is said on the form, which is shown again."""
    sent = form.cleaned_data
    about = {"follow_up_at": sent["follow_up_at"], "note": sent["note"]}
    try:
        with transaction.atomic():
            call = log_call(lead, form.told, sent["outcome"], by=request.member, **about)
    except OnTheLine:
        form.add_error(None, _("Finish the call you are on first."))
    except LeadGone:
        form.add_error(None, _("This lead was deleted or merged meanwhile."))
    except FollowUpMissing:
        form.add_error("follow_up_at", _("This outcome asks when to call again."))
    except DueInThePast:
        form.add_error("follow_up_at", _("This time is over. Choose a later one."))
    except HourIsFull as full:
        free = ", ".join(date_and_time(moment) for moment in full.free)
        form.add_error("follow_up_at", _("No more callbacks fit into this hour. Free: %(times)s") % {"times": free})
    else:
        toast(request, _("Saved: %(outcome)s") % {"outcome": sent["outcome"].label})
        return redirect(call.lead)
    return TemplateResponse(request, "dialer/log_call.html", {"form": form, "lead": lead}, status=INVALID)
