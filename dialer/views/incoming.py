"""Calls that come in: their page, and what is pressed while one rings."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions import incoming as acts
from dialer.actions.calling import open_call_of
from dialer.incoming_forms import IncomingSettingsForm, SimulatedCallForm
from dialer.models import CallerMessage, IncomingCall, IncomingRing, IncomingSettings, PhoneNumber, TelephonyAccount
from dialer.recording_panel import messages_of
from jini.lib.fragments import fragment, toast
from jini.lib.paging import capped_count, keyset_page
from leads.erased import SAID, Erased
from teams.visibility import sight_of

INVALID = 422
WITH = ("lead__assigned_to", "answered_by__user", "follow_up__assigned_to__user")


@require_safe
@requires(Permission.CALL_VIEW)
def incoming(request: MemberRequest) -> HttpResponse:
    """List the calls that came in, those first that wait to be called back."""
    seen = IncomingCall.objects.visible_to(request.member)
    shown = {
        "return": (_("To call back"), seen.to_return()),
        "missed": (_("Missed"), seen.missed()),
        "answered": (_("Answered"), seen.filter(answered_at__isnull=False)),
        "messages": (_("With a message"), seen.exclude(message_id="")),
        "unknown": (_("Of no lead"), seen.filter(lead=None)),
        "all": (_("All"), seen),
    }
    asked = request.GET.get("show", "")
    asked = asked if asked in shown else "return"
    rows: QuerySet[IncomingCall] = shown[asked][1]
    page = keyset_page(request, rows.select_related(*WITH), by="-started_at", count_text=capped_count(rows))
    context = {
        "page": page,
        "asked": asked,
        "tabs": [(key, label) for key, (label, __) in shown.items()],
        "openable": _openable(request, page.rows),
        "rows": _with_messages(request, page.rows),
        "may_fetch": request.member.may(Permission.TELEPHONY_EDIT),
        "may_practise": request.member.may(Permission.TELEPHONY_EDIT),
    }
    return fragment(request, "dialer/incoming.html", "rows", context)


def _with_messages(request: MemberRequest, rows: Any) -> list[tuple[IncomingCall, CallerMessage | None]]:
    messages = messages_of(rows, request.member)
    return [(row, messages.get(row.pk)) for row in rows]


def _openable(request: MemberRequest, rows: Any) -> set[uuid.UUID]:
    """Return the leads of the rows that the member may open: the lead of a call may be another's."""
    sight = sight_of(request.member)
    return {row.lead_id for row in rows if row.lead is not None and sight.covers(row.lead.assigned_to_id)}


@require_POST
@requires(Permission.CALL_MAKE)
def incoming_lead(request: MemberRequest, incoming: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(IncomingCall.objects.visible_to(request.member), pk=incoming)
    try:
        lead = acts.make_lead(found, by=request.member)
    except acts.NoNumber:
        toast(request, _("The number is withheld."))
        return redirect("dialer:incoming")
    except Erased:
        toast(request, str(SAID))
        return redirect("dialer:incoming")
    if not sight_of(request.member).covers(lead.assigned_to_id):
        toast(request, _("It is a lead of a colleague by now."))
        return redirect("dialer:incoming")
    return redirect(lead)


@require_POST
@requires(Permission.CALL_MAKE)
def incoming_hang_up(request: MemberRequest, incoming: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(IncomingCall.objects.filter(answered_by=request.member), pk=incoming)
    acts.hang_up(found, by=request.member)
    return redirect("dialer:incoming")


@require_POST
@requires(Permission.CALL_MAKE)
def ring_answer(request: MemberRequest, ring: uuid.UUID) -> HttpResponse:
    """Pick up a practice phone. A real one is picked up where it lies."""
    practice = IncomingRing.objects.filter(incoming__provider=TelephonyAccount.Provider.SIMULATOR)
    found = get_object_or_404(practice.filter(member=request.member).select_related("incoming__lead"), pk=ring)
    if not acts.pick_up_practice(found):
        toast(request, _("The phone rings no more."))
    lead = found.incoming.lead
    if lead is not None and sight_of(request.member).covers(lead.assigned_to_id):
        return redirect(lead)
    return redirect("dialer:incoming")


@require_POST
@requires(Permission.CALL_MAKE)
def ring_passing(request: MemberRequest, ring: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(IncomingRing.objects.filter(member=request.member), pk=ring)
    if acts.pass_on(found, by=request.member):
        toast(request, _("The call was passed on."))
    else:
        toast(request, _("The phone rings no more."))
    call = open_call_of(request.member)
    return redirect(call.lead) if call is not None else redirect("dialer:today")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TELEPHONY_EDIT)
def incoming_settings(request: MemberRequest) -> HttpResponse:
    own = IncomingSettings.current()
    form = IncomingSettingsForm(request.POST if request.method == "POST" else None, instance=own)
    if request.method == "POST" and form.is_valid():
        acts.save_incoming_settings(own, fields=form.changed_data, by=request.member)
        toast(request, _("Saved."))
        return redirect("dialer:incoming_settings")
    return _settings_page(request, form, SimulatedCallForm(), INVALID if form.is_bound else 200)


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def simulated_call(request: MemberRequest) -> HttpResponse:
    """Let the simulator call us, as somebody would."""
    form = SimulatedCallForm(request.POST)
    if not form.is_valid():
        return _settings_page(request, IncomingSettingsForm(instance=IncomingSettings.current()), form, INVALID)
    sent = form.cleaned_data
    acts.simulate_call(sent["caller"], patience=sent["patience"], message=sent["message"], by=request.member)
    toast(request, _("Somebody calls. It rings at whoever is available."))
    return redirect("dialer:incoming_settings")


def _settings_page(
    request: MemberRequest, form: IncomingSettingsForm, call_form: SimulatedCallForm, status: int
) -> HttpResponse:
    labels = {name: field.label for name, field in form.fields.items()}
    context = {
        "form": form,
        "call_form": call_form,
        "can_practise": acts.can_simulate(),
        "numbers": PhoneNumber.objects.select_related("team").order_by("phone", "provider"),
        "history": audit.history(IncomingSettings.current(), labels),
    }
    return TemplateResponse(request, "settings/incoming.html", context, status=status)
