"""PostgreSQL and Valkey as our own children on Unix sockets: persistent for `run`, throw-away for tests and benchmarks."""

import os
import secrets
import shutil
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jini.local import binaries, folders
from jini.local.children import Account, server_account
from jini.local.postgresql import FORGETFUL, SETTINGS, PostgreSQL
from jini.local.valkey import Valkey

CHECKOUT = Path(__file__).resolve().parents[2]
Server = PostgreSQL | Valkey


@dataclass
class Services:
    """The servers that the environment does not already name in DATABASE_URL and REDIS_URL."""

    servers: list[Server]
    # Removed at the end.
    throw_away: Path | None = None

    def start(self) -> None:
        """Start all, side by side; return when they answer. Raise `ChildDied` when one does not."""
        try:
            for server in self.servers:
                server.start()
            for server in self.servers:
                server.wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop Valkey, then PostgreSQL."""
        for server in reversed(self.servers):
            server.stop()
        if self.throw_away is not None:
            shutil.rmtree(self.throw_away, ignore_errors=True)

    def tell(self) -> None:
        """Ask all to end, without waiting."""
        for server in self.servers:
            server.tell()

    def check(self) -> None:
        """Raise `ChildDied` when one of them is no longer there."""
        for server in self.servers:
            server.check()

    @property
    def environment(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL of the servers that we started."""
        return {server.variable: server.url for server in self.servers}


def persistent_services(root: Path, logs: Path) -> Services:
    """Return servers whose data stay under `root` between runs, or where its parents are closed, under its stand-in."""
    account = server_account()
    root = folders.persistent(root, account)
    return Services(
        [
            *_postgresql(root / "postgresql", logs / "postgresql.log", account, SETTINGS),
            *_valkey(root / "valkey", logs / "valkey.log", account),
        ]
    )


def throw_away_services(*, durable: bool = False, template: Path | None = None) -> Services:
    """Return servers whose data vanish with them; `durable` keeps fsync on, as a benchmark of real commits needs it.

    PostgreSQL begins with a copy of the data folder `template`, where there is one.
    """
    account = server_account()
    root = folders.throw_away(account)
    settings = SETTINGS if durable else SETTINGS | FORGETFUL
    servers: list[Server] = [
        *_postgresql(
            root / "postgresql", root / "postgresql" / "log", account, settings, temporary=True, template=template
        ),
        *_valkey(root / "valkey", root / "valkey" / "log", account, temporary=True),
    ]
    return Services(servers, throw_away=root)


def fresh_keys() -> dict[str, str]:
    """Return new secrets of the kind that the settings refuse to start without, and those of push messages."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "VAPID_PRIVATE_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="),
    }


def postgresql_programs(account: Account | None) -> Path:
    """Return the folder of PostgreSQL's programs, where `account` may run them."""
    programs = binaries.postgresql()
    if not folders.runs(programs / "postgres", account):
        programs = binaries.copied(programs, folders.stand_in(CHECKOUT))
    return programs


def _postgresql(
    folder: Path, log: Path, account: Account | None, settings: dict[str, str], **more: Any
) -> list[PostgreSQL]:
    if os.environ.get(PostgreSQL.variable):
        return []
    return [PostgreSQL(folder, log, account, postgresql_programs(account), settings, **more)]


def _valkey(folder: Path, log: Path, account: Account | None, *, temporary: bool = False) -> list[Valkey]:
    if os.environ.get(Valkey.variable):
        return []
    programs = binaries.valkey()
    if not folders.runs(programs / "valkey-server", account):
        programs = binaries.copied(programs, folders.stand_in(CHECKOUT))
    return [Valkey(folder, log, account, programs, temporary=temporary)]
