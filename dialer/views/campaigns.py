"""Campaigns: lists of leads, and the people and rules that call them."""

import uuid

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.campaigns import NEXT, NotPossible, change_state, fill_list, save_campaign
from dialer.actions.skipping import skips_by_person
from dialer.campaign_forms import CampaignForm
from dialer.campaigns.enqueueing import Enqueued
from dialer.campaigns.lists import lines_of
from dialer.models import Campaign, QueueEntry
from jini.lib.fragments import toast
from jini.lib.paging import capped_count, keyset_page
from leads.filters import find
from teams.visibility import sight_of

CONFLICT, INVALID = 409, 422
WAITING = Q(finished_at=None)


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
    found = get_object_or_404(Campaign.objects.visible_to(request.member), pk=campaign)
    sight = sight_of(request.member)
    entries = QueueEntry.objects.filter(sight.of_or_nobodys("lead__assigned_to"), campaign=found)
    numbers = entries.aggregate(
        waiting=Count("id", filter=WAITING),
        due=Count("id", filter=WAITING & Q(due_at__lte=timezone.now())),
        in_hand=Count("id", filter=WAITING & Q(leased_to__isnull=False)),
        called=Count("id", filter=Q(attempts__gt=0)),
    )
    ended = entries.exclude(WAITING).values_list("finished_because").annotate(count=Count("id")).order_by("-count")
    reasons = dict(QueueEntry.Finished.choices)
    context = {
        "campaign": found,
        "numbers": numbers,
        "ended": [(reasons.get(because, because), count) for because, count in ended],
        "lists": lines_of(found),
        "people": found.campaign_members.filter(sight.of("member")).select_related("member__user"),
        "states": [Campaign.State(state) for state in sorted(NEXT[Campaign.State(found.state)])],
        "may_edit": request.member.may(Permission.CAMPAIGN_EDIT),
        "skips": skips_by_person(found, sight),
    }
    return TemplateResponse(request, "dialer/campaign.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CAMPAIGN_EDIT)
def campaign_edit(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Campaign.objects.visible_to(request.member), pk=campaign)
    form = CampaignForm(request.POST or None, instance=found, by=request.member)
    if request.method == "POST" and form.is_valid():
        save_campaign(
            found,
            by=request.member,
            members=form.callers,
            retries=form.retries,
            changed=form.changed_data,
        )
        toast(request, _("Saved."))
        return redirect(found)
    context = {"form": form, "campaign": Campaign.objects.get(pk=campaign)}
    return TemplateResponse(request, "dialer/campaign_form.html", context, status=INVALID if form.errors else 200)


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
