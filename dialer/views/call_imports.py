"""The import of a call log: a file, its columns with a look ahead, and what became of each row."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.importing_calls import (
    MovedOn,
    TooManyRows,
    accept_call_log,
    look_ahead,
    set_mapping,
    start_import,
)
from dialer.call_import_forms import CallLogForm, ColumnsForm
from dialer.device_calls.files import lacks
from dialer.models import CallLogImport
from jini.lib.fragments import fragment, toast
from jini.lib.paging import keyset_page
from jini.lib.spreadsheet import csv_download
from leads.importing.reader import Refused
from leads.importing.words import refusal

INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_IMPORT)
def call_imports(request: MemberRequest) -> HttpResponse:
    form = CallLogForm(by=request.member)
    if request.method == "POST":
        form = CallLogForm(request.POST, request.FILES, by=request.member)
        if form.is_valid() and (made := _accept(request, form)):
            return redirect("dialer:call_import", made.pk)
    imports = CallLogImport.objects.visible_to(request.member).defer("rows", "refused")
    page = keyset_page(request, imports.select_related("telecaller__user", "created_by__user"), size=25)
    context = {"form": form, "page": page}
    return TemplateResponse(request, "dialer/call_imports.html", context, status=INVALID if form.is_bound else 200)


def _accept(request: MemberRequest, form: CallLogForm) -> CallLogImport | None:
    sent = form.cleaned_data
    try:
        return accept_call_log(sent["file"], kind=form.kind, telecaller=sent["telecaller"], by=request.member)
    except Refused as refused:
        form.add_error("file", refusal(refused.code, refused.more))
    except TooManyRows:
        form.add_error("file", _("The file has more than 20,000 rows. Divide it."))
    return None


def _visible(request: MemberRequest, pk: uuid.UUID) -> CallLogImport:
    imports = CallLogImport.objects.visible_to(request.member).select_related("telecaller__user")
    found: CallLogImport = get_object_or_404(imports, pk=pk)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_IMPORT)
def call_import(request: MemberRequest, call_import: uuid.UUID) -> HttpResponse:
    """Show the columns with a look ahead, or how far the import is; a POST says anew which column is what."""
    found = _visible(request, call_import)
    if not found.is_draft:
        return fragment(request, "dialer/call_import.html", "state", {"job": found})
    form = ColumnsForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            set_mapping(found, form.mapping, by=request.member)
        except MovedOn:
            toast(request, _("The import was started meanwhile."))
        return redirect("dialer:call_import", found.pk)
    problem = lacks(found.mapping)
    shown, counts = look_ahead(found) if not problem else ([], {})
    context: dict[str, Any] = {"job": found, "form": form, "problem": problem, "shown": shown, "counts": counts}
    return TemplateResponse(
        request, "dialer/call_import_columns.html", context, status=INVALID if form.is_bound else 200
    )


@require_POST
@requires(Permission.LEAD_IMPORT)
def call_import_run(request: MemberRequest, call_import: uuid.UUID) -> HttpResponse:
    found = _visible(request, call_import)
    try:
        if not lacks(found.mapping):
            start_import(found, by=request.member)
    except MovedOn:
        toast(request, _("The import was started meanwhile."))
    return redirect("dialer:call_import", found.pk)


@require_safe
@requires(Permission.LEAD_IMPORT)
def call_import_errors(request: MemberRequest, call_import: uuid.UUID) -> HttpResponseBase:
    """Give the rows that no call came of, as they stood in the file, with the reason."""
    return csv_download(_errors(_visible(request, call_import)), name="errors.csv")


def _errors(found: CallLogImport) -> Iterator[list[Any]]:
    width = max([len(found.header), *(len(cells) for __, cells, __, __ in found.refused)])
    yield [*found.header, *[""] * (width - len(found.header)), _("Row"), _("Field"), _("What is wrong")]
    for number, cells, field, message in found.refused:
        yield [*cells, *[""] * (width - len(cells)), number, field, message]
