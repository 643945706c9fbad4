"""How calls are made: the organisation's settings, and what a campaign says of its own."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.calling_rules import save_settings, set_calling
from dialer.calling_forms import CampaignCallingForm, DialerSettingsForm
from dialer.models import Campaign, DialerSettings
from jini.lib.fragments import toast


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def calling_settings(request: MemberRequest) -> HttpResponse:
    own = DialerSettings.objects.get()
    form = DialerSettingsForm(request.POST if request.method == "POST" else None, instance=own)
    if request.method == "POST" and form.is_valid():
        save_settings(own, fields=form.changed_data, by=request.member)
        toast(request, _("Saved."))
        return redirect("dialer:calling_settings")
    labels = {name: field.label for name, field in form.fields.items()}
    context = {"form": form, "history": audit.history(own, labels)}
    return TemplateResponse(request, "settings/calling.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CAMPAIGN_EDIT)
def campaign_calling(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    """How the leads of one campaign are called."""
    found = get_object_or_404(Campaign.objects.visible_to(request.member), pk=campaign)
    form = CampaignCallingForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        set_calling(found, fields=form.changed_data, left_out=form.left_out, by=request.member)
        toast(request, _("Saved."))
        return redirect(found)
    context = {"form": form, "campaign": found}
    return TemplateResponse(request, "dialer/campaign_calling.html", context, status=422 if form.is_bound else 200)
