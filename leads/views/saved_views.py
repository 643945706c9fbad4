"""Views of the lead list: choose one, save one, share, pin and delete it."""

import uuid

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.forms import typed
from jini.lib.fragments import toast
from leads.actions import saved_views as actions
from leads.built_in_views import BUILT_IN
from leads.filters import find
from leads.models import LONGEST_QUERY, SavedView
from leads.view_forms import SavedViewForm, query_of
from leads.views_of_list import offered

INVALID = 422


@require_safe
@requires(Permission.LEAD_VIEW)
def views(request: MemberRequest) -> HttpResponse:
    return TemplateResponse(request, "leads/views.html", {"views": offered(request.member)})


@require_safe
@requires(Permission.LEAD_VIEW)
def menu(request: MemberRequest) -> HttpResponse:
    """The views to choose from above the list, asked for when somebody opens it; the query string is the list's."""
    context = {"views": offered(request.member), "query": query_of(request.GET.urlencode())}
    return TemplateResponse(request, "leads/_views.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_VIEW)
def new(request: MemberRequest) -> HttpResponse:
    """Keep the list of the query string under a name."""
    query = query_of(request.GET.urlencode())
    if len(query) > LONGEST_QUERY:
        toast(request, _("These are too many filters for one view."))
        return redirect("leads:list")
    return _form(request, SavedView(query=query))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_VIEW)
def edit(request: MemberRequest, view: uuid.UUID) -> HttpResponse:
    return _form(request, _editable(request, view))


def _form(request: MemberRequest, view: SavedView) -> HttpResponse:
    form = SavedViewForm(request.POST if request.method == "POST" else None, instance=view, by=request.member)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_view(view, by=request.member)
        except actions.NameTaken:
            form.add_error("name", _("You have a view of this name already."))
        else:
            toast(request, _("The view is saved."))
            return redirect(view)
    chips = find(request.member, QueryDict(view.query)).chips
    context = {"form": form, "view": view, "chips": chips, "is_new": view._state.adding}  # noqa: SLF001 -- Django's documented name
    return TemplateResponse(request, "leads/view.html", context, status=INVALID if form.is_bound else 200)


def _editable(request: MemberRequest, pk: uuid.UUID) -> SavedView:
    views = SavedView.objects.visible_to(request.member).editable_by(request.member).select_related("owner", "team")
    found: SavedView = get_object_or_404(views, pk=pk)
    return found


@require_POST
@requires(Permission.LEAD_VIEW)
def rewriting(request: MemberRequest, view: uuid.UUID) -> HttpResponse:
    """Put the filters, the order and the columns of the list as it is now into the view."""
    found = _editable(request, view)
    query = query_of(typed(request.POST.get("query", ""), longest=LONGEST_QUERY * 2))
    if len(query) > LONGEST_QUERY:
        toast(request, _("These are too many filters for one view."))
        return redirect(found)
    found.query = query
    actions.save_view(found, by=request.member)
    toast(request, _("The view is saved."))
    return redirect(found)


@require_POST
@requires(Permission.LEAD_VIEW)
def deletion(request: MemberRequest, view: uuid.UUID) -> HttpResponse:
    actions.delete_view(_editable(request, view), by=request.member)
    toast(request, _("The view is deleted."))
    return redirect("leads:views")


@require_POST
@requires(Permission.LEAD_VIEW)
def pin(request: MemberRequest, key: str) -> HttpResponse:
    actions.pin_view(_known(request, key), by=request.member, is_pinned="pinned" in request.POST)
    return redirect("leads:views")


@require_POST
@requires(Permission.LEAD_VIEW)
def opening(request: MemberRequest, key: str) -> HttpResponse:
    actions.open_with(_known(request, key), by=request.member)
    return redirect("leads:views")


def _known(request: MemberRequest, key: str) -> str:
    """Return `key` when the member has such a view; 404 for every other."""
    if key in BUILT_IN:
        return key
    try:
        found = SavedView.objects.visible_to(request.member).filter(pk=uuid.UUID(key)).first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return str(found.pk)
