"""A member says what they are doing: available, on a break, gone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from teams.actions.presence import presence_of, set_presence
from teams.models import PauseCode, Presence

State = Presence.State
COLOURS = {State.AVAILABLE: "green", State.ON_CALL: "green", State.WRAP_UP: "amber", State.PAUSE: "amber"}


def menu(request: HttpRequest) -> dict[str, Any]:
    """What the status menu of the top bar shows; see `accounts.context.Navigation.presence`."""
    now = presence_of(request.member)  # type: ignore[attr-defined]
    state = State(now.state) if now else State.OFFLINE
    label = now.pause_code.label if now and now.pause_code else state.label
    breaks = [
        {"value": str(code.pk), "label": code.label, "icon": "coffee"}
        for code in PauseCode.objects.filter(is_active=True).order_by("position", "id")
    ]
    choices = [
        {"value": State.AVAILABLE.value, "label": _("Available"), "icon": "phone"},
        *breaks,
        {"value": State.OFFLINE.value, "label": _("Go offline"), "icon": "power"},
    ]
    return {
        "label": label,
        "colour": COLOURS.get(state, ""),
        "since": now.started_at if now else None,
        "choices": choices,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CALL_MAKE)
def presence(request: MemberRequest) -> HttpResponse:
    """Take what the member says they do; asked for, answer with what the top bar says of it now."""
    if request.method != "POST":
        context = {"presence": menu(request)}
        return TemplateResponse(request, "shell/status_now.html", context, headers={"Cache-Control": "no-store"})
    wanted = request.POST.get("state", "")
    now = presence_of(request.member)
    code = next((row for row in PauseCode.objects.filter(is_active=True) if str(row.pk) == wanted), None)
    if now is not None and now.state == State.ON_CALL:
        toast(request, _("You are on a call. End it first."))
    elif code is not None:
        set_presence(request.member, State.PAUSE, pause_code=code)
    elif wanted in {State.AVAILABLE, State.OFFLINE}:
        set_presence(request.member, wanted)
    else:
        toast(request, _("Choose what you are doing from the menu."))
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_ours else "/")
