"""A cluster whose database is migrated already, kept between runs of the tests: migrating is most of a short one."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jini.local import folders
from jini.local.children import server_account
from jini.local.postgresql import FORGETFUL, SETTINGS, PostgreSQL
from jini.local.services import CHECKOUT, Services, fresh_keys, postgresql_programs

# What a migrated database is made of: the migrations, ours and those of packages, what they and `migrate` call, and what
# the documents that `migrate` publishes are made of.
SOURCES = (
    "*/personal_data.py",
    "*/*_data.py",
    "jini/lib/*.py",
    "privacy/*.py",
    "privacy/documents/**/*",
    "locale/*/*/*.po",
    "*/migrations/*.py",
    "*/management/commands/migrate.py",
    "accounts/database.py",
    "accounts/migrations_tenancy.py",
    "privacy/policies.py",
    "privacy/documents/*.html",
    "jini/local/postgresql.py",
    "jini/settings.py",
    "requirements*.txt",
)
NOWHERE = "redis://127.0.0.1:1/0"


class NotMigrated(Exception):
    """The migrations failed; what they said stands above."""


def migrated_cluster() -> Path | None:
    """Return the data folder of a cluster whose database is migrated, made when the sources have changed.

    None where DATABASE_URL names a server. Raise `NotMigrated`, and what starting a server raises.
    """
    if os.environ.get(PostgreSQL.variable):
        return None
    root = folders.persistent(CHECKOUT / ".jini" / "tests", server_account())
    whole = root / _digest()
    with _alone(root):
        if not whole.is_dir():
            for left in root.iterdir():
                if left.is_dir():
                    shutil.rmtree(left)
            half = whole.with_suffix(".half")
            _make(half)
            half.rename(whole)
    return whole / "data"


def _digest() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for pattern in SOURCES:
        for path in sorted(path for path in CHECKOUT.glob(pattern) if path.is_file()):
            digest.update(str(path.relative_to(CHECKOUT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(folder: Path) -> None:
    account = server_account()
    server = PostgreSQL(folder, folder / "log", account, postgresql_programs(account), SETTINGS | FORGETFUL)
    services = Services([server])
    services.start()
    try:
        command = [sys.executable, str(CHECKOUT / "manage.py"), "migrate", "--no-input", "-v0"]
        environment = os.environ | fresh_keys() | {"REDIS_URL": NOWHERE} | services.environment
        if subprocess.run(command, env=environment, check=False).returncode:
            raise NotMigrated
    finally:
        services.stop()
