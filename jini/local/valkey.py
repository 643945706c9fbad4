"""Valkey as our child: it wakes the workers and keeps nothing, since PostgreSQL is the truth."""

import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from jini.local import folders
from jini.local.children import VALKEY_STOPS, Account, Child, bare_environment, wait_until

START_SECONDS = 20


@dataclass
class Valkey:
    """One server on a Unix socket under `folder`, without a port and without a file."""

    variable: ClassVar[str] = "REDIS_URL"

    folder: Path
    log: Path
    account: Account | None
    programs: Path
    temporary: bool = False
    sockets: Path = field(init=False)
    child: Child | None = field(default=None, init=False)

    def start(self) -> None:
        folders.closed(self.folder, self.account)
        self.sockets = folders.sockets(self.folder, self.account)
        command: list[str | Path] = [self.programs / "valkey-server", "--port", "0", "--unixsocket", self.socket]
        command += ["--unixsocketperm", "700", "--dir", self.folder, "--save", "", "--appendonly", "no"]
        command += ["--maxmemory", "256mb", "--maxmemory-policy", "noeviction"]
        self.child = Child(
            "Valkey",
            command,
            self.log,
            VALKEY_STOPS,
            env=bare_environment(),
            cwd=Path("/"),
            account=self.account,
            remove=folders.to_remove(self.folder, self.sockets, temporary=self.temporary),
        )
        self.child.start()

    def wait(self) -> None:
        """Return when it answers; raise `ChildDied` when it does not."""
        if self.child is not None:
            wait_until(self._answers, self.child, seconds=START_SECONDS)

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
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """The address as Celery (kombu) reads it."""
        return f"redis+socket://{quote(str(self.socket))}"

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(7) == b"+PONG\r\n"
            except OSError:
                return False
