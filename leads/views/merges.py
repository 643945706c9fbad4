"""Merging two leads, the merges that were made, and taking one back."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from jini.lib.paging import capped_count, keyset_page
from leads.actions.editing import Stale
from leads.actions.merging import CannotMerge, merge_leads, unfit
from leads.actions.undoing_merge import CannotUndo, before_merge, undo_merge, undone_until
from leads.erased import SAID, Erased, count_again
from leads.merge_form import MergeForm
from leads.models import Lead, LeadMerge

CONFLICT, INVALID = 409, 422


def pair_of(request: MemberRequest, *ids: uuid.UUID) -> list[Lead]:
    """Return the leads, also of the bin, in this order; 404 when the member does not see one of them."""
    rows = Lead.everything.visible_to(request.member).select_related("status", "assigned_to__user")
    return [get_object_or_404(rows, pk=pk) for pk in ids]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_MERGE)
def merge(request: MemberRequest, lead: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Make `other` a part of `lead`, field by field."""
    keep, gone = pair_of(request, lead, other)
    if why := unfit(keep, gone):
        return _refused(request, keep, why)
    form = MergeForm(request.POST if request.method == "POST" else None, keep=keep, gone=gone)
    if not form.is_valid():
        return _page(request, form, keep, gone, INVALID if form.is_bound else 200)
    try:
        made = merge_leads(keep, gone, choices=form.choices, by=request.member, versions=form.versions)
    except Stale:
        form.shown_anew(keep, gone)
        return _page(request, form, keep, gone, CONFLICT)
    except CannotMerge as refusal:
        return _refused(request, keep, str(refusal))
    toast(request, _("The two leads are one."), undo=reverse("leads:merge_undo", args=[made.pk]))
    return redirect(keep)


def _page(request: MemberRequest, form: MergeForm, keep: Lead, gone: Lead, status: int) -> HttpResponse:
    context = {"form": form, "keep": keep, "gone": gone, "is_stale": status == CONFLICT}
    return TemplateResponse(request, "leads/merge.html", context, status=status)


def _refused(request: MemberRequest, lead: Lead, why: str) -> HttpResponse:
    context = {"why": why, "lead": lead if lead.deleted_at is None else None}
    return TemplateResponse(request, "leads/merge_refused.html", context, status=CONFLICT)


@require_safe
@requires(Permission.LEAD_MERGE)
def merges(request: MemberRequest) -> HttpResponse:
    rows = LeadMerge.objects.visible_to(request.member)
    page = keyset_page(
        request, rows.select_related("keep", "gone", "merged_by__user"), by="-merged_at", count_text=capped_count(rows)
    )
    return TemplateResponse(request, "leads/merges.html", {"page": page})


@require_safe
@requires(Permission.LEAD_MERGE)
def merged(request: MemberRequest, merge: uuid.UUID) -> HttpResponse:
    return _merged(request, _visible(request, merge))


@require_POST
@requires(Permission.LEAD_MERGE)
def undoing(request: MemberRequest, merge: uuid.UUID) -> HttpResponse:
    """Make two leads of one again."""
    found = _visible(request, merge)
    try:
        undo_merge(found, by=request.member)
    except CannotUndo as refusal:
        return _merged(request, found, why=str(refusal), status=CONFLICT)
    except Erased:
        count_again(found.gone, **before_merge(found))
        return _merged(request, found, why=str(SAID), status=CONFLICT)
    toast(request, _("The merge is undone: the two are two again."))
    return redirect("leads:merged", found.pk)


def _visible(request: MemberRequest, pk: uuid.UUID) -> LeadMerge:
    rows = LeadMerge.objects.visible_to(request.member)
    people = ("merged_by__user", "undone_by__user")
    found: LeadMerge = get_object_or_404(rows.select_related("keep", "gone", *people), pk=pk)
    return found


def _merged(request: MemberRequest, found: LeadMerge, *, why: str = "", status: int = 200) -> HttpResponse:
    context = {"merge": found, "why": why, "until": undone_until(found)}
    return TemplateResponse(request, "leads/merged.html", context, status=status)
