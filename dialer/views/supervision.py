"""Live calls, and listening, whispering and speaking in one of them."""

import uuid

from allauth.account.adapter import get_adapter
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.supervising import LineRefused, change_mode, leave, session_of, supervise
from dialer.calls.controls import NotPossible
from dialer.control_words import reason
from dialer.models import Call
from dialer.supervise_form import JOIN, LEAVE, SuperviseForm
from dialer.supervision import console, people_on_all
from jini.lib.fragments import fragment, wants_fragment
from jini.lib.polling import polled

CONFLICT, INVALID = 409, 422
MOST_CALLS = 100
WITH = ("lead", "telecaller__user", "campaign")


@require_safe
@requires(Permission.CALL_SUPERVISE)
@polled
def live_calls(request: MemberRequest) -> HttpResponse:
    """Every call that is open now, the longest first; asks for itself every five seconds."""
    calls = list(Call.objects.visible_to(request.member).live().select_related(*WITH)[:MOST_CALLS])
    people = people_on_all(calls)
    rows = [(call, people[call.pk]) for call in calls]
    return fragment(request, "dialer/live_calls.html", "rows", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CALL_SUPERVISE)
@polled
def supervise_call(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """The console of a supervisor on one call."""
    found: Call = get_object_or_404(Call.objects.visible_to(request.member).select_related(*WITH), pk=call)
    if request.method != "POST":
        return _console(request, found)
    form = SuperviseForm(request.POST)
    if not form.is_valid():
        return _console(request, found, reason("unknown_control"), INVALID)
    try:
        _do(request, found, form.cleaned_data["do"])
    except NotPossible as refusal:
        return _console(request, found, reason(refusal.code), CONFLICT)
    except LineRefused as refusal:
        return _console(request, found, str(refusal), CONFLICT)
    if not wants_fragment(request):
        return redirect("dialer:supervise", found.pk)
    return _console(request, found)


def _do(request: MemberRequest, call: Call, what: str) -> None:
    member = request.member
    if what == JOIN:
        ip = get_adapter(request).get_client_ip(request)
        supervise(call, by=member, ip=ip, user_agent=request.headers.get("User-Agent", ""))
        return
    session = session_of(call, member)
    if session is None:
        raise NotPossible("left_already")
    if what == LEAVE:
        leave(session, by=member)
    else:
        change_mode(session, what, by=member)


def _console(request: MemberRequest, call: Call, sentence: str = "", status: int = 200) -> HttpResponse:
    context = console(call, request.member) | {"sentence": sentence, "is_answer": request.method == "POST"}
    return fragment(request, "dialer/supervise.html", "console", context, status=status)
