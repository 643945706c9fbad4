"""The addresses of JiNi, with a lead list whose context was made by the first request of the process."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.urls import handler403, handler404, handler500, urlpatterns
from leads.views import leads

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

_kept: dict[str, Any] = {}


@requires(Permission.LEAD_VIEW)
def floor(request: MemberRequest) -> HttpResponse:
    if not _kept:
        response = leads.leads(request)
        response.render()  # type: ignore[attr-defined]
        _kept.update(response.context_data)  # type: ignore[attr-defined]
    return TemplateResponse(request, "leads/list.html", dict(_kept))


urlpatterns = [path("leads/", floor), *urlpatterns]
