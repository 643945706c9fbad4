"""What is refused before anything is written, and in which words."""

import fcntl
import json
import os
import socket
from pathlib import Path

import pytest

from jini.local import preflight


@pytest.mark.parametrize("given", ["0", "65536", "-1", "eighty", "8000 "])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PORT", given)

    with pytest.raises(preflight.Refusal, match="must be a number from 1 to 65535") as refused:
        preflight.chosen_port()

    assert refused.value.code == 2


@pytest.mark.parametrize(("given", "port"), [("", 8000), ("8001", 8001)])
def test_the_port_is_8000_or_what_is_asked(monkeypatch: pytest.MonkeyPatch, given: str, port: int) -> None:
    monkeypatch.setenv("PORT", given)

    assert preflight.chosen_port() == port


def test_the_holder_of_a_port_is_named(free_port: int, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", free_port))
        holder.listen()

        with pytest.raises(preflight.Refusal, match=rf"taken by pid {os.getpid()} \(.*python") as refused:
            preflight.check(free_port, tmp_path)

    assert refused.value.code == 3
    assert list(tmp_path.iterdir()) == []


def test_a_free_port_passes(free_port: int, tmp_path: Path) -> None:
    preflight.check(free_port, tmp_path)


def test_an_old_python_is_refused(free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "OLDEST", (4, 0))

    with pytest.raises(preflight.Refusal, match=r"needs Python 3\.11 or newer; this is 3"):
        preflight.check(free_port, tmp_path)


def test_a_launcher_that_does_not_answer_yet_is_named(free_port: int, tmp_path: Path) -> None:
    (tmp_path / "running").write_text(json.dumps({"pid": 4123, "port": free_port}))
    with (tmp_path / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(preflight.Refusal, match="starting or stopping as pid 4123") as refused:
            preflight.check(free_port, tmp_path)

    assert refused.value.code == 3


def test_the_marks_of_a_launcher_that_was_killed_mean_nothing(free_port: int, tmp_path: Path) -> None:
    (tmp_path / "running").write_text(json.dumps({"pid": 4123, "port": free_port}))
    (tmp_path / "lock").touch()

    preflight.check(free_port, tmp_path)
