"""Folders that the servers may use: reachable by the user they run as, closed to everyone else, with short sockets."""

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from jini.local.children import Account, identity

# A socket's path has room for 107 bytes on Linux and 103 on macOS, its name (".s.PGSQL.5432") included.
LONGEST_SOCKET = 100
SOCKET_NAME = "/.s.PGSQL.5432"


class UnsafeFolder(Exception):
    """A folder that we would trust belongs to, or can be written by, someone else."""


def reachable(folder: Path, account: Account | None) -> bool:
    """Return whether `account` can enter `folder`, by trying it (modes alone do not tell: access lists, mounts)."""
    command = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
    return subprocess.run(command, capture_output=True, check=False, cwd="/", **identity(account)).returncode == 0


def runs(program: Path, account: Account | None) -> bool:
    """Return whether `account` can run `program`, by asking for its version."""
    try:
        tried = subprocess.run([program, "--version"], capture_output=True, check=False, cwd="/", **identity(account))
    except OSError:
        return False
    return tried.returncode == 0


def persistent(folder: Path, account: Account | None) -> Path:
    """Return `folder`, or where its parents are closed to `account` a lasting folder of its own among temporary files."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is None:
        return folder
    folder.chmod(0o711)
    if reachable(folder, account):
        return folder
    other = stand_in(folder)
    pointer = folder / "data-are-in"
    if not pointer.exists():
        # `folder` is new: whoever removed the earlier one wanted to begin again, and its keys are gone as well.
        for left in other.iterdir():
            shutil.rmtree(left)
        pointer.write_text(f"{other}\n")
    return other


def stand_in_name(for_folder: Path) -> Path:
    """Return where the stand-in of `for_folder` is, made or not: always the same place, kept by a restart."""
    base = next(base for base in (Path("/var/tmp"), Path(tempfile.gettempdir())) if base.is_dir())
    return base / f"jini-{hashlib.sha256(str(for_folder).encode()).hexdigest()[:12]}"


def stand_in(for_folder: Path) -> Path:
    """Return the lasting folder among temporary files that stands in for `for_folder`, created if need be.

    Raise `UnsafeFolder` when someone else made it or may write to it: its name can be guessed.
    """
    folder = stand_in_name(for_folder)
    folder.mkdir(mode=0o711, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise UnsafeFolder(f"{folder} was made by someone else; remove it, or move the checkout out of /root")
    folder.chmod(0o711)
    return folder


def throw_away(account: Account | None) -> Path:
    """Return a new, short-named temporary folder that `account` can enter."""
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if len(base) < LONGEST_SOCKET // 2 and Path(base).is_dir() and reachable(Path(base), account):
            folder = Path(tempfile.mkdtemp(prefix="jini-", dir=base))
            folder.chmod(0o711)
            return folder
    raise UnsafeFolder("no temporary folder is open to the user that PostgreSQL would run as")


def closed(folder: Path, account: Account | None) -> Path:
    """Return `folder`, created if need be, owned by `account` with all it holds, and closed to everyone else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if account is not None and folder.stat().st_uid != account.uid:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return folder


def sockets(folder: Path, account: Account | None) -> Path:
    """Return the folder for sockets under `folder`, or a short-named temporary one where the path would be too long."""
    path = folder / "run"
    if len(os.fsencode(path)) + len(SOCKET_NAME) <= LONGEST_SOCKET:
        shutil.rmtree(path, ignore_errors=True)
        return closed(path, account)
    return closed(throw_away(account), account)


def to_remove(folder: Path, socket_folder: Path, *, temporary: bool) -> list[Path]:
    """Return what goes when a server ends: its sockets where they lie elsewhere, and all of it when it is temporary."""
    elsewhere = [] if socket_folder.is_relative_to(folder) else [socket_folder]
    return [*elsewhere, folder] if temporary else elsewhere
