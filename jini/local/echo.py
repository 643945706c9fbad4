"""The complaints of web and worker, repeated on the console; everything else stays in their logs."""

import re
from collections.abc import Mapping
from pathlib import Path

QUIET = {"DEBUG", "INFO"}
LEVEL = re.compile(r"\b(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b")


class Echo:
    """Follows logs from their present end, and prints warnings and errors with the name of their origin."""

    def __init__(self, logs: Mapping[str, Path]) -> None:
        self.logs = logs
        self.read = {name: path.stat().st_size for name, path in logs.items()}
        self.speaks = dict.fromkeys(logs, False)

    def show(self) -> None:
        """Print what was added since the last call. A line without a level (a traceback) goes with the one before."""
        for name, path in self.logs.items():
            with path.open("rb") as log:
                log.seek(self.read[name])
                added = log.read()
            whole = added[: added.rfind(b"\n") + 1]
            self.read[name] += len(whole)
            for line in whole.decode(errors="replace").splitlines():
                if level := LEVEL.search(line):
                    self.speaks[name] = level[0] not in QUIET
                if self.speaks[name]:
                    print(f"[{name}] {line}", flush=True)
