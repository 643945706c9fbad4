"""What must hold before anything is written: Python, the port, and no other JiNi of this checkout.

`make run` runs this file by itself, with whatever Python there is, before the virtual environment is made; so it uses
the standard library alone, and no syntax newer than the version that it refuses.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
import sys
from pathlib import Path
from typing import Iterator  # noqa: UP035 -- an old Python must get as far as the message
from urllib.error import URLError
from urllib.request import urlopen

OLDEST = (3, 11)
HOST = "127.0.0.1"
CHECKOUT = Path(__file__).resolve().parent.parent.parent
TAKEN = 3
WRONG = 2
_LISTENING = "0A"


class Refusal(Exception):
    """Why JiNi does not start; `code` is the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def address(port: int) -> str:
    return f"http://{HOST}:{port}"


def chosen_port() -> int:
    """Return PORT, or 8000. Raise `Refusal` when it is not a port."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Refusal(f"PORT is {given!r}; it must be a number from 1 to 65535.", WRONG)
    return int(given)


def check(port: int, folder: Path) -> None:
    """Raise `Refusal` when JiNi cannot start on `port`, or with code 0 when it runs already. Writes nothing."""
    if sys.version_info < OLDEST:
        raise Refusal(f"JiNi needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).", WRONG)
    running = running_here(folder)
    if running is not None:
        if answers(running["port"]):
            raise Refusal(f"JiNi runs already: {address(running['port'])} (pid {running['pid']})", 0)
        raise Refusal(
            f"JiNi of this folder is starting or stopping as pid {running['pid']}. "
            f"Wait a moment, or stop it: kill {running['pid']}",
            TAKEN,
        )
    check_port(port)


def running_here(folder: Path) -> dict[str, int] | None:
    """Return pid and port of the launcher that holds the lock of `folder`; None when nobody does."""
    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except PermissionError:
        raise Refusal(f"{folder} belongs to another user; run JiNi as that user, or remove it.", WRONG) from None
    except BlockingIOError:
        try:
            found = json.loads((folder / "running").read_text())
        except (OSError, ValueError):
            found = {}
        return {"pid": found.get("pid", 0), "port": found.get("port", 0)}
    return None


def answers(port: int) -> bool:
    """Return whether a web server on `port` says that it lives."""
    try:
        with urlopen(f"{address(port)}/livez", timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError, ValueError):
        return False


def check_port(port: int) -> None:
    """Raise `Refusal` that names who holds `port`, when it cannot be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Refusal(
                    f"Only root may listen on port {port}. Choose another: PORT=8001 make run", WRONG
                ) from error
            other = port + 1 if port < 65535 else port - 1
            raise Refusal(
                f"Port {port} is taken by {holder(port)}. Stop it, or choose another: PORT={other} make run", TAKEN
            ) from error


def holder(port: int) -> str:
    """Return who listens on `port`: "pid 4123 (python manage.py …)", as far as /proc tells us."""
    sockets = set(_listening(port))
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(str(handle.readlink()) in sockets for handle in (process / "fd").iterdir()):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                return f"pid {process.name} ({command[:120]})"
    return "a process of another user" if sockets else "another process"


def _listening(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                parts = line.split()
                if parts[3] == _LISTENING and int(parts[1].rpartition(":")[2], 16) == port:
                    yield f"socket:[{parts[9]}]"


def main() -> int:
    try:
        check(chosen_port(), CHECKOUT / ".jini")
    except Refusal as refusal:
        # That it runs already is said by the launcher itself, once.
        if refusal.code:
            print(refusal, file=sys.stderr)
        return refusal.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
