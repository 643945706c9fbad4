"""Calling hours and limits."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from privacy.actions.contact_policy import change_contact_policy
from privacy.forms import ContactPolicyForm
from privacy.models import ContactPolicy


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def hours(request: MemberRequest) -> HttpResponse:
    # Locked while it is changed, so that no version number is given twice.
    policies = ContactPolicy.objects.select_for_update() if request.method == "POST" else ContactPolicy.objects.all()
    policy = policies.get()
    form = ContactPolicyForm(request.POST if request.method == "POST" else None, instance=policy)
    if request.method == "POST" and form.is_valid():
        change_contact_policy(policy, fields=form.changed_data, by=request.member)
        toast(request, _("Saved. The new hours hold from the next call on."))
        return redirect("privacy:hours")
    context = {
        "form": form,
        "history": audit.history(policy, {name: field.label for name, field in form.fields.items()}),
        "zone": request.organisation.time_zone,
    }
    return TemplateResponse(request, "settings/hours.html", context, status=422 if form.is_bound else 200)
