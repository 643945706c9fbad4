"""Own phones: a telecaller's, and those of the people whom a manager sees."""

import datetime as dt
import json
import uuid
from typing import Any

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.api_keys import revoke
from accounts.api import API_ROOT
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.devices import offer_pairing
from dialer.device_health import health_of
from dialer.models import Device
from jini.lib.fragments import toast
from jini.lib.paging import keyset_page

GAPS_OF = dt.timedelta(days=7)


@require_safe
@requires(Permission.FIGURES_TEAM)
def devices(request: MemberRequest) -> HttpResponse:
    found = Device.objects.visible_to(request.member).with_gaps(timezone.now() - GAPS_OF)
    page = keyset_page(request, found.select_related("member__user", "revoked_by__user"))
    context = {"page": page, "rows": [(device, health_of(device)) for device in page.rows]}
    return TemplateResponse(request, "settings/devices.html", context)


@require_POST
@requires(Permission.FIGURES_TEAM)
def device_revocation(request: MemberRequest, phone: uuid.UUID) -> HttpResponse:
    revoke(get_object_or_404(Device.objects.visible_to(request.member), pk=phone), by=request.member)
    toast(request, _("The phone is let in no more."))
    return redirect("dialer:devices")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CALL_MAKE)
def own_devices(request: MemberRequest) -> HttpResponse:
    """List one's own phones; a POST shows a code for one more, which the answer alone holds."""
    mine = Device.objects.filter(member=request.member).with_gaps(timezone.now() - GAPS_OF)
    rows = [(device, health_of(device)) for device in mine.order_by("-created_at", "-id")[:50]]
    context: dict[str, Any] = {"rows": rows}
    if request.method == "POST":
        code, expires_at = offer_pairing(request.member)
        context |= {"code": code, "expires_at": expires_at, "picture": _picture(code)}
    response = TemplateResponse(request, "dialer/own_devices.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _picture(code: str) -> str:
    """The QR code as a data: address of an SVG; it holds where to send the code, and the code."""
    said = json.dumps({"url": f"{settings.PUBLIC_URL}{API_ROOT}devices/pair/", "code": code})
    return segno.make(said, error="m").svg_data_uri(scale=5, border=4, light="#fff", dark="#000")


@require_POST
@requires(Permission.CALL_MAKE)
def own_device_revocation(request: MemberRequest, own_phone: uuid.UUID) -> HttpResponse:
    revoke(get_object_or_404(Device.objects.filter(member=request.member), pk=own_phone), by=request.member)
    toast(request, _("The phone is let in no more."))
    return redirect("dialer:own_devices")
