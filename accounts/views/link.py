"""Signing in with a link that `make run` printed."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actions.sign_in_links import LinkUnusable, person_of, use


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    # A GET changes nothing: programs that fetch links ahead must not use this one up.
    try:
        person = use(token) if request.method == "POST" else person_of(token)
    except LinkUnusable:
        return TemplateResponse(request, "accounts/link_unusable.html", status=410)
    if request.method == "POST":
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("accounts:home")
    membership = person.memberships.active().filter(organisation__is_demo=True).select_related("organisation").first()
    return TemplateResponse(request, "accounts/link.html", {"person": person, "membership": membership})
