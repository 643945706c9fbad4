"""The documents of this installation, readable by everybody in every version, and what changed between two."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from privacy.differences import changes
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
def newest(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in Policy.Kind.values:
        raise Http404
    return redirect(in_force(kind, get_language() or "en"))


@require_safe
@login_not_required
def policy(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    shown = _in_language(kind, version)
    since = request.GET.get("since", "")
    older = _in_language(kind, int(since)) if since.isdecimal() and 0 < int(since) < version else None
    context = {
        "policy": shown,
        "newest": in_force(kind, shown.language),
        "older": older,
        "changes": changes(older.body, shown.body) if older else [],
        "previous": version - 1,
        "grievance_officer": settings.GRIEVANCE_OFFICER,
        "contact_email": settings.CONTACT_EMAIL,
        "contact_address": settings.CONTACT_ADDRESS,
    }
    return TemplateResponse(request, "privacy/policy.html", context)


def _in_language(kind: str, version: int) -> Policy:
    versions = Policy.objects.filter(kind=kind, version=version)
    return versions.filter(language=get_language() or "en").first() or get_object_or_404(versions, language="en")
