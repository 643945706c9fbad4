"""The reasons for a break, in Settings."""

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
from teams.actions.pause_codes import save_pause_code, shift_pause_code
from teams.forms import PauseCodeForm
from teams.models import PauseCode


@require_safe
@requires(Permission.SETTINGS_EDIT)
def pause_codes(request: MemberRequest) -> HttpResponse:
    found = PauseCode.objects.order_by("-is_active", "position", "id")
    return TemplateResponse(request, "settings/pause_codes.html", {"pause_codes": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def pause_code(request: MemberRequest, pause_code: uuid.UUID | None = None) -> HttpResponse:
    """Change a reason, or without an id make a new one."""
    found = get_object_or_404(PauseCode, pk=pause_code) if pause_code else PauseCode(position=PauseCode.objects.count())
    form = PauseCodeForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        save_pause_code(found, fields=form.changed_data, by=request.member)
        toast(request, _("Saved."))
        return redirect("teams:pause_codes")
    context = {
        "form": form,
        "pause_code": PauseCode.objects.get(pk=pause_code) if pause_code else None,
        "history": audit.history(found, {name: field.label for name, field in form.fields.items()}),
    }
    return TemplateResponse(request, "settings/pause_code.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.SETTINGS_EDIT)
def pause_code_order(request: MemberRequest, pause_code: uuid.UUID) -> HttpResponse:
    """One place up, or with any other answer than `earlier` one place down."""
    found = get_object_or_404(PauseCode, pk=pause_code)
    shift_pause_code(found, earlier=request.POST.get("go") == "earlier", by=request.member)
    return redirect("teams:pause_codes")
