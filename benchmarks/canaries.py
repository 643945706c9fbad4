"""Organisations with a canary in every text of every table and in every file: half of them end, then a backup is restored.

It fails when a canary of the ended ones stands anywhere but sealed in the vault, when anything of the others changed, or
when the replay of the ledger leaves one in the restored copy. The limit is that replay, of the same organisations.
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from accounts.models import Organisation
from benchmarks.measuring import Failed, Figures, Sample, figures, say
from jini.tests import canaries
from jini.tests.ending import close
from jini.tests.restoring import back_up, backups, restore
from privacy.models import Cancellation

SIZE = 100


class Bench:
    """So many organisations, of which the first half will end."""

    def __init__(self, count: int) -> None:
        self.organisations: list[Organisation] = []
        for number in range(count):
            self.organisations.append(canaries.found_organisation(number))
            if number % 10 == 9:
                say(f"{number + 1} organisations have their canaries")
        self.ending, self.staying = self.organisations[: count // 2], self.organisations[count // 2 :]
        self.planted, self.before = canaries.found(), canaries.digests(self.staying)
        if set(self.planted) != set(range(count)):
            raise Failed(f"canaries were planted for {sorted(self.planted)} alone")
        self.left = {number: tables for number, tables in self.planted.items() if number >= len(self.ending)}

    def end(self) -> Sample:
        began = time.perf_counter()
        for organisation in self.ending:
            if (row := close(organisation)).state != Cancellation.State.VAULT:
                raise Failed(f"an erasure stands at {row.state}, found {row.found}")
        return Sample(len(self.ending), time.perf_counter() - began)

    def replay(self) -> Sample:
        if canaries.found() != self.planted:
            raise Failed("the backup does not hold what was planted")
        began = time.perf_counter()
        call_command("replay_erasures", stdout=sys.stderr)
        return Sample(len(self.ending), time.perf_counter() - began)

    def check(self, where: str) -> None:
        if (found := canaries.found()) != self.left:
            wrong = {number: found.get(number, set()) ^ self.left.get(number, set()) for number in self.planted}
            raise Failed(f"{where}: { ({number: tables for number, tables in wrong.items() if tables}) }")
        if canaries.digests(self.staying) != self.before:
            raise Failed(f"{where}: rows of others are not as they were")


def run(count: int) -> Figures:
    with tempfile.TemporaryDirectory() as name, backups() as names:
        files, ledger = Path(name) / "files", Path(name) / "ledger"
        with canaries.files_in(files), override_settings(ERASURE_LEDGER=ledger):
            bench = Bench(count)
            in_files = canaries.found_in_files(files)
            back_up(names)
            ended = bench.end()
            bench.check("after the end")
            left = {number: paths for number, paths in in_files.items() if number in bench.left}
            if canaries.found_in_files(files, ledger) != left:
                raise Failed("files of the ended are left, or of the others gone")
            restore(names)
            replayed = bench.replay()
            bench.check("in the restored copy")
    tables = min(len(tables) for tables in bench.planted.values())
    say(
        f"{len(bench.ending)} of {count} ended in {ended.seconds:.0f} s, again in {replayed.seconds:.0f} s; 0 canaries left"
    )
    found = figures(count, "organisations/s", [ended], [replayed])
    return replace(found, goals={"0 hits, all of the others": True}, more={"tables_with_canaries": tables})
