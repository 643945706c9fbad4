"""The content policy of a page, made wider by what the page itself carries."""

from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase


class PolicyMiddleware(CSPMiddleware):
    """django-csp, which also allows what whoever filled the page wrote into `request.wider_policy`, by directive."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002 -- django-csp's own
    ) -> PolicyParts:
        parts: Any = super().get_policy_parts(request, response, report_only)
        wider = getattr(request, "wider_policy", None)
        if wider and not report_only:
            parts.update = {**(parts.update or {}), **{name: list(hosts) for name, hosts in wider.items()}}
        return parts
