"""Following an invitation."""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.actions.invitations import AlreadyMember, NotOpen, OtherPerson, accept_anew, accept_as, invitation_of
from accounts.forms import NameForm
from accounts.middleware import SESSION_KEY
from accounts.models import Invitation, Membership, User
from accounts.views.sign_up import seen
from jini.lib import acceptance
from jini.lib.forms import Together


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    try:
        found = invitation_of(token)
        if request.user.is_authenticated:
            return _for_who_is_signed_in(request, token, found)
        if User.objects.filter(email__iexact=found.email).exists():
            return _page(request, found, needs_sign_in=True)
        return _for_who_is_new(request, token, found)
    except (NotOpen, AlreadyMember):
        return TemplateResponse(request, "accounts/invitation_closed.html", status=410)


def _page(request: HttpRequest, found: Invitation, status: int = 200, **context: Any) -> HttpResponse:
    return TemplateResponse(request, "accounts/invitation.html", {"invitation": found} | context, status=status)


def _for_who_is_signed_in(request: HttpRequest, token: str, found: Invitation) -> HttpResponse:
    person = cast("User", request.user)
    if request.method != "POST":
        return _page(request, found, is_other_person=person.email.lower() != found.email.lower())
    try:
        membership = accept_as(person, token=token)
    except OtherPerson:
        return _page(request, found, status=422, is_other_person=True)
    return _enter(request, membership)


def _for_who_is_new(request: HttpRequest, token: str, found: Invitation) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    person, accepted = NameForm(data, email=found.email), acceptance.boxes(data)
    together = Together(person, accepted)
    if data is None or not together.is_valid():
        status = 200 if data is None else 422
        return _page(request, found, status=status, form=together, person=person, acceptance=accepted)
    membership = accept_anew(
        token=token,
        person=person.cleaned_data | {"language": get_language() or "en"},
        accepted=accepted,
        seen=seen(request),
    )
    login(request, membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return _enter(request, membership)


def _enter(request: HttpRequest, membership: Membership) -> HttpResponse:
    request.session[SESSION_KEY] = str(membership.organisation_id)
    return redirect("accounts:home")
