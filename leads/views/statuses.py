"""The steps of the pipeline and the reasons for leaving it, in Settings."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from leads.actions.statuses import save_reason, save_status, shift
from leads.models import Status, StatusReason
from leads.status_forms import ReasonForm, StatusForm

ORDER = ("-is_active", "position", "id")


@require_safe
@requires(Permission.SETTINGS_EDIT)
def statuses(request: MemberRequest) -> HttpResponse:
    context = {"statuses": Status.objects.order_by(*ORDER), "reasons": StatusReason.objects.order_by(*ORDER)}
    return TemplateResponse(request, "settings/statuses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def status(request: MemberRequest, status: uuid.UUID | None = None) -> HttpResponse:
    """Change a status, or without an id make a new one."""
    found = get_object_or_404(Status, pk=status) if status else Status(position=Status.objects.count())
    form = StatusForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        save_status(found, fields=[name for name in form.changed_data if name != "is_meant"], by=request.member)
        toast(request, _("Saved."))
        return redirect("leads:statuses")
    labels = {name: field.label for name, field in form.fields.items()}
    context = {
        "form": form,
        "status": Status.objects.get(pk=status) if status else None,
        "history": audit.history(found, labels),
    }
    return TemplateResponse(request, "settings/status.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def reason(request: MemberRequest, reason: uuid.UUID | None = None) -> HttpResponse:
    """Change a reason, or without an id make a new one."""
    found = (
        get_object_or_404(StatusReason, pk=reason) if reason else StatusReason(position=StatusReason.objects.count())
    )
    form = ReasonForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        save_reason(found, fields=form.changed_data, by=request.member)
        toast(request, _("Saved."))
        return redirect("leads:statuses")
    labels = {name: field.label for name, field in form.fields.items()}
    context = {
        "form": form,
        "reason": StatusReason.objects.get(pk=reason) if reason else None,
        "history": audit.history(found, labels),
    }
    return TemplateResponse(request, "settings/reason.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.SETTINGS_EDIT)
def status_order(request: MemberRequest, status: uuid.UUID) -> HttpResponse:
    return _shift(request, get_object_or_404(Status, pk=status))


@require_POST
@requires(Permission.SETTINGS_EDIT)
def reason_order(request: MemberRequest, reason: uuid.UUID) -> HttpResponse:
    return _shift(request, get_object_or_404(StatusReason, pk=reason))


def _shift(request: MemberRequest, found: Status | StatusReason) -> HttpResponse:
    """One place up, or with any other answer than `earlier` one place down."""
    shift(found, earlier=request.POST.get("go") == "earlier", by=request.member)
    return redirect("leads:statuses")
