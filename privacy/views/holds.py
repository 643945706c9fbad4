"""Legal holds: which there are, placing one and lifting it."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from jini.lib.lookups import names_of_leads
from jini.lib.paging import keyset_page
from jini.lib.retention import SCHEDULE
from privacy.actions.holding import lift_hold, place_hold
from privacy.models import LegalHold
from privacy.retention_forms import HoldForm


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def holds(request: MemberRequest) -> HttpResponse:
    form = HoldForm(request.POST if request.method == "POST" else None, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        place_hold(form.kept, reason=form.cleaned_data["reason"], until=form.cleaned_data["until"], by=request.member)
        toast(request, _("The hold is in force. Nothing of it is deleted until it ends."))
        return redirect("privacy:holds")
    people = ("placed_by__user", "lifted_by__user", "member__user")
    page = keyset_page(request, LegalHold.objects.select_related(*people), by="-placed_at")
    leads = names_of_leads([row.lead_id for row in page.rows if row.lead_id])
    rows = [
        (row, leads.get(row.lead_id or row.pk), SCHEDULE[row.rule].label if row.rule in SCHEDULE else "")
        for row in page.rows
    ]
    context = {"form": form, "page": page, "rows": rows}
    return TemplateResponse(request, "settings/holds.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.SETTINGS_EDIT)
def lifting(request: MemberRequest, hold: uuid.UUID) -> HttpResponse:
    lift_hold(get_object_or_404(LegalHold.objects.all(), pk=hold), by=request.member)
    toast(request, _("The hold is lifted. What is due goes in the next night."))
    return redirect("privacy:holds")
