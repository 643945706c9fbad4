"""`make run`: services, migrations, demonstration, web and worker in one process tree, until Ctrl-C."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

from jini.local import preflight
from jini.local.children import WEB_STOPS, WORKER_STOPS, Child, ChildDied, wait_until
from jini.local.echo import Echo
from jini.local.guard import PR_SET_PDEATHSIG, prctl
from jini.local.keys import kept_keys
from jini.local.services import CHECKOUT, Services, persistent_services

PREPARE_SECONDS = 300
READY_SECONDS = 60
LOOK_SECONDS = 0.2
# Every thread keeps a connection to PostgreSQL. Left alone, granian opens hundreds, more than the server takes.
WEB_PROCESSES, WEB_THREADS = 2, 4
LOGS = ("postgresql", "valkey", "prepare", "web", "worker")


class Stopped(BaseException):
    """Someone asked us to stop: Ctrl-C, SIGTERM, or the end of our own parent."""


def run(*, follow_parent: bool) -> int:
    """Run JiNi until it is told to stop. Return the exit code: 1 when a child died, 3 when the port is taken."""
    parent = os.getppid()
    if follow_parent:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    folder = CHECKOUT / ".jini"
    try:
        port = preflight.chosen_port()
        preflight.check(port, folder)
        with claimed(folder, port):
            return Launcher(folder, port, parent).live()
    except preflight.Refusal as refusal:
        print(refusal, file=sys.stderr if refusal.code else sys.stdout)
        return refusal.code


@contextlib.contextmanager
def claimed(folder: Path, port: int) -> Iterator[None]:
    """Hold the lock of `folder` for the block, and write down who and where we are."""
    folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    (folder / "log").mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise preflight.Refusal("Another JiNi of this folder started just now.", preflight.TAKEN) from None
        running = folder / "running"
        running.write_text(json.dumps({"pid": os.getpid(), "port": port}))
        try:
            yield
        finally:
            running.unlink(missing_ok=True)


class Launcher:
    """The children of one run, in the order in which they start; they stop in the opposite one."""

    def __init__(self, folder: Path, port: int, parent: int) -> None:
        self.folder = folder
        self.port = port
        self.parent = parent
        self.services: Services | None = None
        self.children: list[Child] = []

    def live(self) -> int:
        """Start everything, keep it until we are told to stop, stop it; return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        code = 0
        try:
            self.start()
            self.watch()
        except Stopped:
            print("\nStopping", flush=True)
        except (ChildDied, OSError, subprocess.SubprocessError) as error:
            print(f"\n{error}\n\nStopping the rest", file=sys.stderr, flush=True)
            code = 1
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self.stop()
        return code

    def start(self) -> None:
        for name in LOGS:
            with contextlib.suppress(FileNotFoundError):
                self.log(name).rename(self.folder / "log" / f"{name}.log.1")
        started = time.monotonic()
        environment = self.environment()
        print("Starting PostgreSQL and Valkey", flush=True)
        self.services = persistent_services(self.folder, self.folder / "log")
        self.services.start()
        environment |= self.services.environment
        self.prepare(environment)
        print("Starting web and worker", flush=True)
        web, worker = self.web(environment), self.worker(environment)
        for child in (web, worker):
            self.children.append(child)
            child.start()
        wait_until(self.is_ready, web, seconds=READY_SECONDS)
        self.announce(environment, time.monotonic() - started)

    def environment(self) -> dict[str, str]:
        """Return what the children get: our defaults, then `.jini/env`, then what the caller's environment says."""
        defaults = {
            "PUBLIC_URL": preflight.address(self.port),
            "MEDIA_ROOT": str(self.folder / "media"),
            "DEMO": "true",
        }
        fixed = {"DJANGO_SETTINGS_MODULE": "jini.settings", "PYTHONUNBUFFERED": "1"}
        return defaults | kept_keys(self.folder) | dict(os.environ) | fixed

    def prepare(self, environment: dict[str, str]) -> None:
        print("Preparing the database", flush=True)
        child = Child(
            "Preparing the database",
            [sys.executable, "-m", "jini.local.prepare"],
            self.log("prepare"),
            WORKER_STOPS,
            env=environment,
            cwd=CHECKOUT,
        )
        self.children.append(child)
        child.start()
        end = time.monotonic() + PREPARE_SECONDS
        while child.exit_code() is None and time.monotonic() < end:
            self.check_services()
            time.sleep(0.05)
        if child.exit_code() != 0:
            child.check()
            raise ChildDied(f"{child.name} took longer than {PREPARE_SECONDS} s:\n{child.last_lines()}")
        self.children.remove(child)

    def web(self, environment: dict[str, str]) -> Child:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", preflight.HOST]
        command += ["--port", str(self.port), "--workers", str(WEB_PROCESSES), "--no-ws"]
        command += ["--blocking-threads", str(WEB_THREADS), "jini.wsgi:application"]
        return Child("The web server", command, self.log("web"), WEB_STOPS, env=environment, cwd=CHECKOUT)

    def worker(self, environment: dict[str, str]) -> Child:
        command = worker_command(self.folder / "beat")
        return Child("The worker", command, self.log("worker"), WORKER_STOPS, env=environment, cwd=CHECKOUT)

    def is_ready(self) -> bool:
        self.check()
        try:
            with urlopen(f"{preflight.address(self.port)}/readyz", timeout=5) as response:
                return bool(response.status == 200)
        except (URLError, OSError):
            return False

    def announce(self, environment: dict[str, str], seconds: float) -> None:
        links = subprocess.run(
            [sys.executable, "manage.py", "sign_in_links"],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if links.returncode:
            raise ChildDied(f"sign_in_links ended with code {links.returncode}:\n{links.stderr[-2000:]}")
        print(f"\nJiNi is ready: {preflight.address(self.port)}   ({seconds:.1f} s)\n")
        print(links.stdout.rstrip())
        print(
            "\nCtrl-C stops everything. Data and logs stay in .jini/; remove that folder to begin again.\n", flush=True
        )

    def watch(self) -> None:
        """Show what web and worker complain of; raise `ChildDied` when a child is gone."""
        echo = Echo({child.log.stem: child.log for child in self.children})
        while True:
            time.sleep(LOOK_SECONDS)
            echo.show()
            self.check()

    def check(self) -> None:
        for child in self.children:
            child.check()
        self.check_services()

    def check_services(self) -> None:
        if self.services is not None:
            self.services.check()

    def stop(self) -> None:
        """Stop web, worker, Valkey, PostgreSQL in this order; all at once when our own parent was killed."""
        if os.getppid() != self.parent:
            for child in self.children:
                child.tell()
            if self.services is not None:
                self.services.tell()
        for child in self.children:
            child.stop()
        if self.services is not None:
            self.services.stop()

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"


def worker_command(schedule: Path) -> list[str]:
    """Return the command of the worker with its beat, which keeps in `schedule` what it did last."""
    # Whoever waits for an answer comes first: on one machine, the worker takes what the web server leaves.
    command = ["nice", "-n", "5", sys.executable, "-m", "celery", "--quiet", "-A", "jini", "worker", "-B", "-c", "2"]
    command += ["-s", str(schedule), "-Q", "telephony,default,bulk"]
    return [*command, "--without-gossip", "--without-mingle"]


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
