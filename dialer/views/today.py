"""A telecaller's day, and the next lead of it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.models import Membership
from accounts.permissions import Permission, requires
from dialer import today as day
from dialer.actions.calling import open_call_of
from dialer.campaigns.queue import next_due_at, peek, standstill
from dialer.campaigns.reasons import reason_of
from dialer.panel import page_of
from dialer.views.wrap_up import go_on
from jini.lib.fragments import toast
from jini.lib.words import clock
from teams.actions.presence import presence_of, set_presence
from teams.models import Presence


@require_safe
@requires(Permission.CALL_MAKE)
def today(request: MemberRequest) -> HttpResponse:
    labels = {"overdue": _("Overdue"), "today": _("Today"), "new": _("New"), "retries": _("Retries")}
    waiting = {key: day.waiting_for(request.member, key) for key in labels}
    tab = request.GET.get("tab")
    tab = tab if tab in labels else "overdue"
    entry = peek(request.member)
    presence = presence_of(request.member)
    context = {
        "taken_offline": presence if presence is not None and presence.because else None,
        "now": date_format(timezone.localdate(), "l, j F"),
        "entry": entry,
        "reason": reason_of(entry) if entry else "",
        "standstill": standstill(entry) if entry else None,
        "next_due_at": None if entry else next_due_at(request.member),
        "opens_at": None if entry else day.opens_at(request.member),
        "tiles": _tiles(request.member),
        "tab": tab,
        "tabs": [(key, label, day.counted(waiting[key])) for key, label in labels.items()],
        "rows": waiting[tab][: day.MOST_ROWS],
        "missed": day.missed_calls(request.member),
        "left_lying": day.left_lying(request.member),
    }
    return TemplateResponse(request, "dialer/today.html", context)


def _tiles(member: Membership) -> list[dict[str, Any]]:
    """The figures of today, each with the address of as many rows."""
    figures = day.figures_of(member)
    targets = figures.targets
    calls, connected = _calls_url(member), _calls_url(member, connected=1)
    won = urlencode({"owner": "me", "won_from": timezone.localdate(), "won_to": timezone.localdate()})
    talk = _tile(_("Talk time, min"), figures.talk_minutes, targets.get(day.Metric.TALK_TIME), connected)
    # No list holds what is late and today's rest at once: this one leads to the page with both as tabs.
    due = _tile(_("Follow-ups due"), figures.follow_ups_due, None, reverse("leads:follow_ups"))
    overdue = figures.follow_ups_overdue
    return [
        _tile(_("Calls"), figures.total_calls, targets.get(day.Metric.TOTAL_CALLS), calls),
        _tile(_("Connected"), figures.connected_calls, targets.get(day.Metric.CONNECTED_CALLS), connected),
        talk | {"value": clock(figures.talk_time)},
        due | {"late": _("%(count)s overdue") % {"count": overdue} if overdue else ""},
        _tile(
            _("Conversions"),
            figures.conversions,
            targets.get(day.Metric.CONVERSIONS),
            f"{reverse('leads:list')}?{won}",
        ),
    ]


def _calls_url(member: Membership, **more: Any) -> str:
    today = timezone.localdate()
    asked = {"from": today, "to": today, "attempts": 1, "telecaller": member.pk}
    return f"{reverse('dialer:calls')}?{urlencode(asked | more)}"


def _tile(label: str, number: int, target: int | None, url: str) -> dict[str, Any]:
    """What `components/tile.html` shows."""
    of = _("of %(target)s") % {"target": target} if target else ""
    return {"label": label, "value": number, "url": url, "of": of, "late": "", "done": number, "target": target}


@require_POST
@requires(Permission.CALL_MAKE)
def next_lead(request: MemberRequest) -> HttpResponse:
    """Hand out the next lead; who owes an outcome gets that first."""
    owed = open_call_of(request.member)
    if owed is not None:
        return redirect(page_of(owed, request.member)) if owed.is_live else redirect("dialer:disposition", owed.pk)
    set_presence(request.member, Presence.State.AVAILABLE)
    response = go_on(request)
    if response.headers.get("Location", "").endswith("/today/"):
        toast(request, _("Nothing may be called right now."))
    return response
