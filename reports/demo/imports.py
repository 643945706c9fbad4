"""The lists that leads of a story came from, as files with faulty rows among the good ones."""

import csv
import datetime as dt
import io
from dataclasses import dataclass

from django.core.files.base import ContentFile

from accounts.permissions import Role
from jini.lib.jobs import JobState
from leads.importing.columns import signature
from leads.models import ImportBatch, ImportRow, Lead
from reports.demo.organisation import Cast
from reports.demo.story import Life

HEADER = ["Name", "Mobile", "City", "State", "PIN", "Email"]
FIELDS = ["name", "phone", "city", "region", "pin", "email"]
# (row as it stands in the file, what is wrong with its phone)
FAULTY = [
    (["Bhavna Shah", "90000 0024", "Nashik", "Maharashtra", "422001", ""], "phone_too_short"),
    (["Office Pune", "020 2553", "Pune", "Maharashtra", "411004", ""], "phone_too_short"),
    (["D. Venkatesh", "", "Hyderabad", "Telangana", "500001", ""], "phone_empty"),
    (["Ritu Malhotra", "98X00 12345", "Indore", "Madhya Pradesh", "452001", ""], "phone_letters"),
]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One row of a file with what becomes of it."""

    cells: list[str]
    verdict: str
    lead: Lead | None = None
    error: str = ""


def make_imports(cast: Cast, lives: list[Life], leads: list[Lead]) -> None:
    """Create the batches that the leads of a list belong to."""
    for mark, file_name in (("first", "enquiries-last-quarter.csv"), ("last", "expo-visitors.csv")):
        mine = [(life, lead) for life, lead in zip(lives, leads, strict=True) if life.batch == mark]
        if not mine:
            continue
        rows = _file_rows(cast, [lead for __, lead in mine], is_faulty=mark == "first")
        batch = _batch(cast, file_name, rows, source=mine[0][0].source, moment=mine[0][0].created_at)
        ImportRow.objects.bulk_create(
            [
                _row(batch, number, row)
                for number, row in enumerate(rows, start=2)
                if row.verdict != ImportRow.Verdict.NEW
            ]
        )
        Lead.objects.filter(pk__in=[lead.pk for __, lead in mine]).update(import_batch=batch)


def _file_rows(cast: Cast, leads: list[Lead], *, is_faulty: bool) -> list[Line]:
    rows = [Line(_cells(lead), ImportRow.Verdict.NEW, lead) for lead in leads]
    if not is_faulty:
        return rows
    for place, (cells, code) in enumerate(FAULTY, start=1):
        rows.insert(place * 7, Line(cells, ImportRow.Verdict.ERROR, error=code))
    repeated = cast.chance.sample(leads, 3)
    return rows + [Line(_cells(lead), ImportRow.Verdict.DUPLICATE, lead) for lead in repeated]


def _cells(lead: Lead) -> list[str]:
    digits = lead.phone.removeprefix("+91")
    return [lead.name, f"{digits[:5]} {digits[5:]}", lead.city, lead.region, lead.pin, lead.email]


def _batch(cast: Cast, file_name: str, rows: list[Line], *, source: str, moment: dt.datetime) -> ImportBatch:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *(row.cells for row in rows)])
    content = text.getvalue().encode()
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in ImportRow.Verdict.values}
    batch = ImportBatch(
        step=ImportBatch.Step.RUN,
        state=JobState.DONE,
        total=len(rows),
        done=len(rows),
        started_at=moment,
        finished_at=moment + dt.timedelta(seconds=2),
        created_by=cast.first(Role.MANAGER),
        file_name=file_name,
        file_bytes=len(content),
        format={"kind": "csv", "encoding": "utf-8", "delimiter": ",", "has_header": True, "empty": 0},
        header=HEADER,
        mapping={str(column): name for column, name in enumerate(FIELDS)},
        header_signature=signature(HEADER),
        options={
            "duplicates": ImportBatch.Duplicates.SKIP,
            "source": source,
            "legal_ground": ImportBatch.LegalGround.ENQUIRY,
            "owners": [],
            "tags": [],
        },
        preview=counts | {"warnings": 0, "barred": 0},
        counts=counts | {"warnings": 0},
    )
    batch.file.save(f"{batch.pk}.csv", ContentFile(content), save=False)
    batch.save()
    # The column stamps itself on insert.
    ImportBatch.objects.filter(pk=batch.pk).update(created_at=moment - dt.timedelta(minutes=2))
    return batch


def _row(batch: ImportBatch, number: int, row: Line) -> ImportRow:
    return ImportRow(
        batch=batch,
        number=number,
        verdict=row.verdict,
        lead=row.lead,
        original=row.cells if row.error else None,
        errors=[{"field": "phone", "code": row.error}] if row.error else None,
    )
