"""The bin: leads that were deleted, and how they come back."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from jini.lib.paging import capped_count, keyset_page
from leads.actions.binning import KEPT_FOR, delete_lead, restore_lead
from leads.actions.editing import PhoneTaken
from leads.erased import SAID, Erased, count_again
from leads.models import Lead
from leads.views.lead import visible
from teams.visibility import sight_of

CONFLICT = 409


@require_safe
@requires(Permission.LEAD_DELETE)
def bin_of_leads(request: MemberRequest) -> HttpResponse:
    # What was merged comes back by undoing the merge.
    rows = Lead.everything.visible_to(request.member).filter(deleted_at__isnull=False, merged_into=None, erased_at=None)
    page = keyset_page(
        request,
        rows.select_related("deleted_by__user", "assigned_to__user"),
        by="-deleted_at",
        count_text=capped_count(rows),
    )
    return TemplateResponse(request, "leads/bin.html", {"page": page, "days": KEPT_FOR.days})


@require_POST
@requires(Permission.LEAD_DELETE)
def removal(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Put the lead into the bin."""
    found = visible(request, lead)
    delete_lead(found, by=request.member)
    toast(request, _("The lead is in the bin."), undo=reverse("leads:restoration", args=[found.pk]))
    return redirect("leads:list")


@require_POST
@requires(Permission.LEAD_DELETE)
def restoration(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Take the lead out of the bin; not when another lead has its number by now."""
    found = get_object_or_404(Lead.everything.visible_to(request.member), pk=lead, merged_into=None, erased_at=None)
    try:
        restored = restore_lead(found, by=request.member)
    except PhoneTaken as refusal:
        is_seen = sight_of(request.member).covers(refusal.lead.assigned_to_id)
        context = {"lead": found, "other": refusal.lead if is_seen else None}
        return TemplateResponse(request, "leads/bin_conflict.html", context, status=CONFLICT)
    except Erased:
        count_again(found)
        return TemplateResponse(request, "leads/bin_conflict.html", {"lead": found, "said": SAID}, status=CONFLICT)
    toast(request, _("The lead is back."))
    return redirect(restored)
