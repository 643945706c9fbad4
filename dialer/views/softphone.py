"""The page that is a phone: what lets it in, what it says of itself, and what it may answer; and how my calls start."""

import re

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions import softphone
from dialer.choice_form import ChoiceForm
from dialer.models import Participant, Softphone
from dialer.providers.port.softphones import NotReady
from jini.lib.fragments import toast

CONFLICT, INVALID, TOO_MANY, NO_CONTENT = 409, 422, 429, 204
# The name of a browser and of a page in it, as softphone.js makes them.
_TAB = re.compile(r"[0-9a-f]{8}\.[0-9a-f]{16}")
REFUSALS = {
    softphone.NoBrowser: ("mode", CONFLICT),
    softphone.Elsewhere: ("elsewhere", CONFLICT),
    NotReady: ("not_ready", CONFLICT),
    softphone.TooManyTokens: ("too_many", TOO_MANY),
}


def _tab(request: MemberRequest) -> str:
    """The name that the page gives itself; "" when no page of ours would."""
    tab: str = request.POST.get("tab", "")
    return tab if _TAB.fullmatch(tab) else ""


@require_POST
@never_cache
@requires(Permission.CALL_MAKE)
def softphone_token(request: MemberRequest) -> HttpResponse:
    """Give the page its token, in the body of the answer and nowhere else."""
    tab = _tab(request)
    if not tab:
        return HttpResponse(status=INVALID)
    try:
        token = softphone.give_token(request.member, tab=tab, takes="takes" in request.POST)
    except tuple(REFUSALS) as refusal:
        reason, status = REFUSALS[type(refusal)]
        return JsonResponse({"reason": reason}, status=status)
    return JsonResponse({"token": token})


@require_POST
@requires(Permission.CALL_MAKE)
def softphone_state(request: MemberRequest) -> HttpResponse:
    tab, state = _tab(request), request.POST.get("state")
    if state not in Softphone.State.values or not tab:
        return HttpResponse(status=INVALID)
    try:
        softphone.hear(request.member, tab=tab, state=state)
    except softphone.Elsewhere:
        return HttpResponse(status=CONFLICT)
    return HttpResponse(status=NO_CONTENT)


@require_POST
@never_cache
@requires(Permission.CALL_MAKE)
def softphone_ringing(request: MemberRequest) -> HttpResponse:
    """Say whether the page is to answer what rings there, or to offer it to the member."""
    tab, leg = _tab(request), request.POST.get("leg", "")
    if softphone.may_answer(request.member, tab=tab, leg=leg) is not None:
        return JsonResponse({"answer": "accept"})
    if softphone.may_take(request.member, tab=tab, leg=leg) is not None:
        return JsonResponse({"answer": "ask"})
    one = softphone.may_join(request.member, tab=tab, leg=leg)
    if one is None:
        return JsonResponse({"answer": "refuse"})
    softphone.offer(one)
    return JsonResponse({"answer": "accept" if one.kind == Participant.Kind.SUPERVISOR else "ask"})


@require_POST
@requires(Permission.CALL_MAKE)
def softphone_simulated(request: MemberRequest) -> HttpResponse:
    """Let the simulator's browser answer: the page says so here, since no network of a provider is in between."""
    tab, leg = _tab(request), request.POST.get("leg", "")
    is_there = softphone.pick_up_simulated(request.member, tab=tab, leg=leg)
    return HttpResponse(status=NO_CONTENT if is_there else CONFLICT)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CALL_MAKE)
def own_calling(request: MemberRequest) -> HttpResponse:
    """How my calls start, and whether this browser can be my phone."""
    form = ChoiceForm(request.POST if request.method == "POST" else None, member=request.member)
    if request.method == "POST" and form.is_valid():
        softphone.choose_mode(request.member, form.cleaned_data["mode"])
        toast(request, _("Saved."))
        return redirect("dialer:own_calling")
    context = {"form": form, "phone": request.member.phone}
    return TemplateResponse(request, "dialer/own_calling.html", context, status=INVALID if form.is_bound else 200)
