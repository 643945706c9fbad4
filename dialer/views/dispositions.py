"""The outcomes, in Settings."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.dispositions import NoneLeft, save_disposition
from dialer.disposition_forms import DispositionForm
from dialer.models import Disposition
from jini.lib.fragments import toast


@require_safe
@requires(Permission.SETTINGS_EDIT)
def dispositions(request: MemberRequest) -> HttpResponse:
    found = (
        Disposition.objects.chosen_by_people().select_related("next_status").order_by("-is_active", "position", "id")
    )
    return TemplateResponse(request, "settings/dispositions.html", {"dispositions": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def disposition(request: MemberRequest, disposition: uuid.UUID | None = None) -> HttpResponse:
    """Change an outcome, or without an id make a new one."""
    if disposition:
        found = get_object_or_404(Disposition.objects.chosen_by_people(), pk=disposition)
    else:
        found = Disposition(position=Disposition.objects.count())
    form = DispositionForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            save_disposition(found, fields=form.changed_data, by=request.member)
        except NoneLeft:
            form.add_error("is_active", _("It is the last one in use of its group."))
        else:
            toast(request, _("Saved."))
            return redirect("dialer:dispositions")
    context = {
        "form": form,
        "disposition": Disposition.objects.get(pk=disposition) if disposition else None,
        "history": audit.history(found, {name: field.label for name, field in form.fields.items()}),
    }
    return TemplateResponse(request, "settings/disposition.html", context, status=422 if form.is_bound else 200)
