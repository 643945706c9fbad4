"""The lead list, and a new lead."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.context import optional_url
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.forms import typed
from jini.lib.fragments import fragment
from jini.lib.paging import keyset_page
from leads import list_columns
from leads.actions.creating import create_lead
from leads.actions.editing import PhoneTaken
from leads.bulk.actions import actions_of
from leads.filter_form import FilterForm, kept
from leads.filters import find
from leads.forms import LeadForm
from leads.known import Known, known_by
from leads.list_rows import list_rows, values_of
from leads.models import CustomField
from leads.ordering import Order, headings, orders, without
from leads.searching import similar
from leads.views_of_list import default_address, may_edit, opened

PAGE = 50
# A search that finds fewer may have been mistyped.
FEW = 3


@require_safe
@requires(Permission.LEAD_VIEW)
def leads(request: MemberRequest) -> HttpResponse:
    if not request.GET and (address := default_address(request.member)):
        return redirect(address)
    found, order = find(request.member, request.GET), Order.asked(request.GET)
    view = opened(request.member, request.GET)
    columns = list_columns.of_list(request.GET, found.fields)
    rows = order.of(found.leads).values_list(*values_of(columns), named=True)
    page = keyset_page(request, rows, by=order.by, size=PAGE, count_text=found.count_text, place_of=order.column.place)
    few = bool(found.words and not found.chips) and len(page.rows) < FEW and not (page.newer_url or page.older_url)
    context = {
        "page": page,
        "similar": similar(request.member, found.words, besides=[row.pk for row in page.rows]) if few else [],
        "rows": list_rows(page.rows, columns),
        "columns": columns,
        "columns_asked": request.GET.get(list_columns.COLUMNS_IN_QUERY, ""),
        "order": order,
        "opened": view,
        "is_rewritable": bool(view and view.saved and view.is_changed and may_edit(request.member, view.saved)),
        "headings": headings(request.GET),
        "view": order.view(request.GET),
        "q": found.words,
        "unfit": found.unfit,
        "chips": [(chip.text, without(request.GET, chip.name).urlencode()) for chip in found.chips],
        "kept": kept(request.GET, found.chips),
        "campaign_url": optional_url("dialer:campaign_new") if request.member.may(Permission.CAMPAIGN_EDIT) else "",
        "may_delete": request.member.may(Permission.LEAD_DELETE),
        "verbs": actions_of(request.member),
        "may_merge": request.member.may(Permission.LEAD_MERGE),
        "query": request.GET.urlencode(),
    }
    return fragment(request, "leads/list.html", "rows", context)


@require_safe
@requires(Permission.LEAD_VIEW)
def filters(request: MemberRequest) -> HttpResponse:
    """What the list can be narrowed and sorted by: asked for when somebody wants to, which is seldom."""
    chips = find(request.member, request.GET).chips
    context = {
        "form": FilterForm(request.GET, request.member, chips),
        "order": Order.asked(request.GET),
        "orders": orders(),
    }
    return TemplateResponse(request, "leads/list.html#filters", context)


@require_safe
@requires(Permission.LEAD_VIEW)
def columns(request: MemberRequest) -> HttpResponse:
    """Ask which columns the list has, in which order; `pick`, once for each, leads to the list that has them."""
    if picked := request.GET.getlist("pick"):
        query = list_columns.with_columns(request.GET, picked)
        return redirect(f"{reverse('leads:list')}?{query or 'view=all'}")
    every = list_columns.every_column(CustomField.objects.in_order())
    shown = [column.key for column in list_columns.chosen(request.GET, every)]
    places = [*shown, *[""] * (list_columns.MOST_COLUMNS - len(shown))]
    context = {
        "places": list(enumerate(places, start=1)),
        "every": every.values(),
        "rest": without(request.GET, list_columns.COLUMNS_IN_QUERY).items(),
    }
    return TemplateResponse(request, "leads/_columns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def new(request: MemberRequest) -> HttpResponse:
    form = LeadForm(request.POST or None)
    taken: Known | None = None
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(create_lead(form.values, by=request.member))
        except PhoneTaken as refusal:
            taken = known_by(refusal.lead.phone, request.member)
            form.add_error("phone", _("A lead with this number exists already."))
    context = {"form": form, "known": taken}
    return TemplateResponse(request, "leads/new.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.LEAD_EDIT)
def known(request: MemberRequest) -> HttpResponse:
    """Say, while a number is typed, which lead has it. A POST, since a number does not belong in an address."""
    context = {"known": known_by(typed(request.POST.get("phone", "")), request.member)}
    return TemplateResponse(request, "leads/new.html#known", context)
