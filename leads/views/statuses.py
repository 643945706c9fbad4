"""The steps of the pipeline, in Settings."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from leads.actions.statuses import save_status
from leads.models import Status
from leads.status_forms import StatusForm


@require_safe
@requires(Permission.SETTINGS_EDIT)
def statuses(request: MemberRequest) -> HttpResponse:
    found = Status.objects.order_by("-is_active", "position", "id")
    return TemplateResponse(request, "settings/statuses.html", {"statuses": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def status(request: MemberRequest, status: uuid.UUID | None = None) -> HttpResponse:
    """Change a status, or without an id make a new one."""
    found = get_object_or_404(Status, pk=status) if status else Status(position=Status.objects.count())
    form = StatusForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        save_status(found, fields=form.changed_data, by=request.member)
        toast(request, _("Saved."))
        return redirect("leads:statuses")
    labels = {name: field.label for name, field in form.fields.items()}
    context = {
        "form": form,
        "status": Status.objects.get(pk=status) if status else None,
        "history": audit.history(found, labels),
    }
    return TemplateResponse(request, "settings/status.html", context, status=422 if form.is_bound else 200)
