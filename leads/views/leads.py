"""The lead list, and one lead."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.context import optional_url
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import fragment
from jini.lib.paging import keyset_page
from leads.actions.creating import create_lead
from leads.actions.editing import PhoneTaken
from leads.filter_form import FilterForm
from leads.filters import find
from leads.forms import LeadForm
from leads.models import Lead

PAGE = 50


@require_safe
@requires(Permission.LEAD_VIEW)
def leads(request: MemberRequest) -> HttpResponse:
    found = find(request.member, request.GET)
    rows = found.leads.select_related("status", "assigned_to__user")
    page = keyset_page(request, rows, size=PAGE, count_text=found.count_text)
    context = {
        "page": page,
        "q": found.words,
        "form": FilterForm(request.GET, request.member, found),
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
