"""The pages of refusals and failures."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.api import API_ROOT, refusal

logger = logging.getLogger(__name__)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return TemplateResponse(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return TemplateResponse(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without a request: whatever failed must not fail again here. The code that is quoted stands in the log."""
    code = secrets.token_hex(4)
    logger.error("request.failed", extra={"code": code})
    if request.path_info.startswith(API_ROOT):
        said = _("This did not work, through no fault of the request. Nothing was changed; try again later.")
        return refusal(500, "failed", said, reference=code)
    return HttpResponse(render_to_string("500.html", {"code": code}), status=500)
