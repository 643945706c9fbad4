"""The proof that an organisation was erased, for whoever has its address: nobody of it can sign in any more."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from jini.lib.personal_data import tables
from privacy import certificates


@require_safe
@login_not_required
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    found = certificates.found_by(token)
    if found is None:
        raise Http404
    said: dict[str, Any] = found.certificate
    names = {table.model: table.what for table in tables()}
    context = {
        "certificate": said,
        "cancellation": found,
        "erased": [(names.get(model, model), count) for model, count in sorted(said["erased"].items())],
        "sealed": [
            {**one, "name": names[one["model"]], "until": parse_datetime(one["until"])} for one in said["sealed"]
        ],
        "final": parse_datetime(said["final"]),
    }
    response = TemplateResponse(request, "privacy/certificate.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
