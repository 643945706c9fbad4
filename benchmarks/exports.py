"""An organisation's own copy of everything: its leads, and five calls to each, step by step as the worker writes it.

The limit is COPY TO of the same two tables, whole, into files on the same disk.
"""

import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from django.core.files.storage import FileSystemStorage

from accounts.permissions import Role
from accounts.tenancy import acting_for
from benchmarks import data, history
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, in_turns, say
from jini.lib.jobs import JobState
from privacy.actions import exporting
from privacy.models import Export, ExportPart

SIZE = 1_000_000
CALLS = 5
TABLES = ("leads_lead", "dialer_call")
MOST_MIB = 300


class Bench:
    """One organisation with `rows` leads and its calls."""

    def __init__(self, rows: int, folder: Path) -> None:
        self.rows, self.folder = rows * (1 + CALLS), folder
        self.organisation = data.found("Moves out")
        with closing(connect()) as connection:
            telecallers = data.load_members(connection, self.organisation, 1)
            data.load_leads(connection, self.organisation, rows)
            history.load_calls(connection, self.organisation, telecallers, CALLS)
            data.settle(connection, *TABLES)
        say(f"{rows:,} leads with {CALLS} calls each")

    def product(self) -> Sample:
        with acting_for(self.organisation):
            owner = self.organisation.memberships.get(role=Role.OWNER)
            export = exporting.ask_for_export(Export.Kind.ORGANISATION, by=owner)
        # From here on: loading the data took more than writing them out.
        Path("/proc/self/clear_refs").write_text("5")
        began = time.perf_counter()
        while exporting.write_on(self.organisation, export.pk):
            pass
        seconds = time.perf_counter() - began
        with acting_for(self.organisation):
            export = export.reloaded()
            part = ExportPart.objects.get(export=export, number=1)
        say(f"{self.rows:,} rows in {seconds:.1f} s, {part.bytes / 2**20:,.0f} MiB packed")
        written = export.cursor["rows"]
        if export.state != JobState.DONE or written["leads.lead"] + written["dialer.call"] != self.rows:
            raise Failed(f"the copy ended {export.state} with {written}")
        with acting_for(self.organisation):
            Export.objects.all().delete()
        return Sample(self.rows, seconds, peak_rss_mib=_peak_rss_mib())

    def limit(self) -> Sample:
        began = time.perf_counter()
        with closing(connect()) as connection, connection.cursor() as cursor:
            for table in TABLES:
                with (self.folder / f"{table}.copy").open("wb") as file:
                    cursor.copy_expert(f"COPY {table} TO STDOUT", file)
        return Sample(self.rows, time.perf_counter() - began)


def _peak_rss_mib() -> float:
    """The most memory of this process since its mark was set back."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def run(rows: int) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        ExportPart._meta.get_field("file").storage = FileSystemStorage(location=Path(name))  # noqa: SLF001 -- as Django names it
        bench = Bench(rows, Path(name))
        found = figures(rows, "rows/s", *in_turns(bench.product, bench.limit, rounds=1))
    return replace(found, goals={"ratio 0.4": found.ratio >= 0.4, f"{MOST_MIB} MiB": found.peak_rss_mib <= MOST_MIB})
