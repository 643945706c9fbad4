"""Importing a list: the job of the wizard, from the uploaded file to leads, beside COPY and one INSERT of clean rows.

The list has 5 % numbers that come again and 3 % that are none. The limit gets the rows already read and only those that
make leads. django-import-export's own way of importing the same rows is measured for the comparison, at fewer rows.
"""

import csv
import io
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import tablib
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, forget_peak, in_turns, own_peak_rss_mib, say
from jini.lib.ids import uuid7
from jini.lib.work import handler_of
from leads.actions import importing
from leads.admin import LeadResource
from leads.models import ImportBatch, Lead, Status

SIZE = 1_000_000
MOST_EXCEL_ROWS = 200_000
COMPARED_ROWS = 1_000
HEADER = ["Name", "Mobile", "E-mail", "City", "State", "PIN", "Language", "Source"]
OPTIONS: dict[str, Any] = {"duplicates": "skip", "source": "", "legal_ground": "unknown", "owners": [], "tags": []}


def lines(rows: int) -> Iterator[list[str]]:
    """Yield a heading and `rows` rows: every 20th repeats an earlier number, every 33rd has none."""
    yield HEADER
    for place, each in enumerate(data.people(rows)):
        phone = each.phone
        if place % 20 == 19:
            phone = data.phone(place - 7)
        elif place % 33 == 32:
            phone = "98X00 12345"
        yield [each.name, phone, each.email, each.city, each.region, each.pin, each.language, each.source]


def made_of(rows: int) -> int:
    """Return how many leads the rows make."""
    return len({line[1] for line in lines(rows)} - {"98X00 12345", "Mobile"})


class Bench:
    """One list as a file, and an organisation for each time it is imported."""

    def __init__(self, rows: int, folder: Path, *, excel: bool) -> None:
        self.rows, self.expected = rows, made_of(rows)
        self.path = folder / ("list.xlsx" if excel else "list.csv")
        self.kind = "excel" if excel else "csv"
        say(f"writing {rows:,} rows as {self.kind}")
        if excel:
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet()
            for line in lines(rows):
                sheet.append(line)
            book.save(self.path)
        else:
            with self.path.open("w", newline="") as file:
                csv.writer(file).writerows(lines(rows))
        self.previews: list[float] = []

    def product(self) -> Sample:
        """Have the job read, look ahead and run; the look ahead is timed by itself, since people wait for it."""
        organisation = data.found("Importer")
        forget_peak()
        began = time.perf_counter()
        with acting_for(organisation), self.path.open("rb") as file:
            by = organisation.memberships.get()
            batch = importing.accept_file(File(file, name=self.path.name), kind=self.kind, by=by)
        self._do(importing.READ, batch)
        with acting_for(organisation):
            read = ImportBatch.objects.get(pk=batch.pk)
            importing.set_terms(
                read, {int(column): field for column, field in read.mapping.items()}, OPTIONS, by=read.created_by
            )
        looked = time.perf_counter()
        self._do(importing.PREVIEW, batch)
        looked = time.perf_counter() - looked
        with acting_for(organisation):
            importing.start_run(ImportBatch.objects.get(pk=batch.pk), by=by)
        self._do(importing.RUN, batch)
        seconds = time.perf_counter() - began - looked
        self.previews.append(looked)
        self._check(organisation, batch)
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        return Sample(self.rows, seconds, peak_rss_mib=max(own_peak_rss_mib(), children))

    def _do(self, task: str, batch: ImportBatch) -> None:
        while handler_of(task).run(batch.organisation, batch.pk) is not None:
            pass

    def _check(self, organisation: Organisation, batch: ImportBatch) -> None:
        with acting_for(organisation):
            found, made = ImportBatch.objects.get(pk=batch.pk), Lead.objects.count()
        if found.state != "done" or made != self.expected:
            raise Failed(f"the import is {found.state} with {made} leads instead of {self.expected}: {found.failure}")

    def limit(self) -> Sample:
        """COPY clean rows beside the table and insert them in one statement, as its owner."""
        organisation = data.found("Limit")
        with acting_for(organisation):
            status = Status.objects.get(is_initial=True).pk
        now = timezone.now()
        seen: set[str] = set()
        out = io.StringIO()
        for name, phone, email, city, region, pin, language, source in list(lines(self.rows))[1:]:
            if phone.startswith("+") and phone not in seen:
                seen.add(phone)
                cells = [uuid7(), organisation.pk, name, phone, email, "", city, region, pin, language, source,
                         "unknown", r"\N", status, 0, 0, now, now, 1]  # fmt: skip
                out.write("\t".join(map(str, cells)) + "\n")
        out.seek(0)
        columns = ", ".join(data.LEAD_COLUMNS.split())
        with closing(connect()) as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"CREATE TEMP TABLE stage ON COMMIT DROP AS SELECT {columns} FROM leads_lead LIMIT 0")
            began = time.perf_counter()
            cursor.copy_expert(f"COPY stage ({columns}) FROM STDIN", out)
            cursor.execute(
                f"INSERT INTO leads_lead ({columns}) SELECT {columns} FROM stage ON CONFLICT (organisation_id, phone) WHERE deleted_at IS NULL DO NOTHING"
            )
            cursor.execute("COMMIT")
            return Sample(self.rows, time.perf_counter() - began)

    @property
    def preview_rate(self) -> float:
        return self.rows * len(self.previews) / sum(self.previews)


def compared() -> float:
    """Return the rows a second at which django-import-export imports the same rows its own way."""
    organisation = data.found("Compared")
    names = ["name", "phone", "email", "city", "region", "pin", "language", "source"]
    rows = [line for line in list(lines(COMPARED_ROWS))[1:] if line[1].startswith("+")]
    dataset = tablib.Dataset(*rows, headers=names)
    with acting_for(organisation):
        began = time.perf_counter()
        result = LeadResource().import_data(dataset, dry_run=False, raise_errors=True)
        seconds = time.perf_counter() - began
    if result.has_errors():
        raise Failed("django-import-export refused the rows")
    return len(rows) / seconds


def run(rows: int) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ImportBatch._meta.get_field("file").storage = FileSystemStorage(location=folder)  # noqa: SLF001 -- as Django names it
        by_csv, by_excel = (
            Bench(rows, folder, excel=False),
            Bench(min(rows, MOST_EXCEL_ROWS), folder, excel=True),
        )
        found = figures(rows, "rows/s", *in_turns(by_csv.product, by_csv.limit))
        say(f"CSV: {found.value:.0f} rows/s of {found.limit:.0f} ({found.ratio:.2f}), {found.peak_rss_mib:.0f} MiB")
        excel = figures(by_excel.rows, "rows/s", *in_turns(by_excel.product, by_excel.limit, rounds=1))
        say(f"Excel: {excel.value:.0f} rows/s of {excel.limit:.0f} ({excel.ratio:.2f}), {excel.peak_rss_mib:.0f} MiB")
        other = compared()
    goals = {
        "CSV ratio >= 0.6": found.ratio >= 0.6,
        "Excel ratio >= 0.4": excel.ratio >= 0.4,
        "peak RSS <= 300 MiB": found.peak_rss_mib <= 300,
        ">= 60 x django-import-export": found.value >= 60 * other,
    }
    more = {
        "preview_rows_per_s": by_csv.preview_rate,
        "import_export_rows_per_s": other,
        "times_import_export": found.value / other,
    }
    return replace(found, cases={"excel": excel}, goals=goals, more=more)
