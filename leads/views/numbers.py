"""The further numbers of a lead, on its page."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from leads.actions import numbers as actions
from leads.actions.editing import PhoneTaken
from leads.forms import NumberForm
from leads.known import known_by
from leads.models import Lead, LeadPhone
from leads.views.lead import CONFLICT, INVALID, back, lead_page, visible


@require_POST
@requires(Permission.LEAD_EDIT)
def add(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = visible(request, lead)
    form = NumberForm(request.POST)
    if form.is_valid():
        phone = form.cleaned_data["number"]
        # Asked before it is this lead's, too.
        known = known_by(phone, request.member)
        try:
            actions.add_number(found, phone, kind=form.cleaned_data["kind"], by=request.member)
        except actions.NumberThere:
            form.add_error("number", _("The lead has this number already."))
        except actions.TooMany:
            form.add_error("number", _("A lead has at most 10 further numbers. Remove one first."))
        else:
            toast(request, _("Saved. Another lead has this number, too.") if known else _("Saved."))
            return back(request, found)
    return lead_page(request, found, INVALID, number=form)


def _number(lead: Lead, pk: uuid.UUID) -> LeadPhone:
    found: LeadPhone = get_object_or_404(lead.phones, pk=pk)
    return found


@require_POST
@requires(Permission.LEAD_EDIT)
def change(request: MemberRequest, lead: uuid.UUID, number: uuid.UUID) -> HttpResponse:
    found = visible(request, lead)
    one = _number(found, number)
    kind = request.POST.get("kind", "")
    kind = kind if kind in LeadPhone.Kind.values else one.kind
    actions.change_number(found, one, kind=kind, is_active="in_use" in request.POST, by=request.member)
    return back(request, found)


@require_POST
@requires(Permission.LEAD_EDIT)
def main(request: MemberRequest, lead: uuid.UUID, number: uuid.UUID) -> HttpResponse:
    found = visible(request, lead)
    try:
        actions.make_first(found, _number(found, number), by=request.member)
    except PhoneTaken:
        return lead_page(request, found, CONFLICT, error=_("It is the first number of another lead already."))
    return back(request, found)


@require_POST
@requires(Permission.LEAD_EDIT)
def removal(request: MemberRequest, lead: uuid.UUID, number: uuid.UUID) -> HttpResponse:
    found = visible(request, lead)
    actions.remove_number(found, _number(found, number), by=request.member)
    return back(request, found)
