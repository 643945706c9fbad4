"""A member's own page, and the small choices of the account menu."""

import uuid

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.context import optional_url
from accounts.forms import MemberPhoneForm, ProfileForm
from accounts.middleware import SESSION_KEY, MemberRequest
from accounts.models import User
from accounts.permissions import Permission, requires
from jini.lib.forms import Together
from jini.lib.fragments import toast


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PROFILE_EDIT)
def profile(request: MemberRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    # Rows of their own: a refused form must not show its values in the frame around it.
    person = ProfileForm(data, instance=User.objects.get(pk=request.user.pk))
    phone = MemberPhoneForm(data, instance=request.user.memberships.get(pk=request.member.pk))
    together = Together(person, phone)
    if data is not None and together.is_valid():
        person.save()
        phone.save()
        with translation.override(person.cleaned_data["language"]):
            toast(request, _("Saved."))
        return redirect("accounts:profile")
    context = {
        "form": together,
        "person": person,
        "phone": phone,
        "own_privacy_url": optional_url("privacy:own"),
        "own_calling_url": optional_url("dialer:own_calling"),
        "own_devices_url": optional_url("dialer:own_devices"),
    }
    return TemplateResponse(request, "accounts/profile.html", context, status=200 if data is None else 422)


@require_POST
@requires(Permission.PROFILE_EDIT)
def theme(request: MemberRequest) -> HttpResponse:
    wanted = request.POST.get("theme")
    if wanted not in User.Theme.values:
        return HttpResponse(status=422)
    User.objects.filter(pk=request.user.pk).update(theme=wanted)
    # Not by `redirect`, which takes a word without a slash for the name of a view.
    return HttpResponseRedirect(_back(request))


@require_POST
@requires(Permission.PROFILE_EDIT)
def switch(request: MemberRequest) -> HttpResponse:
    try:
        wanted = uuid.UUID(request.POST.get("organisation", ""))
    except ValueError:
        return HttpResponse(status=422)
    membership = get_object_or_404(request.user.memberships.active(), organisation_id=wanted)
    request.session[SESSION_KEY] = str(membership.organisation_id)
    return redirect("accounts:home")


def _back(request: MemberRequest) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else "/"
