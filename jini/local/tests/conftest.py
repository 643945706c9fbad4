"""What the tests of the zero-install run share."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jini.local.services import CHECKOUT
from jini.local.tests.processes import alive, eventually, family

OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "JINI_TEST_SERVICES",
    "JINI_TEST_TEMPLATE",
    "PORT",
    "DJANGO_SETTINGS_MODULE",
)


@pytest.fixture
def outside() -> dict[str, str]:
    """The environment of a person who just cloned the repository: nothing of this test session in it."""
    return {name: value for name, value in os.environ.items() if name not in OURS}


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this checkout, with nothing of earlier runs in it."""
    folder = tmp_path_factory.mktemp("clone") / "jini"
    unwanted = (".*", "node_modules", "media", "staticfiles", "output", "__pycache__", "htmlcov")
    shutil.copytree(CHECKOUT, folder, ignore=shutil.ignore_patterns(*unwanted), symlinks=True)
    # pytest keeps its temporary folders closed, and a clone need not be.
    for parent in list(folder.parents)[:4]:
        if parent.is_relative_to(tmp_path_factory.getbasetemp().parent):
            parent.chmod(0o755)
    return folder


class Run:
    """A `python -m jini.local run` in a clone."""

    def __init__(self, folder: Path, environment: dict[str, str], port: int) -> None:
        self.output = folder.parent / "output"
        with self.output.open("wb") as output:
            self.launcher = subprocess.Popen(
                [sys.executable, "-m", "jini.local", "run"],
                cwd=folder,
                env=environment | {"PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self) -> None:
        eventually(lambda: "JiNi is ready" in self.said or self.launcher.poll() is not None, seconds=120)
        assert "JiNi is ready" in self.said, self.said

    def end(self, number: signal.Signals) -> dict[int, str]:
        """Send a signal, wait for the end of the launcher, and return the family it had."""
        had = family(self.launcher.pid)
        self.launcher.send_signal(number)
        self.launcher.wait(20)
        return had


@pytest.fixture
def start(clone: Path, outside: dict[str, str], free_port: int) -> Iterator[Callable[[], Run]]:
    """Return a function that starts JiNi in the clone; what it started is gone after the test."""
    runs: list[Run] = []

    def started() -> Run:
        runs.append(Run(clone, outside, free_port))
        return runs[-1]

    yield started
    for run in runs:
        had = family(run.launcher.pid)
        run.launcher.kill()
        run.launcher.wait()
        assert eventually(lambda had=had: not alive(had), seconds=8), alive(had)
