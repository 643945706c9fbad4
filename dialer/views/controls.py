"""The buttons that control a running call: hold, mute, keypad."""

import json
import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.controlling import control_call
from dialer.calls.controls import NotPossible
from dialer.control_form import ControlForm
from dialer.control_words import reason
from dialer.models import Call
from dialer.panel import controls_context
from jini.lib.fragments import wants_fragment

CONFLICT, INVALID = 409, 422


@require_POST
@requires(Permission.CALL_MAKE)
def controls(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """Ask for what was pressed; the answer shows how the call stands, and says why when nothing was asked."""
    own = Call.objects.open().filter(telecaller=request.member).select_related("lead")
    found: Call = get_object_or_404(own, pk=call)
    form = ControlForm(request.POST)
    if not form.is_valid():
        first = next(iter(form.errors.get_json_data().values()))[0]
        return answer(request, found, first["message"], INVALID)
    try:
        control_call(found, form.cleaned_data["do"], by=request.member, digits=form.cleaned_data["digits"])
    except NotPossible as refusal:
        return answer(request, found, reason(refusal.code), CONFLICT)
    if not wants_fragment(request):
        return redirect("leads:lead", found.lead_id)
    return answer(request, found)


def answer(request: MemberRequest, call: Call, sentence: str = "", status: int = 200) -> HttpResponse:
    """Show how `call` stands after something was pressed, with what is wrong about it."""
    is_part = wants_fragment(request)
    context = controls_context(call, request.member) | {"sentence": sentence, "is_answer": is_part}
    template = "dialer/_controls.html" if is_part else "dialer/not_controlled.html"
    response = TemplateResponse(request, template, context, status=status)
    if is_part:
        # The call bar shows it at once; what it refuses it has no place for.
        is_bar = request.headers.get("HX-Target") != "controls"
        events: dict[str, object] = {"call:changed": ""}
        if sentence and is_bar:
            events["toast"] = [{"text": sentence, "undo": ""}]
        response.headers["HX-Trigger"] = json.dumps(events)
    return response
