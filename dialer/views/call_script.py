"""The script in the panel of a call: pressing answers, going back, looking for a reply."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.scripts import NoScript, go_back, press
from dialer.models import Call
from dialer.panel import script_context
from dialer.scripts.course import version_named
from jini.lib.forms import typed
from jini.lib.fragments import wants_fragment

CONFLICT = 409


@require_POST
@requires(Permission.CALL_MAKE)
def call_script(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """Press an answer (`version`, `step` and `answer` of the page), or go back from the place with `back` answers."""
    found = _own_call(request, call)
    sent = request.POST
    try:
        if "back" in sent:
            go_back(found, path_length=_number(sent["back"]))
        else:
            version = version_named(sent.get("version", ""))
            press(found, version=version, step=sent.get("step", ""), answer=_number(sent.get("answer", "")))
    except NoScript:
        return HttpResponse(status=CONFLICT)
    if not wants_fragment(request):
        return redirect("leads:lead", found.lead_id)
    context = script_context(found, request.member) | {"is_part": True}
    return TemplateResponse(request, "dialer/_script.html", context)


@require_safe
@requires(Permission.CALL_MAKE)
def call_objections(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """The objections in which the words of `q` are found."""
    found = _own_call(request, call)
    context = script_context(found, request.member, typed(request.GET.get("q", "")))
    return TemplateResponse(request, "dialer/_objections.html", context)


def _own_call(request: MemberRequest, pk: uuid.UUID) -> Call:
    own = Call.objects.filter(telecaller=request.member).select_related("lead")
    found: Call = get_object_or_404(own, pk=pk)
    return found


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else -1
