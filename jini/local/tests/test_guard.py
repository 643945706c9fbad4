"""A guard ends the whole family of its child: when told, when the child ends, when its parent is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jini.local.children import Child, ChildDied, last_lines, wait_until
from jini.local.tests.processes import alive, eventually, family

# A child with a child in its group and one in a session of its own; none of them hears a polite word.
STUBBORN = """
import os, signal, subprocess, sys, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
if len(sys.argv) == 1:
    subprocess.Popen([sys.executable, __file__, "same"])
    subprocess.Popen([sys.executable, __file__, "own"], start_new_session=True)
print("up", flush=True)
time.sleep(600)
"""
# What a launcher does, and nothing else.
LAUNCHER = """
import signal, sys, time
from pathlib import Path
from jini.local.children import Child
child = Child("stubborn", [sys.executable, sys.argv[1]], Path(sys.argv[2]), [(signal.SIGTERM, 0.3)])
child.start()
time.sleep(600)
"""


@pytest.fixture
def stubborn(tmp_path: Path) -> Path:
    script = tmp_path / "stubborn.py"
    script.write_text(STUBBORN)
    return script


def is_up(log: Path) -> bool:
    return log.exists() and log.read_text().count("up") == 3


def test_a_stubborn_family_is_killed_after_its_time(stubborn: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Child("stubborn", [sys.executable, stubborn], log, [(signal.SIGTERM, 0.3), (signal.SIGQUIT, 0.2)])
    child.start()
    assert eventually(lambda: is_up(log), seconds=10)
    had = family(os.getpid())
    asked = time.monotonic()

    child.stop()

    assert 0.5 <= time.monotonic() - asked < 3
    assert alive({pid: start for pid, start in had.items() if pid in had}).keys() <= family(os.getpid()).keys()
    assert not [command for command in alive(had).values() if str(stubborn) in command]


def test_the_family_ends_with_its_eldest(stubborn: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Child("stubborn", [sys.executable, stubborn], log, [(signal.SIGTERM, 0.3)])
    child.start()
    assert eventually(lambda: is_up(log), seconds=10)
    had = {pid: start for pid, start in family(os.getpid()).items() if pid in _about(stubborn)}
    eldest = min(pid for pid in had if "guard.py" not in _about(stubborn)[pid])

    os.kill(eldest, signal.SIGKILL)

    assert eventually(lambda: child.exit_code() == 137, seconds=5)
    assert alive(had) == {}
    with pytest.raises(ChildDied, match="stubborn ended with code 137"):
        child.check()


def _about(script: Path) -> dict[int, str]:
    return {pid: command for pid, command in alive(family(os.getpid())).items() if str(script) in command}


def test_kill_9_of_the_launcher_ends_the_family(stubborn: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(stubborn), str(log)])
    assert eventually(lambda: is_up(log), seconds=10)
    had = family(launcher.pid)

    launcher.kill()
    launcher.wait()

    assert len(had) == 4
    assert eventually(lambda: not alive(had), seconds=5), alive(had)


def test_a_child_that_never_answers_is_told_with_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Child("mute", [sys.executable, "-c", "print('hm', flush=True); input()"], log, [(signal.SIGTERM, 1)])
    child.start()

    with pytest.raises(ChildDied, match="mute ended with code 1"):
        wait_until(lambda: False, child, seconds=10)
    child.stop()


def test_last_lines_are_the_last(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"{number}\n" for number in range(30)))

    assert last_lines(log, 2) == "  28\n  29"
    assert last_lines(tmp_path / "none") == ""
