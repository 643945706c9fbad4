"""Leads that may be one person, for somebody to decide on; and what makes them likely."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from jini.lib.paging import capped_count, keyset_page
from leads.actions.duplicates import dismiss, look_now, reopen, save_duplicate_settings
from leads.actions.looking import duplicate_settings
from leads.duplicate_forms import DuplicateSettingsForm
from leads.models import LikelyDuplicate

PAGE = 20
BOTH = ("lead__status", "lead__assigned_to__user", "other__status", "other__assigned_to__user")


@require_safe
@requires(Permission.LEAD_MERGE)
def duplicates(request: MemberRequest) -> HttpResponse:
    """Pairs that nobody has decided on, the most certain first."""
    rows = LikelyDuplicate.objects.visible_to(request.member).open()
    page = keyset_page(request, rows.select_related(*BOTH), by="-score", size=PAGE, count_text=capped_count(rows))
    pairs = [(pair, *_in_order(pair)) for pair in page.rows]
    context = {
        "page": page,
        "pairs": pairs,
        "settings": duplicate_settings(),
        "may_set": request.member.may(Permission.SETTINGS_EDIT),
    }
    return TemplateResponse(request, "leads/duplicates.html", context)


def _in_order(pair: LikelyDuplicate) -> tuple[Any, Any]:
    """The lead that would rather be kept, and the other: the one that was called more, then the older one."""
    lead, other = sorted((pair.lead, pair.other), key=lambda one: (-one.attempts, one.created_at))
    return lead, other


@require_POST
@requires(Permission.LEAD_MERGE)
def dismissal(request: MemberRequest, pair: uuid.UUID) -> HttpResponse:
    """Say that the two are not the same."""
    found = _visible(request, pair)
    dismiss(found, by=request.member)
    undo = reverse("leads:duplicate_reopening", args=[found.pk])
    toast(request, _("They are not the same, and will not be shown again."), undo=undo)
    return redirect("leads:duplicates")


@require_POST
@requires(Permission.LEAD_MERGE)
def reopening(request: MemberRequest, pair: uuid.UUID) -> HttpResponse:
    reopen(_visible(request, pair), by=request.member)
    return redirect("leads:duplicates")


def _visible(request: MemberRequest, pk: uuid.UUID) -> LikelyDuplicate:
    found: LikelyDuplicate = get_object_or_404(LikelyDuplicate.objects.visible_to(request.member), pk=pk)
    return found


@require_POST
@requires(Permission.LEAD_MERGE)
def look(request: MemberRequest) -> HttpResponse:
    """Look at once at what was changed since the last time."""
    look_now()
    toast(request, _("Looking for duplicates. Load this page again in a moment."))
    return redirect("leads:duplicates")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def settings(request: MemberRequest) -> HttpResponse:
    found = duplicate_settings(lock=request.method == "POST")
    form = DuplicateSettingsForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        save_duplicate_settings(found, fields=form.changed_data, by=request.member)
        toast(request, _("Saved. All leads are looked at again."))
        return redirect("leads:duplicate_settings")
    labels = {name: field.label for name, field in form.fields.items()}
    context = {"form": form, "history": audit.history(found, labels)}
    return TemplateResponse(request, "settings/duplicates.html", context, status=422 if form.is_bound else 200)
