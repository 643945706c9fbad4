"""The files of a lead: shown, put there, given out, removed."""

import uuid

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.byte_ranges import INERT
from jini.lib.fragments import fragment, toast, wants_fragment
from leads.actions.files import MOST_FILES, TooMany, add_file, remove_file
from leads.file_forms import FileForm
from leads.models import Lead, LeadFile
from leads.views.lead import visible

INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def files(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = visible(request, lead)
    if request.method != "POST":
        return _card(request, found, FileForm(), 200)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _card(request, found, form, INVALID)
    upload = form.cleaned_data["file"]
    try:
        add_file(found, upload, name=form.name, content_type=form.content_type, by=request.member)
    except TooMany:
        form.add_error("file", _("A lead has at most %(count)s files. Remove one first.") % {"count": MOST_FILES})
        return _card(request, found, form, INVALID)
    toast(request, _("The file is on the lead."))
    return _done(request, found)


def _card(request: MemberRequest, found: Lead, form: FileForm, status: int) -> HttpResponse:
    context = {"lead": found, "files": LeadFile.objects.for_page(found), "file_form": form}
    return fragment(request, "leads/files.html", "files", context, status=status)


def _done(request: MemberRequest, found: Lead) -> HttpResponse:
    """The card again where it stands in a page, whose timeline hears of it; else back to the lead."""
    if not wants_fragment(request):
        return redirect(found)
    response = _card(request, found, FileForm(), 200)
    response.headers["HX-Trigger-After-Settle"] = "timeline"
    return response


def _kept(request: MemberRequest, lead: uuid.UUID, file: uuid.UUID) -> LeadFile:
    kept = LeadFile.objects.kept().filter(lead=visible(request, lead)).select_related("lead", "added_by__user")
    found: LeadFile = get_object_or_404(kept, pk=file)
    return found


@require_safe
@requires(Permission.LEAD_VIEW)
def file(request: MemberRequest, lead: uuid.UUID, file: uuid.UUID) -> HttpResponseBase:
    """Give the file to be saved, never to be shown: what somebody uploaded must not run in our pages."""
    found = _kept(request, lead, file)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    return FileResponse(
        content, as_attachment=True, filename=found.name, content_type=found.content_type, headers=INERT
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def removal(request: MemberRequest, lead: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """Ask first: a removed file does not come back."""
    found = _kept(request, lead, file)
    if request.method != "POST":
        return TemplateResponse(request, "leads/file_removal.html", {"lead": found.lead, "file": found})
    if remove_file(found, by=request.member):
        toast(request, _("The file is removed."))
    return redirect(found.lead)
