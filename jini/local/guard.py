"""The keeper of one child process: when its own parent dies, however it dies, the child's whole family goes.

Run as a script by `children.Child`, on the bare standard library. A parent-death signal reaches one process only, and
web server and worker have children of their own; so each child gets a keeper that receives the signal and then stops
the family: politely first, by SIGKILL at the end. Orphans fall to the keeper (child subreaper), so that a child which
made its own session, as PostgreSQL's backends do, is found too.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# Where there is no parent-death signal (macOS), a look at the parent this often replaces it, in seconds.
LOOK = 1.0


def prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


class Guard:
    """One child and how to end it: `stops` is a list of (signal, seconds to wait for its effect)."""

    def __init__(self, options: dict[str, Any], command: list[str]) -> None:
        self.options = options
        self.command = command
        self.told_to_stop = False
        self.wake, poke = os.pipe()
        os.set_blocking(poke, False)
        os.set_blocking(self.wake, False)
        signal.set_wakeup_fd(poke, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)

    def stop(self, *_: object) -> None:
        self.told_to_stop = True

    def keep(self) -> int:
        """Run the child until it ends or we are told to stop; return its exit code, or 128 + the signal."""
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        child = subprocess.Popen(self.command, process_group=0, preexec_fn=self.before_exec, **self.identity())  # noqa: PLW1509 -- one thread
        while child.poll() is None and not self.told_to_stop and os.getppid() == self.options["parent"]:
            self.wait(LOOK)
        for number, seconds in self.options["stops"]:
            if child.poll() is None:
                child.send_signal(number)
                self.wait_for(child, seconds)
        kill_family(child)
        for folder in self.options["remove"]:
            remove(Path(folder))
        return child.returncode if child.returncode >= 0 else 128 - child.returncode

    def identity(self) -> dict[str, Any]:
        uid, gid = self.options["uid"], self.options["gid"]
        return {} if uid is None else {"user": uid, "group": gid, "extra_groups": []}

    def before_exec(self) -> None:
        # After the change of user, which forgets the signal. It covers a kill -9 of this keeper.
        prctl(PR_SET_PDEATHSIG, self.options["stops"][0][0])

    def wait(self, seconds: float) -> None:
        """Sleep until a signal comes, at most `seconds`."""
        select.select([self.wake], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self.wake, 512)

    def wait_for(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        end = time.monotonic() + seconds
        while child.poll() is None and (left := end - time.monotonic()) > 0:
            self.wait(min(left, LOOK))


def kill_family(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the child's group, and every orphan that fell to us, until no child is left."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        for pid in children_of_mine():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if child.poll() is not None and no_child_left():
            return
        time.sleep(0.02)
    child.wait()


def no_child_left() -> bool:
    """Reap the dead; only after the child's own exit code is known, which this would lose."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False


def children_of_mine() -> list[int]:
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in listing.read_text().split()] if listing.exists() else []


def remove(folder: Path) -> None:
    """Remove a throw-away folder, and its parent when this was the last thing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()


if __name__ == "__main__":
    sys.exit(Guard(json.loads(sys.argv[1]), sys.argv[2:]).keep())
