"""Campaigns: lists of leads, and the people and rules that call them."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.campaigns import NEXT, NotPossible, change_state, fill_list, save_campaign
from dialer.actions.skipping import skips_by_person
from dialer.calls.costs import cost_of
from dialer.campaign_forms import CampaignForm
from dialer.campaigns.counting import count_of, is_stale, leads_at, lines_by_gate, seen, start_count
from dialer.campaigns.enqueueing import Enqueued
from dialer.campaigns.forecast import forecast
from dialer.campaigns.judging import GATES
from dialer.campaigns.lists import lines_of
from dialer.campaigns.preview import nothing_left
from dialer.models import Call, Campaign, QueueEntry
from jini.lib.fragments import fragment, toast, wants_fragment
from jini.lib.paging import capped_count, keyset_page
from leads.filters import find
from teams.visibility import sight_of

CONFLICT, INVALID = 409, 422
# In addresses: the leads at which no gate fails.
OPEN = "open"


@require_safe
@requires(Permission.CAMPAIGN_VIEW)
def campaigns(request: MemberRequest) -> HttpResponse:
    page = keyset_page(request, Campaign.objects.visible_to(request.member))
    context = {"page": page, "may_edit": request.member.may(Permission.CAMPAIGN_EDIT)}
    return TemplateResponse(request, "dialer/campaigns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CAMPAIGN_EDIT)
def campaign_new(request: MemberRequest) -> HttpResponse:
    """Make a campaign of the leads that the query string means, and let it run."""
    found = find(request.member, request.GET)
    form = CampaignForm(request.POST or None, by=request.member)
    if request.method == "POST" and form.is_valid():
        form.instance.state = Campaign.State.RUNNING
        made = save_campaign(
            form.instance,
            by=request.member,
            members=form.callers,
            retries=form.retries,
            order=form.cleaned_data["order"],
        )
        toast(request, said(fill_list(made.lists.get(), found.leads, by=request.member)))
        return redirect(made)
    context = {"form": form, "count": capped_count(found.leads), "found": found}
    return TemplateResponse(request, "dialer/campaign_form.html", context, status=INVALID if form.errors else 200)


@require_safe
@requires(Permission.CAMPAIGN_VIEW)
def campaign(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    """A campaign with its lists, its people, and its leads as they were counted; for htmx what was counted alone."""
    found = get_object_or_404(Campaign.objects.visible_to(request.member).select_related("number"), pk=campaign)
    if wants_fragment(request):
        return fragment(request, "dialer/campaign.html", "counted", _counted(request, found))
    sight = sight_of(request.member)
    context = _counted(request, found) | {
        "lists": lines_of(found, sight),
        "people": found.campaign_members.filter(sight.of("member")).select_related("member__user"),
        "states": [Campaign.State(state) for state in sorted(NEXT[Campaign.State(found.state)])],
        "may_edit": request.member.may(Permission.CAMPAIGN_EDIT),
        "skips": skips_by_person(found, sight),
        "cost": cost_of(Call.objects.visible_to(request.member).attempts().filter(campaign=found)),
    }
    return TemplateResponse(request, "dialer/campaign.html", context)


@require_POST
@requires(Permission.CAMPAIGN_VIEW)
def campaign_count(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    """Have the leads of a campaign counted by the first gate that fails."""
    found = get_object_or_404(Campaign.objects.visible_to(request.member), pk=campaign)
    start_count(found)
    if wants_fragment(request):
        return fragment(request, "dialer/campaign.html", "counted", _counted(request, found))
    return redirect(found)


@require_safe
@requires(Permission.CAMPAIGN_VIEW)
def campaign_gate(request: MemberRequest, campaign: uuid.UUID, gate: str) -> HttpResponse:
    """The leads that the last count met at one gate, or with "open" those that may be called."""
    found = get_object_or_404(Campaign.objects.visible_to(request.member), pk=campaign)
    count = count_of(found)
    if gate not in {OPEN, *GATES} or count is None:
        raise Http404
    seen_leads = sight_of(request.member).of_or_nobodys("lead__assigned_to")
    rows = leads_at(count, "" if gate == OPEN else gate).filter(seen_leads)
    page = keyset_page(request, rows, by="id", count_text=capped_count(rows))
    context = {"campaign": found, "label": GATES.get(gate), "page": page, "count": count}
    return TemplateResponse(request, "dialer/campaign_gate.html", context)


def _counted(request: MemberRequest, found: Campaign) -> dict[str, Any]:
    """What was counted of the leads whom the member sees."""
    count, sight = count_of(found), sight_of(request.member)
    reasons = dict(QueueEntry.Finished.choices)
    facts = count.found if count is not None else {}
    ended = ((reasons.get(because, because), seen(owners, sight)) for because, owners in facts.get("ended", {}).items())
    return {
        "campaign": found,
        "count": count,
        "is_stale": is_stale(count),
        "lines": lines_by_gate(count, sight) if count is not None else [],
        "ended": sorted((row for row in ended if row[1]), key=lambda row: -row[1]),
        "called": seen(facts.get("called", {}), sight),
        "forecast": forecast(found, count) if count is not None else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CAMPAIGN_EDIT)
def campaign_edit(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Campaign.objects.visible_to(request.member), pk=campaign)
    form = CampaignForm(request.POST or None, instance=found, by=request.member)
    before, lost = Campaign.objects.get(pk=campaign), None
    if request.method == "POST" and form.is_valid() and "anyway" not in request.POST:
        lost = nothing_left(before, found, frozenset(member.pk for member in form.callers))
    if request.method == "POST" and form.is_valid() and lost is None:
        save_campaign(
            found,
            by=request.member,
            members=form.callers,
            retries=form.retries,
            changed=form.changed_data,
        )
        toast(request, _("Saved."))
        return redirect(found)
    context = {"form": form, "campaign": before, "lost": lost}
    status = INVALID if form.errors or lost else 200
    return TemplateResponse(request, "dialer/campaign_form.html", context, status=status)


@require_POST
@requires(Permission.CAMPAIGN_EDIT)
def campaign_state(request: MemberRequest, campaign: uuid.UUID, state: str) -> HttpResponse:
    found = get_object_or_404(Campaign.objects.visible_to(request.member), pk=campaign)
    try:
        change_state(found, state, by=request.member)
    except NotPossible as refusal:
        context = {"campaign": refusal.campaign}
        return TemplateResponse(request, "dialer/campaign_conflict.html", context, status=CONFLICT)
    return redirect(found)


def said(result: Enqueued) -> str:
    """Return in words how many leads wait now, and why others do not."""
    parts = [_("%(count)s leads wait to be called.") % {"count": result.added}]
    if result.waiting_elsewhere:
        parts.append(_("%(count)s wait in a campaign already.") % {"count": result.waiting_elsewhere})
    if result.closed:
        parts.append(_("%(count)s are closed.") % {"count": result.closed})
    if result.do_not_call:
        parts.append(_("%(count)s are on do not call.") % {"count": result.do_not_call})
    return " ".join(parts)
