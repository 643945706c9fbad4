"""The documents of this installation, readable by everybody in every version."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from privacy.models import Policy
from privacy.policies import coming, in_force


@require_safe
@login_not_required
def policies(request: HttpRequest) -> HttpResponse:
    language = get_language() or "en"
    context = {
        "in_force": [in_force(kind, language) for kind in Policy.Kind.values],
        "coming": coming(),
        "earlier": Policy.objects.in_force().filter(language="en"),
    }
    return TemplateResponse(request, "privacy/policies.html", context)


@require_safe
@login_not_required
def policy(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    versions = Policy.objects.filter(kind=kind, version=version)
    shown = versions.filter(language=get_language() or "en").first() or get_object_or_404(versions, language="en")
    context = {
        "policy": shown,
        "newest": in_force(kind, shown.language),
        "contact_email": settings.CONTACT_EMAIL,
        "contact_address": settings.CONTACT_ADDRESS,
    }
    return TemplateResponse(request, "privacy/policy.html", context)
