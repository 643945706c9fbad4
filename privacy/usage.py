"""Whether a request is one whose page may be counted, or one that asks for it; and the number of a device."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from privacy.choices import OFFERS
from privacy.models import Choice

DEVICE = "jini_device"
DEVICE_LASTS = dt.timedelta(days=180)


def is_refused_by_browser(request: HttpRequest) -> bool:
    """Whether the browser says no for the person: Global Privacy Control, or Do Not Track. It counts above any yes."""
    return "1" in (request.headers.get("Sec-GPC"), request.headers.get("DNT"))


def is_counted(request: Any) -> bool:
    """Whether visits of whoever sends this request are kept."""
    member = request.member
    state = member.usage_choice if member is not None else None
    return bool(state == Choice.State.GIVEN and not is_refused_by_browser(request))


def usage(request: Any) -> dict[str, Any] | None:
    """What a page needs to be counted, or to ask: `is_counted`, or `wording`; None when it is neither."""
    if is_counted(request):
        return {"is_counted": True}
    if request.member is None or request.member.usage_choice is not None or is_refused_by_browser(request):
        return None
    return {"wording": OFFERS[Choice.Purpose.USAGE].wording}


def device_of(request: HttpRequest) -> uuid.UUID:
    """Return the number that this browser was given, or a new one: random, and nothing about the device."""
    try:
        return uuid.UUID(request.COOKIES.get(DEVICE, ""))
    except ValueError:
        return uuid.uuid4()


def give_device(response: HttpResponse, device: uuid.UUID) -> None:
    """Have the browser keep its number, out of reach of scripts."""
    response.set_cookie(
        DEVICE,
        str(device),
        max_age=int(DEVICE_LASTS.total_seconds()),
        secure=settings.IS_SECURE,
        httponly=True,
        samesite="Lax",
    )


def take_device(response: HttpResponse) -> None:
    """Have the browser forget its number."""
    response.delete_cookie(DEVICE, samesite="Lax")
