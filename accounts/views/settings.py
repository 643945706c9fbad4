"""Settings: the list of its pages, and the organisation's own page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.actions.settings import change_organisation
from accounts.forms import OrganisationSettingsForm
from accounts.middleware import MemberRequest
from accounts.models import Organisation
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast


@require_safe
@requires(Permission.PEOPLE_VIEW)
def settings(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "settings/settings.html")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def organisation(request: MemberRequest) -> HttpResponse:
    # A row of its own: a refused form must not show its values in the frame around it.
    own = Organisation.objects.get(pk=request.organisation.pk)
    form = OrganisationSettingsForm(request.POST if request.method == "POST" else None, instance=own)
    if request.method == "POST" and form.is_valid():
        changed = [name for name in form.changed_data if name in form.Meta.fields]
        if form.cleaned_data.get("removes_pan") and "pan" not in changed:
            changed.append("pan")
        change_organisation(own, fields=changed, by=request.member)
        toast(request, _("Saved."))
        return redirect("accounts:organisation")
    context = {"form": form, "history": audit.history(own, {name: field.label for name, field in form.fields.items()})}
    return TemplateResponse(request, "settings/organisation.html", context, status=422 if form.is_bound else 200)
