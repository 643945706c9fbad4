"""Looking at real processes: who descends from whom, and who is still there."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path


def _status(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the name; empty when the process is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] == "Z" else fields


def started(pid: int) -> str:
    """Return when a process started, which tells it from a later one of the same number; empty when it is gone."""
    fields = _status(pid)
    return fields[19] if fields else ""


def family(pid: int) -> dict[int, str]:
    """Return every living descendant of `pid`, with when it started."""
    parents = {int(path.name): _status(int(path.name)) for path in Path("/proc").glob("[0-9]*")}
    found: dict[int, str] = {}
    ring = [pid]
    while ring:
        ring = [child for child, fields in parents.items() if fields and int(fields[1]) in ring]
        found |= {child: parents[child][19] for child in ring}
    return found


def alive(processes: dict[int, str]) -> dict[int, str]:
    return {pid: commands(pid) for pid, start in processes.items() if started(pid) == start}


def end_all(processes: dict[int, str]) -> None:
    """Kill those of `processes` that are still there."""
    for pid in alive(processes):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def commands(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def member(processes: Iterable[int], words: str) -> int:
    """Return the one process whose command contains `words`."""
    [pid] = [pid for pid in processes if words in commands(pid) and "guard.py" not in commands(pid)]
    return pid


def eventually(holds: Callable[[], bool], *, seconds: float) -> bool:
    """Return whether `holds()` becomes true within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return holds()
