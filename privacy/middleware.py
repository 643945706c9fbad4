"""Asks for acceptance of a changed document, keeps a cancelled organisation as it is, clears a withdrawn choice away."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from jini.lib import acceptance
from privacy import usage
from privacy.ways_out import may_still_write

READING = {"GET", "HEAD", "OPTIONS"}
LOCKED = 423


class EndingMiddleware:
    """Refuses whatever would write to an organisation whose account is cancelled: what it has can be read and taken out.

    Open stay the ways out, legal holds, and what belongs to the person alone. Where the address belongs to nobody's
    organisation, the view is asked as ever.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let the view run, or say that nothing can be changed any more."""
        organisation = request.organisation
        if organisation is None or not organisation.is_cancelled or request.method in READING:
            return None
        if may_still_write(request.path_info, request.resolver_match.view_name):
            return None
        return TemplateResponse(request, "privacy/ending.html", {"is_refused": True}, status=LOCKED)


class AcceptanceMiddleware:
    """Leads a member who must accept a document to the page that asks for it.

    Public pages, sign-out, export and cancellation stay open (`acceptance.keep_open`); everything else waits. Programs
    with a key of the API are not people and are let through.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let the view run, or answer with the way to the question."""
        if not getattr(request.member, "owes_acceptance", False):
            return None
        if not getattr(view, "login_required", True) or acceptance.is_open(request.path_info):
            return None
        # A fragment or a form is no place to come back to; the page around it is.
        here = urlsplit(request.htmx.current_url or "").path if request.htmx else request.path
        back = here if request.htmx or request.method in {"GET", "HEAD"} else ""
        question = reverse("privacy:acceptance") + (f"?{urlencode({'next': back})}" if back else "")
        return HttpResponseClientRedirect(question) if request.htmx else redirect(question)


class UsageMiddleware:
    """Has a browser forget its number once the person does not allow it, wherever they withdrew, or the browser says no."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        response = self.get_response(request)
        has_number = usage.DEVICE in request.COOKIES
        if has_number and request.member is not None and not usage.is_counted(request):
            usage.take_device(response)
        return response
