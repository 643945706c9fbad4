"""Importing while the worker is killed at work, again and again: every row is done once, and it goes on by itself.

Nobody presses anything after the start. The limit is the same list with nobody killed.
"""

import io
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.measuring import Failed, Figures, Sample, figures, say
from benchmarks.worker import Worker
from leads.actions import importing
from leads.models import ImportBatch, Lead

SIZE = 100_000
KILLS = 3
LONGEST_PAUSE = 40
PATIENCE_SECONDS = 300
OPTIONS: dict[str, Any] = {"duplicates": "skip", "source": "", "legal_ground": "unknown", "owners": [], "tags": []}


def measure(rows: int, worker: Worker, kills: int) -> tuple[Sample, float]:
    """Import a list of `rows`, killing the worker `kills` times; return the longest time from a kill to a row after it."""
    organisation = data.found("Killed")
    text = "Phone\n" + "".join(f"{data.phone(number)}\n" for number in range(rows))
    with acting_for(organisation):
        file = File(io.BytesIO(text.encode()), name="list.csv")
        batch = importing.accept_file(file, kind="csv", by=organisation.memberships.get())
    _until(batch, lambda row: row.step == "read" and row.state == "done")
    with acting_for(organisation):
        importing.set_terms(batch.reloaded(), {0: "phone"}, OPTIONS, by=batch.created_by)
    _until(batch, lambda row: row.step == "preview" and row.state == "done")
    began = time.perf_counter()
    with acting_for(organisation):
        importing.start_run(batch.reloaded(), by=batch.created_by)
    longest = 0.0
    for _ in range(kills):
        before = _until(batch, lambda row: row.done > 0 or row.state == "running")
        worker.kill()
        killed = time.perf_counter()
        done = before.done
        _until(batch, lambda row, done=done: row.done > done or row.state == "done")
        longest = max(longest, time.perf_counter() - killed)
    _until(batch, lambda row: row.state == "done")
    seconds = time.perf_counter() - began
    with acting_for(organisation):
        made, counts = Lead.objects.count(), batch.reloaded().counts
    if (made, counts["new"]) != (rows, rows):
        raise Failed(f"{made} leads and {counts} of {rows} rows")
    return Sample(rows, seconds), longest


def _until(batch: ImportBatch, is_there: Any) -> ImportBatch:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with acting_for(batch.organisation):
            row: ImportBatch = batch.reloaded()
        if is_there(row):
            return row
        if row.state == "failed":
            break
        time.sleep(0.05)
    raise Failed(f"the import stands at {row.step}, {row.state}, row {row.done}")


def run(rows: int) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        # The worker reads the same folder.
        ImportBatch._meta.get_field("file").storage = FileSystemStorage(location=Path(name) / "imports")  # noqa: SLF001 -- as Django names it
        with Worker(MEDIA_ROOT=name) as worker:
            limit, _ = measure(rows, worker, 0)
            product, longest = measure(rows, worker, KILLS)
    say(f"the longest pause after a kill was {longest:.1f} s")
    found = figures(rows, "rows/s", [product], [limit])
    return replace(
        found, goals={f"goes on within {LONGEST_PAUSE} s": longest <= LONGEST_PAUSE}, more={"pause_s": longest}
    )
