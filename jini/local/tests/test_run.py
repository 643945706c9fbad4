"""The whole process tree for real: it starts, it stops, and it leaves nothing behind however it ends."""

import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from jini.local.tests.conftest import Run
from jini.local.tests.processes import alive, end_all, eventually, family, member, started

pytestmark = pytest.mark.worker


def test_it_runs_twice_in_a_row_and_stops_within_ten_seconds(
    start: Callable[[], Run], clone: Path, outside: dict[str, str], free_port: int
) -> None:
    first = start()
    first.wait_until_ready()
    with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/livez") as response:
        assert response.status == 200
    keys = clone / ".jini" / "env"
    secrets = keys.read_text()
    asked = time.monotonic()
    had = first.end(signal.SIGTERM)
    seconds = time.monotonic() - asked

    assert (first.launcher.returncode, alive(had)) == (0, {})
    assert seconds < 10
    assert len(had) > 10
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600

    began = time.monotonic()
    second = start()
    second.wait_until_ready()

    assert time.monotonic() - began < 30
    assert keys.read_text() == secrets
    third = subprocess.run(
        [sys.executable, "-m", "jini.local", "run"],
        cwd=clone,
        env=outside | {"PORT": str(free_port)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert third.returncode == 0
    assert third.stdout.startswith(f"JiNi runs already: http://127.0.0.1:{free_port} (pid {second.launcher.pid})")
    assert alive(second.end(signal.SIGINT)) == {}


def test_kill_9_of_the_launcher_leaves_no_process_after_five_seconds(start: Callable[[], Run]) -> None:
    run = start()
    run.wait_until_ready()

    had = run.end(signal.SIGKILL)

    assert len(had) > 10
    assert eventually(lambda: not alive(had), seconds=5), alive(had)


def test_kill_9_of_make_leaves_no_process_after_five_seconds(
    clone: Path, outside: dict[str, str], free_port: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """As `make` starts it: the launcher follows its parent."""
    output = tmp_path / "output"
    script = f'"{sys.executable}" -m jini.local run --follow-parent; exit $?'
    with output.open("wb") as log:
        make = subprocess.Popen(["sh", "-c", script], cwd=clone, env=outside | {"PORT": str(free_port)}, stdout=log)
    # Where the test fails, what it started is not left to the others, which use the same folder.
    request.addfinalizer(lambda: end_all(family(make.pid) | {make.pid: started(make.pid)}))
    assert eventually(lambda: "JiNi is ready" in output.read_text(), seconds=120), output.read_text()
    had = family(make.pid)

    make.kill()
    make.wait()

    assert len(had) > 10
    assert eventually(lambda: not alive(had), seconds=5), alive(had)


@pytest.mark.parametrize("words", ["granian", "postgres -D", "valkey-server"])
def test_a_child_that_dies_stops_the_rest_and_shows_its_log(start: Callable[[], Run], words: str) -> None:
    run = start()
    run.wait_until_ready()
    had = family(run.launcher.pid)
    eldest = min(pid for pid in had if words in _command(pid))

    os.kill(eldest, signal.SIGKILL)
    run.launcher.wait(15)

    assert run.launcher.returncode == 1
    assert "ended with code 137. The end of" in run.said
    assert eventually(lambda: not alive(had), seconds=2), alive(had)


def test_a_guard_that_is_killed_takes_its_child_along(start: Callable[[], Run]) -> None:
    run = start()
    run.wait_until_ready()
    had = family(run.launcher.pid)
    worker = min(pid for pid in had if "celery" in _command(pid))

    os.kill(int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1]), signal.SIGKILL)
    run.launcher.wait(15)

    assert run.launcher.returncode == 1
    assert eventually(lambda: not alive(had), seconds=5), alive(had)


def _command(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline")
    text = words.read_bytes().replace(b"\0", b" ").decode() if words.exists() else ""
    return "" if "guard.py" in text else text


def test_port_taken_is_told_at_once_and_nothing_is_written(
    clone: Path, outside: dict[str, str], free_port: int, tmp_path: Path
) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(free_port), "--bind", "127.0.0.1", "--directory", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    before = sorted(clone.rglob("*"))
    try:
        assert eventually(lambda: bool(member([holder.pid], "http.server")) and _answers(free_port), seconds=10)
        for command in (["-I", "jini/local/preflight.py"], ["-B", "-m", "jini.local", "run"]):
            refused = subprocess.run(
                [sys.executable, *command],
                cwd=clone,
                env=outside | {"PORT": str(free_port)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert refused.returncode == 3
            assert f"Port {free_port} is taken by pid {holder.pid} (" in refused.stderr
            assert "http.server" in refused.stderr
        assert sorted(clone.rglob("*")) == before
    finally:
        holder.kill()
        holder.wait()


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
    except OSError:
        return False
    return True
