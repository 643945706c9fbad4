"""The part of a lead's page that is about calling, and the bar that follows a call everywhere."""

from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from dialer.actions.calling import open_call_of
from dialer.calls.contact import decide_to_call
from dialer.calls.controls import standing_of
from dialer.calls.ways import Way, way_of
from dialer.campaigns import modes
from dialer.campaigns.queue import in_hand
from dialer.control_words import reason
from dialer.incoming.screen import ringing_bar
from dialer.machine_panel import WORDS, panel_machine
from dialer.models import Call, DialerSettings, Disposition, Participant, Skip, TelephonyAccount
from dialer.providers.accounts import can_hang_up, has_conferences
from dialer.recording_panel import panel_recording
from dialer.scripts.course import course_of, is_at_end, replies
from dialer.supervision import people_on
from jini.lib.words import duration
from leads.models import Lead, LeadPhone
from leads.picks import quick_picks
from teams.actions.presence import is_at_work
from teams.visibility import sight_of

# In the order of a telephone's keypad.
KEYS = "123456789*0#"
Answer = TypeVar("Answer")


def call_panel(request: HttpRequest, lead: Lead) -> str:
    """Fill the slot "lead.call" of a lead's page: ready to call, on the line, or waiting for the outcome."""
    member = request.member  # type: ignore[attr-defined]
    if not member.may(Permission.CALL_MAKE):
        return ""
    return render_to_string("dialer/_panel.html", panel_context(request, lead), request)


def panel_context(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """What `dialer/_panel.html` shows of `lead` to the member of the request."""
    member = request.member  # type: ignore[attr-defined]
    call = _open_call(request)
    if call is not None and call.lead_id == lead.pk:
        context = {"lead": lead, "call": call, "ends_elsewhere": _ends_elsewhere(call)}
        if call.is_in_wrap_up:
            return context | wrap_up_context(call)
        return (
            context
            | {"recorded": panel_recording(lead, call), "machine": panel_machine(call)}
            | script_context(call, member)
            | _controls(request, call)
        )
    decision = decide_to_call(lead, member, rings_phone=_way(request).mode == Call.Mode.BRIDGE)
    return {
        "lead": lead,
        "call": None,
        "decision": decision,
        "elsewhere": call,
        "others": others_of(lead),
        "hand": _hand(lead, member),
        "recorded": panel_recording(lead, None),
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


def _ends_elsewhere(call: Call) -> str:
    """Return the name of the provider that can end no call from here; empty when the call's provider can."""
    return "" if can_hang_up(call.provider) else str(TelephonyAccount.Provider(call.provider).label)


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
    return {
        "call": call,
        "lead": call.lead,
        "groups": groups,
        "chosen": chosen,
        "suggested": suggested_on(call, outcomes),
        "limit": limit_of(call),
        "calls_next": call.campaign is not None and call.campaign.mode == modes.Mode.PROGRESSIVE,
        "picks": quick_picks(wanted_minutes=chosen.suggested_minutes) if chosen else [],
    }


def suggested_on(call: Call, outcomes: list[Disposition]) -> Disposition | None:
    """Return the outcome that the line itself suggests: of a machine, its own one, else that nobody answered."""
    is_machine = call.answered_by in WORDS
    for status in ("machine", "no-answer") if is_machine else (call.status,):
        found = next((row for row in outcomes if row.provider_status == status), None)
        if found is not None:
            return found
    return None


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


def controls_context(call: Call, member: Any) -> dict[str, Any]:
    """What the controls of a running call show: what holds, what waits for the provider, and what failed."""
    standing = standing_of(call)
    failed = standing.failed
    people = people_on(call, standing) if call.is_live else []
    is_running = call.is_live and call.is_connected and call.mode != Call.Mode.OWN_PHONE
    return {
        "call": call,
        "standing": standing,
        "failed": f"{failed.get_kind_display()}: {reason(failed.failure)}" if failed else "",
        "people": people,
        "guest": next((one for one in people if one.is_brought_in), None),
        "keys": KEYS,
        "may_control": is_running and has_conferences(call.provider),
    }


def call_bar(request: HttpRequest) -> str:
    """The bar of the member's open call, or nothing: a page knows already whether one is open."""
    return _bar(request) if _way(request).call_id else ""


def _bar(request: HttpRequest) -> str:
    call = _open_call(request)
    if call is None:
        return ""
    member = request.member  # type: ignore[attr-defined]
    context = {"call": call, "page": page_of(call, member), "ends_elsewhere": _ends_elsewhere(call)}
    context["asks_here"] = _place(request) == reverse("dialer:disposition", args=[call.pk])
    context["simulated"] = _simulated_leg(call) if call.is_live else None
    context |= _controls(request, call)
    return render_to_string("dialer/_callbar.html", context, request)


def _place(request: HttpRequest) -> str:
    """Return the path of the page that is shown, or that this answer is going to be."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return urlsplit(htmx.current_url or "").path if htmx and not htmx.boosted else request.path


def _simulated_leg(call: Call) -> tuple[str, str] | None:
    """The leg of `call` that is in the simulator's browser, with its status; of a call that was handed over the taker's."""
    if call.provider != TelephonyAccount.Provider.SIMULATOR:
        return None
    takers = Participant.objects.filter(call=call, took_over_at__isnull=False).order_by("-took_over_at")
    taker = takers.first()
    if taker is not None:
        return (taker.leg_id, taker.status) if taker.in_browser else None
    return (call.agent_leg, call.agent_status) if call.mode == Call.Mode.BROWSER else None


def polled_bar(request: HttpRequest) -> str:
    """The same, or the call that rings at the member's, or a colleague's call that they were brought into.

    Pages leave that to the first look of their bar.
    """
    member = request.member  # type: ignore[attr-defined]
    return _bar(request) or _guest_bar(request, member) or ringing_bar(request, member)


def page_of(call: Call, member: Membership) -> str:
    """Return where the talk of `call` is followed: on the lead's page; of a colleague's lead that called, on the call's."""
    is_seen = call.direction == Call.Direction.OUTGOING or sight_of(member).covers(call.lead.assigned_to_id)
    return call.lead.get_absolute_url() if is_seen else call.get_absolute_url()


def phone(request: HttpRequest) -> dict[str, Any] | None:
    """What makes the page of a member in browser mode their phone, see `Navigation.phone`; None for everybody else.

    The hosts that the provider's library needs are allowed on this page, and on no other.
    """
    page = _way(request).page
    member = request.member  # type: ignore[attr-defined]
    if page is None or not member.may(Permission.CALL_MAKE):
        return None
    request.wider_policy = page.policy  # type: ignore[attr-defined]
    strip = render_to_string("dialer/_softphone.html", {"member": member}, request)
    return {"scripts": render_to_string(page.scripts), "strip": strip}


def _way(request: HttpRequest) -> Way:
    """The one question of every page."""
    return _once(request, "way", lambda: way_of(request.member))  # type: ignore[attr-defined]


def _open_call(request: HttpRequest) -> Call | None:
    return _once(request, "call", lambda: open_call_of(request.member))  # type: ignore[attr-defined]


def _controls(request: HttpRequest, call: Call) -> dict[str, Any]:
    """How the controls of the member's open call stand."""
    return _once(request, "controls", lambda: controls_context(call, request.member))  # type: ignore[attr-defined]


def _once(request: HttpRequest, name: str, ask: Callable[[], Answer]) -> Answer:
    """Return what `ask` finds: asked once, since the panel, the bar and the frame of a page show the same call."""
    known = vars(request).setdefault("dialer_known", {})
    if name not in known:
        known[name] = ask()
    return cast("Answer", known[name])


def _guest_bar(request: HttpRequest, member: Any) -> str:
    """The bar of whoever is on a colleague's call; a supervisor, who has a console, sees one while their browser is on it."""
    people = Participant.objects.open().filter(member=member, took_over_at=None)
    guest = people.select_related("call__telecaller__user").first()
    if guest is None or (guest.kind == Participant.Kind.SUPERVISOR and not guest.in_browser):
        return ""
    is_supervisor = guest.kind == Participant.Kind.SUPERVISOR
    return render_to_string("dialer/_guestbar.html", {"guest": guest, "is_supervisor": is_supervisor}, request)
