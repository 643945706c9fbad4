"""The import wizard: choose a file, say which column is what, look ahead, run, see what became of each row."""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.context import optional_url
from accounts.middleware import MemberRequest
from accounts.models import Membership, Organisation
from accounts.permissions import Permission, requires
from accounts.tenancy import acting_for
from jini.lib.fragments import wants_fragment
from jini.lib.jobs import JobState
from jini.lib.paging import capped_count, keyset_page
from jini.lib.spreadsheet import csv_download
from leads.actions import importing, undoing_import
from leads.actions.import_settings import NameTaken, save_mapping
from leads.actions.list_fields import CannotMakeField
from leads.import_forms import TermsForm, UploadForm
from leads.importing import consenting, stored, words
from leads.importing.columns import FIELDS, Fields, carried, custom_fields, targets
from leads.models import Consent, ImportBatch, ImportRow, Lead, SavedMapping, Tag
from teams.visibility import sight_of

CONFLICT, INVALID = 409, 422
MOST_SAVED = 50
SLICE = 1_000
SAMPLE = [
    ["Name", "Phone", "E-mail", "City", "State", "PIN code", "Language", "Source", "Note"],
    ["Kavita Rao", "90000 00022", "kavita@mail.example", "Pune", "Maharashtra", "411004", "Marathi", "Expo", ""],
    ["राजेश गुप्ता", "+91 90000 00023 / 90000 00024", "", "इंदौर", "", "", "हिंदी", "", "शाम को फ़ोन करें"],
    ["", "090000 00025", "", "", "", "", "", "", ""],
]
Step = ImportBatch.Step


@require_safe
@requires(Permission.LEAD_IMPORT)
def imports(request: MemberRequest) -> HttpResponse:
    page = keyset_page(
        request, ImportBatch.objects.visible_to(request.member).select_related("created_by__user"), size=25
    )
    return TemplateResponse(request, "imports/list.html", {"page": page})


def _visible(request: MemberRequest, pk: uuid.UUID) -> ImportBatch:
    batches = ImportBatch.objects.visible_to(request.member).select_related("created_by__user")
    found: ImportBatch = get_object_or_404(batches, pk=pk)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_IMPORT)
def new(request: MemberRequest) -> HttpResponse:
    like = _like(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        # Without a file there is nothing in either; the form must still say so.
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            batch = importing.accept_file(form.cleaned_data["file"], kind=form.kind, by=request.member, like=like)
            return redirect("leads:import", batch.pk)
    context = {"form": form, "like": like}
    return TemplateResponse(request, "imports/new.html", context, status=INVALID if form.errors else 200)


def _like(request: MemberRequest) -> ImportBatch | None:
    """The import whose settings a new one begins with, `?like=`; None for one that is not seen or was never mapped."""
    try:
        wanted = uuid.UUID(request.GET.get("like", ""))
    except ValueError:
        return None
    found: ImportBatch | None = (
        ImportBatch.objects.visible_to(request.member).exclude(options={}).filter(pk=wanted).first()
    )
    return found


@require_safe
@requires(Permission.LEAD_IMPORT)
def sample(request: MemberRequest) -> HttpResponseBase:
    return csv_download(SAMPLE, name="leads.csv")


@require_safe
@requires(Permission.LEAD_IMPORT)
def batch(request: MemberRequest, batch: uuid.UUID) -> HttpResponse:
    """Show where the import stands; while something is going on, the part that changes is asked for every second."""
    found = _visible(request, batch)
    if found.step == Step.READ and found.state == JobState.DONE:
        response: HttpResponse = redirect("leads:import_map", found.pk)
        if wants_fragment(request):
            response = HttpResponse(headers={"HX-Redirect": response.headers["Location"]})
        return response
    going_on = found.state in {JobState.QUEUED, JobState.RUNNING}
    if wants_fragment(request):
        if not going_on:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, "imports/progress.html#progress", {"batch": found})
    if going_on:
        return TemplateResponse(request, "imports/progress.html", {"batch": found})
    if found.step == Step.READ:
        return TemplateResponse(request, "imports/refused.html", {"batch": found, "why": _why(found)})
    return _preview(request, found) if found.step == Step.PREVIEW else _result(request, found)


def _why(found: ImportBatch) -> str:
    more = dict(found.failure)
    return words.refusal(more.pop("code"), more) if more else ""


def _preview(request: MemberRequest, found: ImportBatch) -> HttpResponse:
    verdict = request.GET.get("show", "")
    known, mapped = custom_fields(), set(found.mapping.values())
    sample_rows = [
        _worded(row, known) | {"label": ImportRow.Verdict(row["verdict"]).label, "said": dict(_said(row["faults"]))}
        for row in found.preview["sample"]
        if not verdict or row["verdict"] == verdict
    ]
    context = {
        "batch": found,
        "why": _why(found),
        "rows": sample_rows,
        "chip": verdict,
        "chips": [("", _("All")), *ImportRow.Verdict.choices],
        "fields": [
            (name, label)
            for name, label in targets(known).items()
            if (name in FIELDS or name in known or name in consenting.TARGETS)
            and (name in mapped or (name == "name" and "first_name" in mapped))
        ],
        "consents": _consents(found),
        "causes": _causes(found, known),
        "terms": _terms(found),
        "importable": found.preview["new"] + found.preview["updated"],
    }
    return TemplateResponse(request, "imports/preview.html", context)


def _said(faults: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for name, code in faults:
        yield name, words.fault(code)


def _worded(row: dict[str, Any], known: Fields) -> dict[str, Any]:
    """A row of the sample with languages and the answers to custom fields in words."""
    values = {name: words.value(name, text, known) for name, text in row["values"].items()}
    changes = {name: [words.value(name, text, known) for text in ends] for name, ends in row["changes"].items()}
    return row | {"values": values, "changes": changes}


def _consents(found: ImportBatch) -> list[tuple[int, Any]]:
    """How many consents the rows hold, by what is said."""
    counted = found.preview.get("consents", {})
    return [(counted[state], label) for state, label in Consent.State.choices if counted.get(state)]


def _causes(found: ImportBatch, known: Fields) -> list[tuple[int, Any, str]]:
    parts = [(count, *key.split(":", 1)) for key, count in found.preview["causes"]]
    return [(count, words.target(name, known), words.fault(code)) for count, name, code in parts]


def _terms(found: ImportBatch) -> list[tuple[Any, Any]]:
    """What was chosen for all rows, in words."""
    options = found.options
    people = {
        str(member.pk): member.name for member in Membership.objects.of(found.organisation).select_related("user")
    }
    tags = Tag.objects.filter(pk__in=options["tags"]).order_by("name").values_list("name", flat=True)
    chosen = [
        (_("Duplicates"), ImportBatch.Duplicates(options["duplicates"]).label),
        (_("Source"), options["source"]),
        (_("Ground"), ImportBatch.LegalGround(options["legal_ground"]).label),
        (_("Consents"), options.get("consent_wording", "")),
        (_("Who gets the new leads"), str(dict(ImportBatch.OwnerRule.choices).get(options.get("owner_rule"), ""))),
        (_("Owners"), ", ".join(people[owner] for owner in options["owners"] if owner in people)),
        (_("Tags"), ", ".join(tags)),
    ]
    return [(label, value) for label, value in chosen if value]


def _result(request: MemberRequest, found: ImportBatch) -> HttpResponse:
    has_campaigns = request.member.may(Permission.CAMPAIGN_EDIT)
    context = {
        "batch": found,
        "why": _why(found),
        "is_undone": found.step == Step.UNDO,
        "may_resume": found.step == Step.RUN and found.state in {JobState.CANCELLED, JobState.FAILED},
        "campaign_url": optional_url("dialer:campaign_new") if has_campaigns else "",
    }
    return TemplateResponse(request, "imports/result.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_IMPORT)
def terms(request: MemberRequest, batch: uuid.UUID) -> HttpResponse:
    """Ask which column is what, and what holds for every row."""
    found = _visible(request, batch)
    if not importing.may_be_mapped(found):
        return _conflict(request, found) if request.method == "POST" else redirect("leads:import", found.pk)
    rows = stored.head(found, importing.SAMPLE_ROWS + 1)[found.format["has_header"] :]
    saved = SavedMapping.objects.visible_to(request.member).order_by("name", "id")[:MOST_SAVED]
    chosen = next((mapping for mapping in saved if str(mapping.pk) == request.GET.get("settings")), None)
    if chosen is not None and request.method != "POST":
        mapping = carried(chosen.fields, found.header)
        found.mapping, found.options = {str(column): name for column, name in mapping.items()}, chosen.options
    form = TermsForm(found, rows, request.POST or None, by=request.member)
    if request.method == "POST" and form.is_valid():
        try:
            if _set(request, found, form):
                return redirect("leads:import", found.pk)
        except importing.NotPossible:
            return _conflict(request, found)
    context = {"batch": found, "form": form, "saved": saved, "chosen": chosen}
    return TemplateResponse(request, "imports/map.html", context, status=INVALID if form.errors else 200)


def _set(request: MemberRequest, found: ImportBatch, form: TermsForm) -> bool:
    """Set the terms, and save them under a name if one was given; False when that is somebody else's."""
    try:
        with transaction.atomic():
            importing.set_terms(found, form.mapping, form.options(), by=request.member)
            if name := form.cleaned_data["save_as"]:
                save_mapping(found.reloaded(), name, by=request.member)
    except NameTaken:
        form.add_error("save_as", _("There are settings of this name already."))
        return False
    except CannotMakeField as refused:
        form.add_error(f"column_{refused.column}", refused.why)
        return False
    return True


@require_POST
@requires(Permission.LEAD_IMPORT)
def run(request: MemberRequest, batch: uuid.UUID) -> HttpResponse:
    return _do(request, batch, importing.start_run)


@require_POST
@requires(Permission.LEAD_IMPORT)
def stop(request: MemberRequest, batch: uuid.UUID) -> HttpResponse:
    return _do(request, batch, importing.stop_run)


@require_POST
@requires(Permission.LEAD_IMPORT)
def undo(request: MemberRequest, batch: uuid.UUID) -> HttpResponse:
    return _do(request, batch, undoing_import.start_undo)


def _do(request: MemberRequest, pk: uuid.UUID, verb: Any) -> HttpResponse:
    found = _visible(request, pk)
    try:
        verb(found, by=request.member)
    except importing.NotPossible:
        return _conflict(request, found)
    return redirect("leads:import", found.pk)


def _conflict(request: MemberRequest, found: ImportBatch) -> HttpResponse:
    return TemplateResponse(request, "imports/conflict.html", {"batch": found.reloaded()}, status=CONFLICT)


@require_safe
@requires(Permission.LEAD_IMPORT)
def rows(request: MemberRequest, batch: uuid.UUID) -> HttpResponse:
    """Show the rows that did not simply become new leads: `?verdict=` one of them, or `warnings`."""
    found = _visible(request, batch)
    verdict = request.GET.get("verdict", "")
    chosen = found.rows.select_related("lead")
    if verdict == "warnings":
        chosen = chosen.exclude(errors=None).exclude(verdict=ImportRow.Verdict.ERROR)
    elif verdict in ImportRow.Verdict.values:
        chosen = chosen.filter(verdict=verdict)
    page = keyset_page(request, chosen, by="number", count_text=capped_count(chosen))
    sight = sight_of(request.member)
    known = words.every_field()
    lines = [
        _line(row, known, is_seen=row.lead is not None and sight.covers(row.lead.assigned_to_id)) for row in page.rows
    ]
    labels = {**dict(ImportRow.Verdict.choices), "warnings": _("With a field left out")}
    context = {"batch": found, "page": page, "lines": lines, "verdict": verdict, "label": labels.get(verdict, "")}
    return TemplateResponse(request, "imports/rows.html", context)


def _line(row: ImportRow, known: Fields, *, is_seen: bool) -> tuple[ImportRow, Lead | None, list[str]]:
    """A row, its lead if the member sees it, and what was found; of a lead that is another team's, only the file's part."""
    said = [f"{words.target(error['field'], known)}: {words.fault(error['code'])}" for error in row.errors or []]
    changes = (row.before or {}).items() if is_seen or row.lead is None else ()
    for name, ends in changes:
        old, new = (words.value(name, text, known) or "–" for text in ends)
        said.append(f"{words.target(name, known)}: {old} → {new}")
    return row, row.lead if is_seen else None, said


@require_safe
@requires(Permission.LEAD_IMPORT)
def errors(request: MemberRequest, batch: uuid.UUID) -> HttpResponseBase:
    """Give the rows in which something is wrong as they stood, with what is wrong behind them; fit to be imported again."""
    found = _visible(request, batch)
    return csv_download(_error_rows(found, request.organisation), name=f"errors-{found.pk}.csv")


def _error_rows(found: ImportBatch, organisation: Organisation) -> Iterator[list[str]]:
    width = len(found.header)
    heads = [
        heading or _("Column %(number)s") % {"number": place} for place, heading in enumerate(found.header, start=1)
    ]
    yield [*heads, _("Wrong field"), _("Code"), _("What is wrong")]
    after = 0
    while True:
        # The page is over when this runs: each slice opens the scope for itself.
        with acting_for(organisation):
            wrong = found.rows.exclude(errors=None).filter(number__gt=after).order_by("number")
            rows = list(wrong[:SLICE])
            known = words.every_field()
        for row in rows:
            yield [*_padded(row, width), *_what_is_wrong(row, known)]
        if len(rows) < SLICE:
            return
        after = rows[-1].number


def _padded(row: ImportRow, width: int) -> list[str]:
    cells: list[str] = row.original or []
    return [*cells, *[""] * (width - len(cells))]


def _what_is_wrong(row: ImportRow, known: Fields) -> list[str]:
    faults: list[dict[str, str]] = row.errors or []
    names = ", ".join(str(words.target(fault["field"], known)) for fault in faults)
    codes = ", ".join(fault["code"] for fault in faults)
    return [names, codes, " ".join(words.fault(fault["code"]) for fault in faults)]
