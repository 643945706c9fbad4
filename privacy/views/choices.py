"""What a person allows apart from the agreement: each choice one switch, and all that they chose before."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.context import optional_url
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from accounts.push import public_key
from jini.lib.fragments import toast
from privacy.actions.choosing import choose
from privacy.choice_forms import ChoiceForm
from privacy.choices import OFFERS, standings
from privacy.models import Choice
from privacy.usage import is_refused_by_browser, take_device

MOST_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PROFILE_EDIT)
def choices(request: MemberRequest) -> HttpResponse:
    form = ChoiceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        wanted = form.cleaned_data
        is_given = wanted["state"] == Choice.State.GIVEN
        wording = str(OFFERS[Choice.Purpose(wanted["purpose"])].wording)
        place, seen = wanted["place"], _seen(request)
        choose(request.user, wanted["purpose"], is_given=is_given, wording=wording, place=place, seen=seen)
        toast(request, _("Allowed. You can take it back here at any time.") if is_given else _("Not allowed any more."))
        # An address, not the name of a view.
        onwards = HttpResponseRedirect(wanted["next"]) if wanted["next"] else redirect("privacy:choices")
        if wanted["purpose"] == Choice.Purpose.USAGE and not is_given:
            take_device(onwards)
        return onwards
    context = {
        "standings": standings(request.user),
        "made": Choice.objects.filter(user=request.user).newest_first()[:MOST_SHOWN],
        "error": form.is_bound,
        "is_refused": is_refused_by_browser(request),
        "devices_url": optional_url("accounts:reminder_choice") if public_key() else "",
    }
    return TemplateResponse(request, "privacy/choices.html", context, status=422 if form.is_bound else 200)


def _seen(request: HttpRequest) -> dict[str, str | None]:
    """Where the choice came from, for the proof."""
    address = get_adapter(request).get_client_ip(request)
    return {"ip_address": address, "user_agent": request.headers.get("User-Agent", "")}
