"""Creating an organisation."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.signup import complete_signup, prevent_enumeration
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.actions.joining import EmailTaken
from accounts.actions.joining import sign_up as create_account
from accounts.forms import OrganisationForm, SignUpForm
from jini.lib import acceptance
from jini.lib.forms import Together


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@sensitive_post_parameters("password")
def sign_up(request: HttpRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    person, organisation, accepted = SignUpForm(data), OrganisationForm(data), acceptance.boxes(data)
    together = Together(organisation, person, accepted)
    if data is not None:
        if too_many := ratelimit.consume_or_429(request, action="signup"):
            return too_many
        if together.is_valid():
            return _create(request, person, organisation, accepted)
    context = {"form": together, "person": person, "organisation": organisation, "acceptance": accepted}
    return TemplateResponse(request, "accounts/sign_up.html", context, status=200 if data is None else 422)


def _create(request: HttpRequest, person: SignUpForm, organisation: OrganisationForm, accepted: Any) -> HttpResponse:
    try:
        membership = create_account(
            person=person.cleaned_data | {"language": get_language() or "en"},
            organisation=organisation.cleaned_data,
            accepted=accepted,
            seen=seen(request),
        )
    except EmailTaken:
        # The same answer as for a new address, and a message to its holder: a stranger learns nothing.
        return prevent_enumeration(request, email=person.cleaned_data["email"])
    return complete_signup(request, user=membership.user)


def seen(request: HttpRequest) -> dict[str, Any]:
    """What a request shows of where it came from, for the proof of a choice."""
    return {
        "ip_address": get_adapter(request).get_client_ip(request),
        "user_agent": request.headers.get("User-Agent", ""),
    }
