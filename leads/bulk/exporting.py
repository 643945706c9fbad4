"""Writing leads into a file: slice by slice as CSV, and at the end, where it was asked for, as one Excel sheet of it."""

import csv
import io
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from django.db.models import Min
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import Membership
from jini.lib import lookups
from jini.lib.spreadsheet import harmless
from leads.bulk.steps import Outcome, Step
from leads.custom.reading import as_text
from leads.custom.showing import in_words
from leads.languages import in_words as in_languages
from leads.models import BulkJob, CustomField, FollowUp, Lead, LeadPhone, LeadTag, Status

CSV, EXCEL = "csv", "xlsx"
# openpyxl writes about this many rows within a worker's turn.
MOST_EXCEL_ROWS = 100_000


@dataclass(frozen=True)
class Beside:
    """What leads name, by id: of one slice."""

    statuses: Mapping[uuid.UUID, str]
    people: Mapping[uuid.UUID | None, str]
    outcomes: Mapping[uuid.UUID | None, str]
    due: Mapping[uuid.UUID, Any]
    tags: Mapping[uuid.UUID, str]
    phones: Mapping[uuid.UUID, str]


Cell = Callable[[Lead, Beside], Any]


@dataclass(frozen=True)
class Column:
    """One column of the file. A number stays one in Excel."""

    label: str | Promise
    cell: Cell
    is_number: bool = False


def _field(name: str) -> Cell:
    return lambda lead, _beside: getattr(lead, name)


# The columns of the list first, then everything else that is known of a lead.
COLUMNS: Mapping[str, Column] = {
    "name": Column(_("Name"), _field("name")),
    "phone": Column(_("Phone"), _field("phone")),
    "city": Column(_("City"), _field("city")),
    "status": Column(_("Status"), lambda lead, beside: beside.statuses.get(lead.status_id, "")),
    "owner": Column(_("Owner"), lambda lead, beside: beside.people.get(lead.assigned_to_id, "")),
    "value": Column(_("Value"), _field("value"), is_number=True),
    "due": Column(_("Next follow-up"), lambda lead, beside: beside.due.get(lead.pk)),
    "called": Column(_("Last call"), _field("last_called_at")),
    "created": Column(_("Created"), _field("created_at")),
    "phones": Column(_("Further numbers"), lambda lead, beside: beside.phones.get(lead.pk, "")),
    "email": Column(_("E-mail"), _field("email")),
    "address": Column(_("Address"), _field("address")),
    "score": Column(_("Score"), _field("score"), is_number=True),
    "region": Column(_("State"), _field("region")),
    "pin": Column(_("PIN code"), _field("pin")),
    "language": Column(_("Language"), lambda lead, _beside: in_languages([lead.language, *lead.other_languages])),
    "source": Column(_("Source"), _field("source")),
    "legal_ground": Column(_("Legal ground"), _field("legal_ground")),
    "tags": Column(_("Tags"), lambda lead, beside: beside.tags.get(lead.pk, "")),
    "attempts": Column(_("Attempts"), _field("attempts"), is_number=True),
    "connected": Column(_("Connected calls"), _field("connected"), is_number=True),
    "outcome": Column(_("Last outcome"), lambda lead, beside: beside.outcomes.get(lead.last_disposition_id, "")),
    "first_called": Column(_("First call"), _field("first_called_at")),
    "won": Column(_("Won at"), _field("won_at")),
    "assigned": Column(_("Given to the owner at"), _field("assigned_at")),
    "id": Column(_("Id in JiNi"), lambda lead, _beside: lead.pk),
}


def every_column() -> dict[str, Column]:
    """Return what may be written, by its key: the custom fields of the open scope last, those out of use among them."""
    return {**COLUMNS, **{field.key: _answer(field) for field in CustomField.objects.order_by("position", "number")}}


def _answer(field: CustomField) -> Column:
    is_worded = field.has_choices or field.kind == CustomField.Kind.YES_NO

    def cell(lead: Lead, _beside: Beside) -> str:
        value = lead.custom.get(field.key)
        return in_words(field, value) if is_worded else as_text(value)

    return Column(field.label, cell, is_number=field.kind in {CustomField.Kind.NUMBER, CustomField.Kind.MONEY})


OF_THE_LIST = ("name", "phone", "city", "status", "owner", "value", "due", "called", "created")


def write(step: Step) -> Outcome:
    """Write the leads of the step behind what is there.

    The file is first cut to the length that the job knows: what a step wrote that was not committed is written once.
    """
    job = step.job
    path = part(job)
    size = job.cursor.get("bytes", 0)
    every = every_column()
    columns = [every[name] for name in job.params["columns"]]
    with override(step.by.user.language), path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(size)
        file.seek(size)
        if not size:
            # Excel takes a file for UTF-8 only when it says so.
            file.write("\ufeff".encode())
            file.write(_lines([[column.label for column in columns]]))
        file.write(_lines(_rows(step, columns)))
        job.cursor["bytes"] = file.tell()
    return Outcome()


def part(job: BulkJob) -> Path:
    """Where the file is written; made for its owner alone."""
    storage: Any = job.file.storage
    folder = Path(storage.location)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{job.pk}.csv"


def _lines(rows: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(map(harmless, rows))
    return out.getvalue().encode()


def _rows(step: Step, columns: Sequence[Column]) -> Iterator[list[Any]]:
    ids = [row.lead.id for row in step.rows]
    leads = list(Lead.objects.filter(pk__in=ids).order_by("pk"))
    beside = _beside(leads)
    for lead in leads:
        yield [_said(column.cell(lead, beside)) for column in columns]


def _said(value: Any) -> Any:
    if value is None:
        return ""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if hasattr(value, "tzinfo") else value


def _beside(leads: list[Lead]) -> Beside:
    ids = [lead.pk for lead in leads]
    people = Membership.objects.filter(pk__in={lead.assigned_to_id for lead in leads}).select_related("user")
    due = FollowUp.objects.open().filter(lead__in=ids).values_list("lead").annotate(Min("due_at")).order_by()
    return Beside(
        statuses={row.pk: row.label for row in Status.objects.all()},
        people={row.pk: row.name for row in people},
        outcomes=dict(lookups.labels("dispositions").items()),
        due=dict(due),
        tags=_joined(LeadTag.objects.filter(lead__in=ids).order_by("tag__name").values_list("lead", "tag__name")),
        phones=_joined(LeadPhone.objects.filter(lead__in=ids).order_by("position").values_list("lead", "phone")),
    )


def _joined(pairs: Any) -> dict[uuid.UUID, str]:
    found: dict[uuid.UUID, list[str]] = {}
    for lead, word in pairs:
        found.setdefault(lead, []).append(word)
    return {lead: ", ".join(words) for lead, words in found.items()}


def as_excel(job: BulkJob) -> Path:
    """Write the finished CSV file as an Excel sheet beside it, and return that one; done again it is the same."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    every = every_column()
    numbers = {place for place, name in enumerate(job.params["columns"]) if every[name].is_number}
    with part(job).open(encoding="utf-8-sig", newline="") as file:
        for line in csv.reader(file):
            # What may not stand in a sheet's XML is left out.
            cells = ["".join(filter(_is_printable, cell)) for cell in line]
            sheet.append([_number(cell) if place in numbers else cell for place, cell in enumerate(cells)])
    path = part(job).with_suffix(".xlsx")
    book.save(path)
    path.chmod(0o600)
    return path


def _is_printable(character: str) -> bool:
    return character >= " " or character in "\t\n"


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell
