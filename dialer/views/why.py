"""Why a lead is or is not called."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.why import calls_that_count, explain, moment_asked
from leads.models import Lead


@require_safe
@requires(Permission.CALL_VIEW)
def why(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Answer for now, or for a moment to come (`?at=`)."""
    leads = Lead.objects.visible_to(request.member).select_related("status", "assigned_to__user")
    found: Lead = get_object_or_404(leads, pk=lead)
    text = request.GET.get("at", "")
    asked = moment_asked(text)
    context = {
        "lead": found,
        "why": explain(found, member=request.member, at=asked or timezone.now()),
        "asked": asked,
        "is_unreadable": bool(text) and asked is None,
        "calls": calls_that_count(found),
    }
    return TemplateResponse(request, "dialer/why.html", context)
