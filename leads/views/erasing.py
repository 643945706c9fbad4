"""Asking that a person be erased."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from leads.models import Lead
from privacy.actions.erasing import AlreadyAsked, ask_for
from privacy.erasure_forms import AskForm


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_DELETE)
def erasure(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Ask for it; an admin decides. Also of a lead in the bin."""
    everybody = Lead.everything.visible_to(request.member).filter(merged_into=None, erased_at=None)
    found = get_object_or_404(everybody, pk=lead)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for(found.pk, reason=form.cleaned_data["reason"], by=request.member)
        except AlreadyAsked:
            toast(request, _("It was asked for already. An admin decides."))
        else:
            toast(request, _("Asked for. An admin decides."))
        return redirect("leads:list" if found.deleted_at else found)
    context = {"lead": found, "form": form}
    return TemplateResponse(request, "leads/erasure.html", context, status=422 if form.is_bound else 200)
