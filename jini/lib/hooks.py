"""Posts of other machines go straight to their view: what stands before pages is for people."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import resolve


class HookMiddleware:
    """Answers what is posted under /hooks/ by the views of `HOOK_URLCONF` alone.

    Whoever posts there has no session, no language, no form of ours and no page to see; the view checks a signature.
    It stands behind what every answer needs (TLS).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/hooks/"):
            return self.get_response(request)
        try:
            found = resolve(request.path_info, settings.HOOK_URLCONF)
            response: HttpResponse = found.func(request, *found.args, **found.kwargs)
        except Http404:
            return HttpResponseNotFound()
        return response
