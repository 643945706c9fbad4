"""Do not call, by number and channel: what stands for a lead, putting it there, and lifting it."""

import uuid
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from leads.models import Lead
from leads.views.lead import INVALID, visible
from privacy.actions.do_not_call import bar, lift
from privacy.contact_words import CHANNELS
from privacy.models import DoNotCall


class BarForm(forms.Form):
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=CHANNELS)


class LiftingForm(forms.Form):
    because = forms.CharField(label=gettext_lazy("Why it may be used again"), max_length=200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def do_not_call(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Show what stands and stood; a POST puts every number of the lead there for one channel."""
    found = visible(request, lead)
    form = BarForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        channel = form.cleaned_data["channel"]
        bar(_numbers(found), source=DoNotCall.Source.REQUEST, by=request.member, channel=channel)
        toast(request, _("Noted. It holds from the next call or message on."))
        return redirect("leads:do_not_call", found.pk)
    return _page(request, found, form=form, status=INVALID if form.is_bound else 200)


@require_POST
@requires(Permission.SETTINGS_EDIT)
def lifting(request: MemberRequest, lead: uuid.UUID, row: uuid.UUID) -> HttpResponse:
    """Let a number be used again; the row stays with the reason."""
    found = visible(request, lead)
    standing = get_object_or_404(DoNotCall, pk=row, phone__in=_numbers(found))
    form = LiftingForm(request.POST)
    if not form.is_valid():
        return _page(request, found, lifting=form, status=INVALID)
    if lift(standing, because=form.cleaned_data["because"], by=request.member):
        toast(request, _("Lifted. It may be used again."))
    return redirect("leads:do_not_call", found.pk)


def _numbers(lead: Lead) -> set[str]:
    return {lead.phone, *lead.phones.values_list("phone", flat=True)}


def _page(request: MemberRequest, found: Lead, *, status: int, **forms: Any) -> HttpResponse:
    rows = DoNotCall.objects.filter(phone__in=_numbers(found)).select_related("by__user", "lifted_by__user")
    context = {
        "lead": found,
        "rows": rows.order_by("lifted_at", "-at", "-pk")[:100],
        "form": forms.get("form") or BarForm(),
        "lifting": forms.get("lifting") or LiftingForm(),
        "may_lift": request.member.may(Permission.SETTINGS_EDIT),
    }
    return TemplateResponse(request, "leads/do_not_call.html", context, status=status)
