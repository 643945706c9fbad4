"""Accepting a document anew after a material change, and seeing what one accepted when."""

from allauth.account.adapter import get_adapter
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import MemberRequest
from privacy.acceptance_forms import DayForm, RenewedAcceptanceForm
from privacy.models import Acceptance
from privacy.policies import accepted_by, owed_by
from privacy.ways_out import ways_out


@require_http_methods(["GET", "HEAD", "POST"])
def acceptance(request: MemberRequest) -> HttpResponse:
    back = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    kinds = owed_by(request.user)
    if not kinds:
        return redirect(back)
    form = RenewedAcceptanceForm(request.POST if request.method == "POST" else None, kinds=kinds)
    if form.is_valid():
        form.record(
            request.user,
            ip_address=get_adapter(request).get_client_ip(request),
            user_agent=request.headers.get("User-Agent", ""),
        )
        return redirect(back)
    context = {
        "form": form,
        "next": back,
        "links": ways_out(request.member),
    }
    return TemplateResponse(request, "privacy/acceptance.html", context, status=422 if form.is_bound else 200)


@require_safe
def acceptances(request: MemberRequest) -> HttpResponse:
    form = DayForm(request.GET or None)
    day = form.cleaned_data["on"] if form.is_valid() else None
    context = {
        "acceptances": Acceptance.objects.filter(user=request.user).select_related("policy").order_by("-at"),
        "form": form,
        "day": day,
        "on_that_day": accepted_by(request.user, day, get_language() or "en") if day else [],
    }
    return TemplateResponse(request, "privacy/acceptances.html", context)
