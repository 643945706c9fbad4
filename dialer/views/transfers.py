"""Bringing somebody into a call, handing it over, taking it back."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.supervising import LineRefused
from dialer.actions.transferring import bring_in, hand_over, take_back, withdraw
from dialer.calls.controls import NotPossible
from dialer.control_words import reason
from dialer.models import Call, Participant
from dialer.transfer_form import HAND_OVER, TAKE_BACK, TransferForm, colleagues_of
from dialer.views.controls import CONFLICT, INVALID, answer
from jini.lib.fragments import wants_fragment


@require_POST
@requires(Permission.CALL_MAKE)
def transfer(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """Ring somebody for a call, hand it over to them, or let them go."""
    own = Call.objects.open().filter(telecaller=request.member).select_related("lead")
    found: Call = get_object_or_404(own, pk=call)
    form = TransferForm(request.POST, by=request.member)
    if not form.is_valid():
        first = next(iter(form.errors.get_json_data().values()))[0]
        return answer(request, found, first["message"], INVALID)
    try:
        _do(request, found, form)
    except NotPossible as refusal:
        return answer(request, found, reason(refusal.code), CONFLICT)
    except LineRefused as refusal:
        return answer(request, found, str(refusal), CONFLICT)
    if not wants_fragment(request):
        return redirect("leads:lead", found.lead_id)
    return answer(request, found)


@require_safe
@requires(Permission.CALL_MAKE)
def transfer_form(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """Show whom one's own call can be handed to: asked for when it is opened, since it names everybody."""
    found = get_object_or_404(Call.objects.open().filter(telecaller=request.member), pk=call)
    context = {"call": found, "colleagues": colleagues_of(request.member)}
    return TemplateResponse(request, "dialer/_transfer_form.html", context)


@require_POST
@requires(Permission.CALL_MAKE)
def leave_call(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """Leave a colleague's call that one was asked into, or decline it; whoever is not on it (any more) has left."""
    mine = Participant.objects.filter(call=call, member=request.member)
    one = mine.open().speaking().filter(took_over_at=None).first()
    if one is not None:
        withdraw(one, by=request.member)
    elif not mine.exists():
        get_object_or_404(Call.objects.visible_to(request.member), pk=call)
    return redirect("dialer:today")


def _do(request: MemberRequest, call: Call, form: TransferForm) -> None:
    sent = form.cleaned_data
    if sent["do"] == HAND_OVER:
        hand_over(call, by=request.member)
    elif sent["do"] == TAKE_BACK:
        take_back(call, by=request.member)
    else:
        bring_in(call, sent["do"], by=request.member, colleague=sent["colleague"], phone=sent["phone"])
