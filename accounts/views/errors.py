"""The pages of refusals and failures."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return TemplateResponse(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return TemplateResponse(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without a request: whatever failed must not fail again here."""
    return HttpResponse(render_to_string("500.html", {"code": secrets.token_hex(4)}), status=500)
