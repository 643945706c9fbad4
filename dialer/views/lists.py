"""The lists of a campaign."""

import uuid

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.campaigns import fill_list
from dialer.actions.lists import ListNotPossible, change_list_state, save_list
from dialer.list_forms import CampaignListForm
from dialer.models import Campaign, CampaignList
from dialer.views.campaigns import CONFLICT, INVALID, said
from jini.lib.fragments import toast
from leads.filters import find


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CAMPAIGN_EDIT)
def list_new(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    """Add a list to a campaign that has not ended, with the leads of a view or none."""
    found = _campaign(request, campaign)
    if found.state == Campaign.State.ENDED:
        ended = {"campaign": found}
        return TemplateResponse(request, "dialer/campaign_conflict.html", ended, status=CONFLICT)
    form = CampaignListForm(request.POST or None, campaign=found, by=request.member)
    if request.method == "POST" and form.is_valid():
        made = save_list(form.save(commit=False), by=request.member)
        if (view := form.cleaned_data["view"]) is not None:
            leads = find(request.member, QueryDict(view.query)).leads
            toast(request, said(fill_list(made, leads, by=request.member)))
        return redirect(found)
    context = {"form": form, "campaign": found}
    return TemplateResponse(request, "dialer/list_form.html", context, status=INVALID if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CAMPAIGN_EDIT)
def list_edit(request: MemberRequest, campaign: uuid.UUID, campaign_list: uuid.UUID) -> HttpResponse:
    found = _campaign(request, campaign)
    lists = CampaignList.objects.filter(campaign=found)
    # Locked while it is changed: a list may start or end by itself in this moment.
    locked = lists.select_for_update(of=("self",)) if request.method == "POST" else lists
    row = get_object_or_404(locked, pk=campaign_list)
    form = CampaignListForm(request.POST or None, instance=row, campaign=found, by=request.member)
    if request.method == "POST" and row.has_ended:
        return _conflict(request, row)
    if request.method == "POST" and form.is_valid():
        save_list(form.save(commit=False), by=request.member, changed=form.changed_data)
        toast(request, _("Saved."))
        return redirect(found)
    context = {"form": form, "campaign": found, "list": lists.get(pk=campaign_list)}
    return TemplateResponse(request, "dialer/list_form.html", context, status=INVALID if form.errors else 200)


@require_POST
@requires(Permission.CAMPAIGN_EDIT)
def list_state(request: MemberRequest, campaign: uuid.UUID, campaign_list: uuid.UUID, state: str) -> HttpResponse:
    found = _campaign(request, campaign)
    row = get_object_or_404(CampaignList, campaign=found, pk=campaign_list)
    try:
        change_list_state(row, state, by=request.member)
    except ListNotPossible as refusal:
        return _conflict(request, refusal.list)
    return redirect(found)


def _campaign(request: MemberRequest, campaign: uuid.UUID) -> Campaign:
    found: Campaign = get_object_or_404(Campaign.objects.visible_to(request.member), pk=campaign)
    return found


def _conflict(request: MemberRequest, row: CampaignList) -> HttpResponse:
    context = {"campaign": row.campaign, "list": row}
    return TemplateResponse(request, "dialer/campaign_conflict.html", context, status=CONFLICT)
