"""The part of a lead's page that is about calling, and the bar that follows a call everywhere."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from dialer.actions.calling import open_call_of
from dialer.calls.contact import decide_to_call
from dialer.calls.line import rings_telecaller
from dialer.campaigns import modes
from dialer.campaigns.queue import in_hand
from dialer.models import Call, DialerSettings, Disposition, Skip
from dialer.scripts.course import course_of, is_at_end, replies
from jini.lib.words import duration
from leads.models import Lead, LeadPhone
from leads.picks import quick_picks
from teams.actions.presence import is_at_work


def call_panel(request: HttpRequest, lead: Lead) -> str:
    """Fill the slot "lead.call" of a lead's page: ready to call, on the line, or waiting for the outcome."""
    member = request.member  # type: ignore[attr-defined]
    if not member.may(Permission.CALL_MAKE):
        return ""
    return render_to_string("dialer/_panel.html", panel_context(request, lead), request)


def panel_context(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """What `dialer/_panel.html` shows of `lead` to the member of the request."""
    member = request.member  # type: ignore[attr-defined]
    call = open_call_of(member)
    if call is not None and call.lead_id == lead.pk:
        return {"lead": lead, "call": call} | (
            wrap_up_context(call) if call.is_in_wrap_up else script_context(call, member)
        )
    decision = decide_to_call(lead, member, rings_phone=rings_telecaller())
    return {
        "lead": lead,
        "call": None,
        "decision": decision,
        "elsewhere": call,
        "others": others_of(lead),
        "hand": _hand(lead, member),
    }


def _hand(lead: Lead, member: Any) -> dict[str, Any] | None:
    """What may be done with a lead that the member holds, besides calling it; None when they do not."""
    entry = in_hand(member)
    if entry is None or entry.lead_id != lead.pk:
        return None
    countdown = modes.countdown_of(entry)
    return {
        "may_skip": modes.may_be_skipped(entry),
        "reasons": [(value, label) for value, label in Skip.Reason.choices if value != Skip.Reason.OTHER_LEAD],
        "countdown": countdown,
        "is_at_work": countdown is None or is_at_work(member),
    }


def others_of(lead: Lead) -> list[LeadPhone]:
    """The lead's further numbers that may be called instead of the first one; each is held against the rules when it is."""
    return list(lead.phones.filter(is_active=True).order_by("position", "id"))


def wrap_up_context(call: Call, chosen: Disposition | None = None) -> dict[str, Any]:
    """What the choice of an outcome shows; `chosen` is one that asks for a follow-up, whose times are then offered."""
    outcomes = list(Disposition.objects.offered_on(call))
    groups = [
        (
            label,
            group == Disposition.Group.CONNECTED,
            [(row, _hint(call, row)) for row in outcomes if row.group == group],
        )
        for group, label in Disposition.Group.choices
    ]
    suggested = next((row for row in outcomes if row.provider_status and row.provider_status == call.status), None)
    return {
        "call": call,
        "lead": call.lead,
        "groups": groups,
        "chosen": chosen,
        "suggested": suggested,
        "limit": limit_of(call),
        "calls_next": call.campaign is not None and call.campaign.mode == modes.Mode.PROGRESSIVE,
        "picks": quick_picks(wanted_minutes=chosen.suggested_minutes) if chosen else [],
    }


def limit_of(call: Call) -> int:
    """In how many seconds the wrap-up should be over, as the campaign says, else the organisation; 0 for no limit."""
    own = call.campaign.wrap_up_seconds if call.campaign else None
    return int(DialerSettings.objects.get().wrap_up_seconds) if own is None else own


def _hint(call: Call, outcome: Disposition) -> str:
    """Why the outcome will be refused for a call of this length; empty when it fits."""
    if call.mode == Call.Mode.OWN_PHONE:
        return ""
    talk, least, most = call.talk_seconds or 0, outcome.minimum_talk_seconds, outcome.maximum_talk_seconds
    if least is not None and talk < least:
        return _("from %(time)s of talk") % {"time": duration(least)}
    if most is not None and talk > most:
        return _("up to %(time)s of talk") % {"time": duration(most)}
    return ""


def script_context(call: Call, member: Any, words: str = "") -> dict[str, Any]:
    """What the script's part of the panel shows: the step that is read now, and the replies to objections with `words`."""
    course = course_of(call, member)
    if course is None:
        return {"course": None, "call": call}
    return {
        "call": call,
        "course": course,
        "is_over": is_at_end(course.content, course.path),
        "replies": replies(course, member, words),
    }


def call_bar(request: HttpRequest) -> str:
    """The bar of the member's open call, or nothing."""
    call = open_call_of(request.member)  # type: ignore[attr-defined]
    return render_to_string("dialer/_callbar.html", {"call": call}, request) if call else ""
