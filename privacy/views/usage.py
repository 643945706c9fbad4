"""What a browser tells of visits, and what is kept of it, for the person alone."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.paging import keyset_page
from privacy.actions.visiting import NotAllowed, note_visits
from privacy.models import PageVisit
from privacy.retention import schedule_here
from privacy.usage import DEVICE, device_of, give_device, is_counted, is_refused_by_browser, take_device
from privacy.visit_forms import MOST_BYTES, Unreadable, read


@require_POST
@requires(Permission.PROFILE_EDIT)
def visits(request: MemberRequest) -> HttpResponse:
    """Keep visits of somebody who allows it; whoever does not is refused, whatever the page had them send."""
    if not is_counted(request):
        return _refused(request)
    if not ratelimit.consume(request, action="visits", user=request.user):
        return HttpResponse(status=429)
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    device = device_of(request)
    seen: dict[str, Any] = {
        "ip_address": get_adapter(request).get_client_ip(request),
        "user_agent": request.headers.get("User-Agent", ""),
    }
    try:
        note_visits(read(request.body), by=request.member, device=device, **seen)
    except Unreadable:
        return HttpResponse(status=400)
    except NotAllowed:
        return _refused(request)
    response = HttpResponse(status=204)
    give_device(response, device)
    return response


def _refused(request: MemberRequest) -> HttpResponse:
    response = HttpResponse(status=409)
    if DEVICE in request.COOKIES:
        take_device(response)
    return response


@require_safe
@requires(Permission.PROFILE_EDIT)
def own_usage(request: MemberRequest) -> HttpResponse:
    context = {
        "page": keyset_page(request, PageVisit.objects.of(request.member), by="-at"),
        "is_counted": is_counted(request),
        "is_refused": is_refused_by_browser(request),
        "days": schedule_here()["usage"].days,
    }
    return TemplateResponse(request, "privacy/usage.html", context)
