"""PostgreSQL as our child: made once, started on a Unix socket, owned by `jini_owner`."""

import contextlib
import locale
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 -- a class, whatever its case

from jini.local import folders
from jini.local.children import (
    POSTGRESQL_STOPS,
    Account,
    Child,
    ChildDied,
    bare_environment,
    identity,
    last_lines,
    wait_until,
)

OWNER = "jini_owner"
DATABASE = "jini"
APPLICATION = "jini_app"
# After a crash of the machine the write-ahead log is replayed first.
START_SECONDS = 60
# How long the server of a launcher that was killed may take to end, in seconds: what its guard gives it.
PREDECESSOR_SECONDS = 6

CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def memory_mib() -> int:
    """Return how much memory this machine, or the container, has, in MiB."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        # "max" in a container without a limit.
        whole = min(whole, int(CGROUP_LIMIT.read_text()))
    return whole // 2**20


def memory_for(mib: int) -> dict[str, str]:
    """Return the settings that go by the memory of the machine, in MiB.

    PostgreSQL's documentation advises a quarter for the buffers of a server that has a machine to itself; here the web
    server and the worker want their share. A million leads with their indexes are 2.6 GB: where they do not fit, an
    update of one takes twice as long.
    """
    return {"shared_buffers": f"{min(max(mib // 8, 128), 4096)}MB", "effective_cache_size": f"{mib // 2}MB"}


# For one machine that also runs the web server and the worker. Nothing personal may reach the log: statements carry
# phone numbers (psycopg2 writes the values into them), and the detail of an error carries the row.
SETTINGS = {
    "max_connections": "100",
    **memory_for(memory_mib()),
    "maintenance_work_mem": "128MB",
    "work_mem": "8MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# Only for data that nobody misses after a power cut.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def character_types() -> str:
    """Return the locale by which PostgreSQL tells letters from other characters when it indexes text for the search.

    In "C" only those of English are letters: Hindi would be found all the same, but by reading every row.
    """
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        return locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


class WrongVersion(Exception):
    """The data were written by another major version of PostgreSQL."""


@dataclass
class PostgreSQL:
    """One cluster under `folder`, with the database `jini`, empty at first."""

    variable: ClassVar[str] = "DATABASE_URL"

    folder: Path
    log: Path
    account: Account | None
    programs: Path
    settings: Mapping[str, str]
    temporary: bool = False
    # The data folder of a stopped cluster, to begin with a copy of.
    template: Path | None = None
    sockets: Path = field(init=False)
    child: Child | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the server, after making its cluster the first time. Raise `WrongVersion`, `ChildDied`."""
        folders.closed(self.folder, self.account)
        if self.data.is_dir():
            self._check_version()
            self._outlive_predecessor()
        else:
            self._initialise()
        self.sockets = folders.sockets(self.folder, self.account)
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        self.child = Child(
            "PostgreSQL",
            [self.programs / "postgres", "-D", self.data, "-k", self.sockets, "-h", "", *options],
            self.log,
            POSTGRESQL_STOPS,
            env=bare_environment(),
            cwd=Path("/"),
            account=self.account,
            remove=folders.to_remove(self.folder, self.sockets, temporary=self.temporary),
        )
        self.child.start()

    def wait(self) -> None:
        """Return when the database `jini` can be used; raise `ChildDied` when the server ends or is silent."""
        if self.child is None:
            return
        wait_until(self._answers, self.child, seconds=START_SECONDS)
        with contextlib.closing(self._connect()) as connection, connection.cursor() as cursor:
            # CREATE DATABASE cannot run in a transaction.
            connection.autocommit = True
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION])
            if self.temporary and cursor.fetchone() is None:
                # `make check` asks this server as the application before anything is migrated. Elsewhere `migrate`
                # makes the role.
                cursor.execute(f"CREATE ROLE {APPLICATION} NOLOGIN NOBYPASSRLS")
                cursor.execute(f"GRANT {APPLICATION} TO {OWNER}")

    def check(self) -> None:
        if self.child is not None:
            self.child.check()

    def tell(self) -> None:
        if self.child is not None:
            self.child.tell()

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        """The address as both libpq and django-environ read it."""
        return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(self.sockets))}"

    def _initialise(self) -> None:
        """Make the cluster, under another name until it is whole. Text sorts by code point, as on every machine."""
        half = self.folder / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        if self.template is not None:
            # Owners stay who they are, which Python's own copying does not promise.
            subprocess.run(["cp", "-a", self.template, half], check=True)
            half.rename(self.data)
            return
        command: list[str | Path] = [
            self.programs / "initdb",
            "-D",
            half,
            "-U",
            OWNER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            f"--lc-ctype={character_types()}",
        ]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        with self.log.open("ab") as log:
            made = subprocess.run(
                [*command, *(["--no-sync"] if self.temporary else [])],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                env=bare_environment(),
                cwd="/",
                **identity(self.account),
            )
        if made.returncode != 0:
            raise ChildDied(f"initdb ended with code {made.returncode}. The end of {self.log}:\n{last_lines(self.log)}")
        half.rename(self.data)

    def _check_version(self) -> None:
        written_by = (self.data / "PG_VERSION").read_text().strip()
        program: list[str | Path] = [self.programs / "postgres", "--version"]
        version = subprocess.run(program, capture_output=True, text=True, check=True, cwd="/").stdout
        ours = version.split()[-1].partition(".")[0]
        if written_by != ours:
            raise WrongVersion(f"{self.data} was written by PostgreSQL {written_by}, this is {ours}: dump and restore")

    def _outlive_predecessor(self) -> None:
        """Wait for the server of a killed launcher, whose guard is ending it, and clear its mark.

        The caller holds the lock of this folder, so no living launcher has this server. PostgreSQL itself would refuse
        to start when the marked process number now belongs to any program of the same user.
        """
        mark = self.data / "postmaster.pid"
        end = time.monotonic() + PREDECESSOR_SECONDS
        while mark.exists() and self._is_server(mark) and time.monotonic() < end:
            time.sleep(0.05)
        if mark.exists() and not self._is_server(mark):
            mark.unlink(missing_ok=True)

    def _is_server(self, mark: Path) -> bool:
        with contextlib.suppress(OSError, IndexError):
            command = Path(f"/proc/{mark.read_text().split()[0]}/cmdline").read_bytes()
            return str(self.data).encode() in command
        return False

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _connect(self) -> Connection:
        return psycopg2.connect(host=str(self.sockets), user=OWNER, dbname="postgres")
