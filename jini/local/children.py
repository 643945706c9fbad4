"""A child process of the launcher: started under a guard, logged to a file, stopped within its time."""

import contextlib
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GUARD = Path(__file__).with_name("guard.py")
# What a guard needs beyond the child's own time: its kills and clean-up, in seconds.
GUARD_OVERHEAD = 2.5

# How each kind of child is ended: (signal, seconds to wait for its effect); SIGKILL follows by itself. The sum over
# all four stays under the ten seconds that Ctrl-C may take, and each alone under the five after a kill -9.
WEB_STOPS = ((signal.SIGTERM, 2.0),)
WORKER_STOPS = ((signal.SIGTERM, 3.0), (signal.SIGQUIT, 0.5))
VALKEY_STOPS = ((signal.SIGTERM, 1.0),)
# SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one, which the write-ahead log repairs at the next start.
POSTGRESQL_STOPS = ((signal.SIGINT, 2.0), (signal.SIGQUIT, 0.5))


@dataclass(frozen=True)
class Account:
    """The unprivileged system user that the servers run as when the launcher is root."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """Return who PostgreSQL and Valkey run as; None when we are not root and they run as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(name, found.pw_uid, found.pw_gid)
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as")


def identity(account: Account | None) -> dict[str, Any]:
    """Return the arguments that make `subprocess` run a program as `account`."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def bare_environment() -> dict[str, str]:
    """Return what a server may know of our environment: no locale, no PG* variable, no secret."""
    return {"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)}


class ChildDied(Exception):
    """A child ended by itself; the message shows the last lines of its log."""


@dataclass
class Child:
    """A program that lives as long as we do, at most."""

    name: str
    command: Sequence[str | Path]
    log: Path
    stops: Sequence[tuple[signal.Signals, float]]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    account: Account | None = None
    # Removed by the guard after the end, also when we no longer live to do it.
    remove: Sequence[Path] = ()
    guard: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the child. Call it in the main thread: a parent-death signal follows the thread that forked."""
        options = {
            "parent": os.getpid(),
            "uid": self.account and self.account.uid,
            "gid": self.account and self.account.gid,
            "stops": [(int(number), seconds) for number, seconds in self.stops],
            "remove": [str(folder) for folder in self.remove],
        }
        with self.log.open("ab") as log:
            self.guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), json.dumps(options), *map(str, self.command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                cwd=self.cwd,
                # Ctrl-C in the terminal reaches the launcher alone, which then stops the children in order.
                start_new_session=True,
            )

    def exit_code(self) -> int | None:
        """Return how the child ended; None while it lives."""
        return self.guard.poll() if self.guard else None

    def check(self) -> None:
        """Raise `ChildDied` when the child is no longer there."""
        if self.guard is not None and (code := self.guard.poll()) is not None:
            raise ChildDied(f"{self.name} ended with code {code}. The end of {self.log}:\n{self.last_lines()}")

    def last_lines(self) -> str:
        return last_lines(self.log)

    def tell(self) -> None:
        """Ask the child to end, without waiting."""
        if self.guard is not None and self.guard.poll() is None:
            self.guard.terminate()

    def stop(self) -> None:
        """End the child and all its descendants; return when they are gone. Harmless when it is gone already."""
        if self.guard is None:
            return
        if self.guard.poll() is None:
            self.guard.terminate()
            try:
                self.guard.wait(sum(seconds for _, seconds in self.stops) + GUARD_OVERHEAD)
            except subprocess.TimeoutExpired:
                self.guard.kill()
                self.guard.wait()
        self.guard = None


def last_lines(log: Path, count: int = 20) -> str:
    """Return the end of a log, indented."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"  {line}" for line in lines[-count:])


def wait_until(is_ready: Callable[[], bool], child: Child, *, seconds: float) -> None:
    """Poll `is_ready()` until it is true; raise `ChildDied` when the child ends first or the time is over."""
    end = time.monotonic() + seconds
    while not is_ready():
        child.check()
        if time.monotonic() > end:
            raise ChildDied(f"{child.name} does not answer after {seconds:.0f} s. Its log:\n{child.last_lines()}")
        time.sleep(0.03)
