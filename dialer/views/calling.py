"""Calling a lead: starting, following, ending."""

import datetime as dt
import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.models import Membership
from accounts.permissions import Permission, requires
from dialer.actions import calling
from dialer.actions.skipping import MayNotSkip, held_by, left_for, write_down
from dialer.calls.drawn import drawn_from
from dialer.campaigns import modes
from dialer.campaigns.queue import take
from dialer.models import Call, Control, QueueEntry, Skip
from dialer.panel import page_of, panel_context, polled_bar
from jini.lib.forms import typed
from jini.lib.fragments import wants_fragment
from jini.lib.polling import polled_by
from jini.lib.words import time_of_day
from leads.models import Lead

CONFLICT, LONGEST_NOTE = 409, 4000


@require_POST
@requires(Permission.CALL_MAKE)
def start_call(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Lead.objects.visible_to(request.member), pk=lead)
    phone = _number(found, typed(request.POST.get("number", "")))
    if "by_itself" in request.POST and not _may_begin_by_itself(request.member, found):
        return _refused(request, found, _("The countdown was stopped, or it ended while nobody was on the page."))
    entry = QueueEntry.objects.filter(lead=found, finished_at=None).select_related("campaign").first()
    try:
        left = left_for(found, by=request.member)
        calling.start_call(found, by=request.member, campaign=entry.campaign if entry else None, phone=phone)
    except calling.LeadGone:
        raise Http404 from None
    except MayNotSkip as refusal:
        return _refused(
            request, found, _("Its campaign wants the lead in your hands to be called first."), refusal.lead
        )
    except calling.NotAllowed as refusal:
        decision = refusal.decision
        return _refused(request, found, decision.sentence, at=decision.dialable_at)
    if left is not None:
        write_down(left, by=request.member, reason=Skip.Reason.OTHER_LEAD)
    take(found, request.member)
    return redirect(found)


def _may_begin_by_itself(member: Membership, lead: Lead) -> bool:
    """Whether the end of a countdown may begin the call; of two tabs the second one finds it begun."""
    if modes.may_begin_by_itself(held_by(member, lead), member):
        return True
    running = calling.open_call_of(member)
    return running is not None and running.lead_id == lead.pk and running.is_live


def _refused(
    request: MemberRequest, lead: Lead, sentence: str, first: Lead | None = None, *, at: dt.datetime | None = None
) -> HttpResponse:
    context = {"lead": lead, "sentence": sentence, "first": first, "dialable_at": at}
    return TemplateResponse(request, "dialer/refused.html", context, status=CONFLICT)


def _number(lead: Lead, pk: str) -> str:
    """The further number that is to be called; "" for the lead's first one, and 404 for one that it does not have."""
    if not pk:
        return ""
    try:
        found = lead.phones.filter(pk=uuid.UUID(pk), is_active=True).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return str(found.phone)


@require_POST
@requires(Permission.CALL_MAKE)
def hang_up(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    mine = Call.objects.filter(telecaller=request.member).select_related("lead")
    found = get_object_or_404(mine, pk=call)
    calling.hang_up(found, by=request.member)
    return redirect(page_of(found, request.member))


@require_POST
@requires(Permission.CALL_MAKE)
def note(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """Keep the note of an open call as a draft; what is typed after the outcome was saved is not taken."""
    draft = typed(request.POST.get("note", ""), longest=LONGEST_NOTE)
    found = get_object_or_404(Call.objects.filter(telecaller=request.member), pk=call)
    kept = Call.objects.open().filter(pk=found.pk).update(note=draft)
    if not kept:
        return HttpResponse(status=CONFLICT)
    context = {"time": time_of_day(timezone.localtime())}
    return TemplateResponse(request, "dialer/_draft.html", context)


def _drawn_from(request: MemberRequest, lead: uuid.UUID | None = None) -> str:
    return drawn_from(request.member, lead)


@require_safe
@requires(Permission.CALL_MAKE)
@polled_by(_drawn_from)
def active_call(request: MemberRequest) -> HttpResponse:
    bar = polled_bar(request)
    response = HttpResponse(bar, headers={"Cache-Control": "no-store"})
    if bar or "shown" in request.GET:
        # What the member does has changed with the call, and the status at the top fetches itself. It is not brought
        # along: an answer that comes after its page went would find no place for it.
        response.headers["HX-Trigger"] = "presence:changed"
    return response


@require_safe
@requires(Permission.CALL_MAKE)
@polled_by(_drawn_from)
def panel(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    fresh = {"Cache-Control": "no-store"}
    found = Lead.objects.visible_to(request.member).filter(pk=lead).first()
    if found is not None:
        return TemplateResponse(request, "dialer/_panel.html", panel_context(request, found), headers=fresh)
    given = Control.objects.filter(call__lead=lead, asked_by=request.member, kind=Control.Kind.HAND_OVER)
    if given.filter(state=Control.State.DONE).exists():
        # The lead went with the call; the page from which it was given still asks.
        return TemplateResponse(request, "dialer/_handed_over.html", headers=fresh)
    if wants_fragment(request):
        # The lead went while its page was open: loaded again, the page says so.
        return HttpResponse(status=404, headers={"HX-Refresh": "true"})
    raise Http404
