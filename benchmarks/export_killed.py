"""An organisation's own copy while whoever writes it is killed (-9), again and again: it is complete or absent.

Whoever dies leaves the row and the files as they are, and the next one goes on at once, as after the lease of a worker. A
kill comes at any moment: between two statements, in a file, while the archive is put together. The copy must be the same
as the one that was written in peace, line by line, but for the tables that tell of copies themselves. The limit is that one.
"""

import hashlib
import os
import random
import signal
import tempfile
import time
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from django.core.files.storage import FileSystemStorage
from django.db import connections

from accounts.permissions import Role
from accounts.tenancy import acting_for
from benchmarks import data, history
from benchmarks.databases import connect
from benchmarks.measuring import Failed, Figures, Sample, figures, say
from jini.lib.jobs import JobState
from privacy.actions import exporting
from privacy.models import Export, ExportPart

SIZE = 100_000
KILLS, FEWEST = 50, 3
# The kill comes within this share of the time that a copy takes in peace.
SHARE = 0.2
# Each copy stands in these itself, and its asking and finishing.
TELL_OF_COPIES = {"privacy.export", "privacy.exportpart", "accounts.auditentry", "accounts.notification"}


class Bench:
    """One organisation with `leads` leads and what came of them."""

    def __init__(self, leads: int) -> None:
        self.dice = random.Random(data.SEED)
        self.organisation = data.found("Moves out")
        with closing(connect()) as connection:
            members = data.load_members(connection, self.organisation, 3)
            data.load_leads(connection, self.organisation, leads)
            self.rows = sum(history.load_history(connection, self.organisation, members).values())
        say(f"{leads:,} leads, {self.rows:,} rows")

    def in_peace(self) -> tuple[Sample, dict[str, str]]:
        export = self._asked()
        began = time.perf_counter()
        while exporting.write_on(self.organisation, export.pk):
            pass
        seconds = time.perf_counter() - began
        return Sample(self.rows, seconds), self._whole(export)

    def killed(self, longest: float, most: int) -> tuple[Sample, dict[str, str], int]:
        """Write a copy, killing whoever does at most `most` times; return how often that was."""
        export = self._asked()
        began, kills = time.perf_counter(), 0
        while (export := self._reloaded(export)).state != JobState.DONE:
            writer = self._writer(export)
            if kills < most:
                self._wait(export, writer, longest, in_archive=kills % 3 == 2)
                os.kill(writer, signal.SIGKILL)
            _pid, status = os.waitpid(writer, 0)
            if os.WIFSIGNALED(status):
                kills += 1
            elif status:
                raise Failed("the writer failed by itself")
            self._complete_or_absent(export)
        # The task of whoever died last is taken once more.
        exporting.write_on(self.organisation, export.pk)
        return Sample(self.rows, time.perf_counter() - began), self._whole(export), kills

    def _asked(self) -> Export:
        with acting_for(self.organisation):
            # Two a day are the most of a person.
            Export.objects.all().delete()
            return exporting.ask_for_export(
                Export.Kind.ORGANISATION, by=self.organisation.memberships.get(role=Role.OWNER)
            )

    def _reloaded(self, export: Export) -> Export:
        with acting_for(self.organisation):
            found: Export = export.reloaded()
        return found

    def _writer(self, export: Export) -> int:
        """Start a process that writes on, and return its id; it has a connection of its own."""
        connections.close_all()
        if child := os.fork():
            return child
        failed = 1
        try:
            while exporting.write_on(self.organisation, export.pk):
                pass
            failed = 0
        finally:
            # Nothing of the parent's is put in order twice.
            os._exit(failed)

    def _wait(self, export: Export, writer: int, longest: float, *, in_archive: bool) -> None:
        """Wait for a moment to kill in: any, or one in which the archive is put together."""
        before = set(export.folder.glob("*.half"))
        while in_archive and set(export.folder.glob("*.half")) == before:
            if os.waitid(os.P_PID, writer, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return
            time.sleep(0.001)
        time.sleep(self.dice.uniform(0, longest / 10 if in_archive else longest))

    def _complete_or_absent(self, export: Export) -> None:
        """Raise `Failed` when something can be fetched that is not whole."""
        with acting_for(self.organisation):
            parts, done = list(ExportPart.objects.filter(export=export)), export.reloaded().state == JobState.DONE
        if bool(parts) != done:
            raise Failed(f"{len(parts)} archives of a copy that is {'' if done else 'not '}done")
        for path in export.folder.glob("*.zip"):
            with zipfile.ZipFile(path) as archive:
                if broken := archive.testzip():
                    raise Failed(f"{path.name} under its own name has a broken {broken}")

    def _whole(self, export: Export) -> dict[str, str]:
        """Return {table: SHA-256 of its lines}; raise `Failed` when the archive is not what its row says, or anything is left."""
        with acting_for(self.organisation):
            part, written = ExportPart.objects.get(export=export), export.reloaded().cursor["rows"]
        path = Path(part.file.path)
        if hashlib.sha256(path.read_bytes()).hexdigest() != part.sha256:
            raise Failed("the archive is not the one that was written down")
        if left := {each.name for each in export.folder.iterdir()} - {path.name}:
            raise Failed(f"beside the archive lie {sorted(left)[:3]}")
        found = {}
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                folder, _, table = name.partition("/")
                if folder == "exact" and (model := table.removesuffix(".jsonl")) not in TELL_OF_COPIES:
                    content = archive.read(name)
                    if (lines := content.count(b"\n")) != written[model]:
                        raise Failed(f"{model} has {lines} lines of {written[model]}")
                    found[model] = hashlib.sha256(content).hexdigest()
        return found


def run(leads: int) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        ExportPart._meta.get_field("file").storage = FileSystemStorage(location=Path(name))  # noqa: SLF001 -- as Django names it
        bench = Bench(leads)
        peace, expected = bench.in_peace()
        wanted = min(KILLS, max(FEWEST, leads // 2_000))
        samples, kills = [], 0
        while kills < wanted:
            sample, found, more = bench.killed(peace.seconds * SHARE, wanted - kills)
            if wrong := {table for table in expected if found.get(table) != expected[table]}:
                raise Failed(f"after {more} kills these are not the same: {sorted(wrong)}")
            samples.append(sample)
            kills += more
    say(f"{len(samples)} copies with {kills} kills, each the same; {peace.seconds:.1f} s in peace")
    shown = figures(leads, "rows/s", samples, [peace])
    return replace(
        shown, goals={"complete or absent, and the same": True}, more={"kills": kills, "copies": len(samples)}
    )
