"""Results of the DND registry: a file brought in, the earlier ones, and their rows of which no result came."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from jini.lib.paging import keyset_page
from jini.lib.spreadsheet import csv_download
from privacy.actions.dnd import bring_in
from privacy.contact_facts import Channel
from privacy.dnd_forms import DndFileForm
from privacy.dnd_reading import read_rows
from privacy.models import ContactPolicy, DndFile


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def dnd(request: MemberRequest) -> HttpResponse:
    form = DndFileForm(request.POST, request.FILES) if request.method == "POST" else DndFileForm()
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data
        table = sent["file"]
        results, faulty = read_rows(table, checked_at=sent["checked_at"], channel=Channel(sent["channel"]))
        bring_in(results, faulty, header=table.header, file_name=form.file_name, by=request.member)
        toast(request, _("Brought in. The next calls go by it."))
        return redirect("privacy:dnd")
    page = keyset_page(request, DndFile.objects.select_related("created_by__user"), size=25)
    rows = [(row, len(row.refused)) for row in page.rows]
    context: dict[str, Any] = {"form": form, "page": page, "rows": rows, "policy": ContactPolicy.objects.get()}
    return TemplateResponse(request, "settings/dnd.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.SETTINGS_EDIT)
def dnd_errors(request: MemberRequest, dnd_file: uuid.UUID) -> HttpResponseBase:
    """Give the rows of which no result came, as they stood in the file, with the reason."""
    return csv_download(_errors(get_object_or_404(DndFile, pk=dnd_file)), name="errors.csv")


def _errors(found: DndFile) -> Iterator[list[Any]]:
    width = max([len(found.header), *(len(cells) for __, cells, __, __ in found.refused)])
    yield [*found.header, *[""] * (width - len(found.header)), _("Row"), _("Field"), _("What is wrong")]
    for number, cells, field, message in found.refused:
        yield [*cells, *[""] * (width - len(cells)), number, field, message]
