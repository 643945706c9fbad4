"""The start page: what JiNi is, or where this person's day begins."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.context import Navigation


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return TemplateResponse(request, "home.html")
    first = Navigation(request).rail[:1]
    if first:
        return redirect(first[0].url)
    return TemplateResponse(request, "accounts/no_organisation.html")
