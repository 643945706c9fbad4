"""The lead list, and one lead."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.context import optional_url
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib import panels
from jini.lib.fragments import fragment, toast
from jini.lib.paging import keyset_page
from leads.actions.creating import create_lead
from leads.actions.editing import PhoneTaken, add_note, change_status
from leads.filters import find
from leads.forms import LeadForm, NoteForm
from leads.models import Activity, Lead, Status


@require_safe
@requires(Permission.LEAD_VIEW)
def leads(request: MemberRequest) -> HttpResponse:
    found = find(request.member, request.GET)
    page = keyset_page(request, found.leads.select_related("status", "assigned_to__user"), counted=True)
    context = {
        "page": page,
        "q": found.words,
        "status": found.status,
        "batch": found.batch,
        "statuses": Status.objects.in_order(),
        "campaign_url": optional_url("dialer:campaign_new") if request.member.may(Permission.CAMPAIGN_EDIT) else "",
        "query": request.GET.urlencode(),
    }
    return fragment(request, "leads/list.html", "rows", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def new(request: MemberRequest) -> HttpResponse:
    form = LeadForm(request.POST or None)
    taken = None
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(create_lead(form.cleaned_data, by=request.member))
        except PhoneTaken as refusal:
            taken = Lead.objects.visible_to(request.member).filter(pk=refusal.lead.pk).first()
            form.add_error("phone", _("A lead with this number exists already."))
    context = {"form": form, "taken": taken}
    return TemplateResponse(request, "leads/new.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.LEAD_VIEW)
def lead(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    return _page(request, lead, NoteForm())


def _page(request: MemberRequest, pk: uuid.UUID, form: NoteForm) -> HttpResponse:
    visible = Lead.objects.visible_to(request.member).select_related("status", "assigned_to__user")
    found = get_object_or_404(visible, pk=pk)
    activities = Activity.objects.filter(lead=found).select_related("actor__user")
    context = {
        "lead": found,
        "form": form,
        "statuses": Status.objects.in_order(),
        "call_panel": panels.render("lead.call", request, found),
        "page": keyset_page(request, activities, by="-at", size=20),
    }
    return TemplateResponse(request, "leads/lead.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.LEAD_EDIT)
def notes(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Lead.objects.visible_to(request.member), pk=lead)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, found.pk, form)
    add_note(found, form.cleaned_data["text"], by=request.member)
    toast(request, _("The note is saved."))
    return redirect(found)


@require_POST
@requires(Permission.LEAD_EDIT)
def move(request: MemberRequest, lead: uuid.UUID, status: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Lead.objects.visible_to(request.member), pk=lead)
    chosen = get_object_or_404(Status.objects.in_order(), pk=status)
    change_status(found, chosen, by=request.member)
    return redirect(found)
