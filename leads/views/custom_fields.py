"""The organisation's own fields of a lead, in Settings."""

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
from leads.actions.custom_fields import save_custom_field
from leads.custom_field_forms import CustomFieldForm
from leads.models import CustomField


@require_safe
@requires(Permission.SETTINGS_EDIT)
def custom_fields(request: MemberRequest) -> HttpResponse:
    found = CustomField.objects.order_by("-is_active", "position", "number")
    return TemplateResponse(request, "settings/custom_fields.html", {"fields": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def custom_field(request: MemberRequest, custom_field: uuid.UUID | None = None) -> HttpResponse:
    """Change a custom field, or without an id make a new one."""
    if custom_field:
        found = get_object_or_404(CustomField, pk=custom_field)
    else:
        found = CustomField(position=CustomField.objects.count())
    form = CustomFieldForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        save_custom_field(found, fields=form.changes, by=request.member)
        toast(request, _("Saved."))
        return redirect("leads:custom_fields")
    labels = {name: field.label for name, field in form.fields.items()} | {"choices": _("Choices"), "kind": _("Kind")}
    context = {
        "form": form,
        "field": CustomField.objects.get(pk=custom_field) if custom_field else None,
        "history": audit.history(found, labels),
    }
    return TemplateResponse(request, "settings/custom_field.html", context, status=422 if form.is_bound else 200)
