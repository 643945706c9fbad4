"""Taking an import back after calling has begun: 9 of 10 rows made a lead, the rest updated one that was there.

Of every hundred new leads one was called; it must stay. The limit deletes and updates the same rows as the tables'
owner, in one statement each.
"""

import io
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.db.models import F

from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, in_turns, say
from jini.lib.work import handler_of
from leads.actions import importing, undoing_import
from leads.models import ImportBatch, Lead

SIZE = 100_000
MOST_SECONDS = 30
OPTIONS: dict[str, Any] = {"duplicates": "update", "source": "", "legal_ground": "unknown", "owners": [], "tags": []}


class Bench:
    """Lists that are imported, each into an organisation of its own, to be taken back."""

    def __init__(self, rows: int) -> None:
        self.rows, self.known = rows, rows // 10

    def imported(self) -> ImportBatch:
        """Import the list into a new organisation that has a tenth of it already, and have some of it called."""
        organisation = data.found("Undo")
        with closing(connect()) as connection:
            data.load_leads(connection, organisation, self.known)
        text = "Name,Mobile,City\n" + "".join(
            f"Imported {number},{data.phone(number)},Ujjain\n" for number in range(self.rows)
        )
        with acting_for(organisation):
            file = File(io.BytesIO(text.encode()), name="list.csv")
            batch = importing.accept_file(file, kind="csv", by=organisation.memberships.get())
        do(importing.READ, batch)
        with acting_for(organisation):
            importing.set_terms(batch.reloaded(), {0: "name", 1: "phone", 2: "city"}, OPTIONS, by=batch.created_by)
        do(importing.PREVIEW, batch)
        with acting_for(organisation):
            importing.start_run(batch.reloaded(), by=batch.created_by)
        do(importing.RUN, batch)
        with acting_for(organisation):
            made = list(Lead.objects.filter(import_batch=batch).order_by("pk").values_list("pk", flat=True)[::100])
            Lead.objects.filter(pk__in=made).update(attempts=F("attempts") + 1)
        with closing(connect()) as connection:
            data.settle(connection, "leads_lead")
        return batch

    def product(self) -> Sample:
        batch = self.imported()
        with acting_for(batch.organisation):
            undoing_import.start_undo(batch.reloaded(), by=batch.created_by)
        began = time.perf_counter()
        do(importing.UNDO, batch)
        seconds = time.perf_counter() - began
        say(f"{self.rows:,} rows taken back in {seconds:.1f} s")
        with acting_for(batch.organisation):
            counts, left = batch.reloaded().counts, Lead.objects.count()
        made = self.rows - self.known
        if (counts["removed"], counts["restored"]) != (made - -(-made // 100), self.known):
            raise Failed(f"the undoing ended with {counts}")
        if left != self.known + counts["kept"]:
            raise Failed(f"{left} leads are left")
        return Sample(self.rows, seconds)

    def limit(self) -> Sample:
        batch = self.imported()
        with closing(connect()) as connection, connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute("DELETE FROM leads_lead WHERE import_batch_id = %s AND attempts = 0", [str(batch.pk)])
            cursor.execute(
                "UPDATE leads_lead SET name = name || '', updated_at = now() FROM leads_importrow AS r"
                " WHERE r.batch_id = %s AND r.lead_id = leads_lead.id AND leads_lead.import_batch_id IS NULL",
                [str(batch.pk)],
            )
            return Sample(self.rows, time.perf_counter() - began)


def do(task: str, batch: ImportBatch) -> None:
    while handler_of(task).run(batch.organisation, batch.pk) is not None:  # type: ignore[misc]
        pass


def run(rows: int) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        ImportBatch._meta.get_field("file").storage = FileSystemStorage(location=Path(name))  # noqa: SLF001 -- as Django names it
        bench = Bench(rows)
        found = figures(rows, "rows/s", *in_turns(bench.product, bench.limit, rounds=1))
    took = rows / found.value
    goals = {f"100,000 rows in {MOST_SECONDS} s": took * SIZE <= MOST_SECONDS * rows}
    return replace(found, goals=goals, more={"undo_seconds": took})
