"""What outlives one list: saved settings, sources that are asked by themselves, and what an undoing left."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from jini.lib.paging import capped_count, keyset_page
from leads.actions import import_settings
from leads.import_forms import MappingForm, SourceForm
from leads.importing import words
from leads.models import ImportBatch, ImportKept, ImportSource, SavedMapping
from teams.visibility import sight_of

INVALID = 422
MOST = 200


@require_safe
@requires(Permission.LEAD_IMPORT)
def mappings(request: MemberRequest) -> HttpResponse:
    return _mappings(request)


def _mappings(request: MemberRequest, wrong: SavedMapping | None = None, error: str = "") -> HttpResponse:
    found = SavedMapping.objects.visible_to(request.member).select_related("created_by__user").order_by("name", "id")
    context = {"mappings": found[:MOST], "wrong": wrong, "error": error}
    return TemplateResponse(request, "imports/mappings.html", context, status=INVALID if error else 200)


@require_POST
@requires(Permission.LEAD_IMPORT)
def mapping(request: MemberRequest, mapping: uuid.UUID) -> HttpResponse:
    """Rename."""
    found = get_object_or_404(SavedMapping.objects.visible_to(request.member), pk=mapping)
    form = MappingForm(request.POST)
    if not form.is_valid():
        return _mappings(request, found, _("A name has 1 to 80 characters."))
    try:
        import_settings.rename_mapping(found, form.cleaned_data["name"], by=request.member)
    except import_settings.NameTaken:
        return _mappings(request, found, _("There are settings of this name already."))
    toast(request, _("Saved."))
    return redirect("leads:mappings")


@require_POST
@requires(Permission.LEAD_IMPORT)
def mapping_removal(request: MemberRequest, mapping: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(SavedMapping.objects.visible_to(request.member), pk=mapping)
    import_settings.delete_mapping(found, by=request.member)
    return redirect("leads:mappings")


@require_safe
@requires(Permission.LEAD_IMPORT)
def sources(request: MemberRequest) -> HttpResponse:
    found = ImportSource.objects.visible_to(request.member).select_related("created_by__user", "last_batch")
    lines = [(source, _why(source)) for source in found.order_by("name", "id")[:MOST]]
    return TemplateResponse(request, "imports/sources.html", {"lines": lines})


def _why(source: ImportSource) -> str:
    more = dict(source.failure)
    return words.refusal(more.pop("code"), more) if more else ""


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_IMPORT)
def source_new(request: MemberRequest, batch: uuid.UUID) -> HttpResponse:
    """A source with the columns and options of an import that went through."""
    like = get_object_or_404(_finished(request), pk=batch)
    found = ImportSource(created_by=request.member)
    return _source(request, found, {"like": like}, like=like)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_IMPORT)
def source(request: MemberRequest, source: uuid.UUID) -> HttpResponse:
    found = _source_of(request, source)
    labels = {name: field.label for name, field in SourceForm.base_fields.items()}
    return _source(request, found, {"source": found, "why": _why(found), "history": audit.history(found, labels)})


def _source(
    request: MemberRequest, found: ImportSource, context: dict[str, Any], like: ImportBatch | None = None
) -> HttpResponse:
    # What is shown beside the form is the source as it is, not as it was typed.
    host = found.host if found.url else ""
    form = SourceForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        try:
            import_settings.save_source(found, fields=form.changed_data, by=request.member, like=like)
        except import_settings.NameTaken:
            form.add_error("name", _("There is a source of this name already."))
        else:
            toast(request, _("Saved."))
            return redirect("leads:sources")
    context = {"like": None, "source": None, "why": "", "history": []} | context | {"form": form, "host": host}
    return TemplateResponse(request, "imports/source.html", context, status=INVALID if form.errors else 200)


def _source_of(request: MemberRequest, pk: uuid.UUID) -> ImportSource:
    sources = ImportSource.objects.visible_to(request.member).select_related("organisation", "last_batch")
    found: ImportSource = get_object_or_404(sources, pk=pk)
    return found


def _finished(request: MemberRequest) -> Any:
    steps = [ImportBatch.Step.RUN, ImportBatch.Step.UNDO]
    return ImportBatch.objects.visible_to(request.member).filter(step__in=steps).exclude(header_signature="")


@require_POST
@requires(Permission.LEAD_IMPORT)
def source_asking(request: MemberRequest, source: uuid.UUID) -> HttpResponse:
    """Ask it now."""
    import_settings.ask_now(_source_of(request, source), by=request.member)
    toast(request, _("The address is asked now. A new list appears under Imports."))
    return redirect("leads:sources")


@require_POST
@requires(Permission.LEAD_IMPORT)
def source_removal(request: MemberRequest, source: uuid.UUID) -> HttpResponse:
    import_settings.delete_source(_source_of(request, source), by=request.member)
    return redirect("leads:sources")


@require_safe
@requires(Permission.LEAD_IMPORT)
def kept(request: MemberRequest, batch: uuid.UUID) -> HttpResponse:
    """The leads that an undoing left, `?why=` for one reason of them, and why."""
    found = get_object_or_404(ImportBatch.objects.visible_to(request.member), pk=batch)
    why = request.GET.get("why", "")
    chosen = ImportKept.objects.filter(batch=found).select_related("lead")
    if why in ImportKept.Why.values:
        chosen = chosen.filter(why=why)
    page = keyset_page(request, chosen, by="id", count_text=capped_count(chosen))
    sight = sight_of(request.member)
    known = words.every_field()
    lines = [
        (
            row,
            row.lead if sight.covers(row.lead.assigned_to_id) else None,
            ", ".join(str(words.target(name, known)) for name in row.fields),
        )
        for row in page.rows
    ]
    chips = [("", _("All")), *ImportKept.Why.choices]
    context = {"batch": found, "page": page, "lines": lines, "chip": why, "chips": chips}
    return TemplateResponse(request, "imports/kept.html", context)
