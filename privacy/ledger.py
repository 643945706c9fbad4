"""The ledger of erasures: what was erased, written outside of the database, so that no restored backup brings it back.

One file in `settings.ERASURE_LEDGER`, to which lines are added and from which none is taken: JSON with ids, times and
keyed hashes, never a name, number or address. Each line holds the hash of the one before it, so that a torn or missing
line is noticed. Whoever erases calls `note` before anything is deleted; `privacy.actions.replaying` erases again.
"""

import fcntl
import hashlib
import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from privacy.models import NotedErasure

FILE = "erasures.jsonl"


class Kind(StrEnum):
    LEAD = "lead"
    # Somebody's own account, with their place in every organisation.
    USER = "user"
    ORGANISATION = "organisation"


class Unreadable(Exception):
    """The ledger cannot be read or written where the settings say."""


@dataclass(frozen=True)
class Entry:
    """One erasure. `ids` are further rows that were the same person; `marks` kinds and keyed hashes (`privacy.tombstones`).

    `by` is the membership that asked for it. `at` is a time in UTC, as ISO 8601 says it.
    """

    number: int
    at: str
    kind: Kind
    subject: uuid.UUID
    organisation: uuid.UUID | None
    ids: tuple[uuid.UUID, ...]
    marks: tuple[tuple[str, str], ...]
    by: uuid.UUID | None
    previous: str
    sha256: str

    @property
    def key(self) -> str:
        return key_of(self.kind, self.subject)


@dataclass(frozen=True)
class Reading:
    """What stands in the ledger, and what is wrong with it: a sentence each."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def key_of(kind: Kind, subject: uuid.UUID) -> str:
    """Return the name by which an erasure is known in the ledger and in the database."""
    return f"{kind}:{subject}"


def note(
    kind: Kind,
    subject: uuid.UUID,
    *,
    organisation: uuid.UUID | None = None,
    ids: Iterable[uuid.UUID] = (),
    marks: Iterable[tuple[str, str]] = (),
    by: uuid.UUID | None = None,
) -> None:
    """Write down that `subject` is erased, when it cannot be called off any more and before anything is deleted.

    It is on the disk when this returns; that this database knows it is part of the open transaction. Twice is once.
    Raises `Unreadable` when it cannot be written: then nothing may be deleted, and the step is to be taken again.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an erasure is noted in the transaction that decides it")
    said: dict[str, Any] = {
        "key": key_of(kind, subject),
        "at": timezone.now().isoformat(timespec="seconds"),
        "kind": kind.value,
        "subject": str(subject),
        "organisation": str(organisation) if organisation else None,
        "ids": [str(each) for each in ids],
        "marks": [list(mark) for mark in marks],
        "by": str(by) if by else None,
    }
    try:
        _append(said)
    except OSError as error:
        raise Unreadable(f"{settings.ERASURE_LEDGER}: {type(error).__name__}") from error
    know(said["key"])


def know(key: str) -> None:
    """Have this database know that the erasure of this key was carried out in it, or is owed."""
    NotedErasure.objects.get_or_create(key=key)


def _append(said: dict[str, Any]) -> None:
    folder: Path = settings.ERASURE_LEDGER
    is_new = not (folder / FILE).exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held = file.read()
        entries = _read(held).entries
        if not any(entry.key == said["key"] for entry in entries):
            last = entries[-1] if entries else None
            line = said | {"number": last.number + 1 if last else 1, "previous": last.sha256 if last else ""}
            # A line that was torn ends here; what it was to say was never reported as done.
            start = b"" if not held or held.endswith(b"\n") else b"\n"
            file.write(start + json.dumps(line | {"sha256": _digest(line)}, sort_keys=True).encode() + b"\n")
            file.flush()
        # Also when somebody else wrote it: this process is about to rely on it.
        os.fsync(file.fileno())
    if is_new:
        _sync(folder)


def _sync(folder: Path) -> None:
    """Have the folder itself on the disk, in which the new file is named."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def read() -> Reading:
    """Return all entries and what is wrong; nothing when there is no ledger yet. Raises `Unreadable`."""
    try:
        return _read((settings.ERASURE_LEDGER / FILE).read_bytes())
    except FileNotFoundError:
        return Reading()
    except OSError as error:
        raise Unreadable(f"{settings.ERASURE_LEDGER}: {type(error).__name__}") from error


def _read(held: bytes) -> Reading:
    found, last = Reading(), None
    lines = held.split(b"\n")
    for place, line in enumerate(lines, start=1):
        if not line:
            continue
        entry = _entry(line)
        if entry is None:
            if place == len(lines):
                found.faults.append(f"line {place} is torn: its erasure was not reported as done")
            continue
        if entry.previous != (last.sha256 if last else "") or entry.number != (last.number + 1 if last else 1):
            found.faults.append(f"entries before line {place} are missing or were changed")
        found.entries.append(entry)
        last = entry
    return found


def _entry(line: bytes) -> Entry | None:
    """Return what a line says; None when it is no whole entry."""
    try:
        said = json.loads(line)
        digest = said.pop("sha256")
        if digest != _digest(said):
            return None
        return Entry(
            number=said["number"],
            at=said["at"],
            kind=Kind(said["kind"]),
            subject=uuid.UUID(said["subject"]),
            organisation=uuid.UUID(said["organisation"]) if said["organisation"] else None,
            ids=tuple(uuid.UUID(each) for each in said["ids"]),
            marks=tuple((kind, mark) for kind, mark in said["marks"]),
            by=uuid.UUID(said["by"]) if said["by"] else None,
            previous=said["previous"],
            sha256=digest,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def unknown(reading: Reading) -> list[Entry]:
    """Return the erasures that this database knows nothing of: it is older than the ledger."""
    known = set(NotedErasure.objects.values_list("key", flat=True)) if reading.entries else set()
    return [entry for entry in reading.entries if entry.key not in known]


def lost(reading: Reading) -> int:
    """Return how many erasures this database knows that the ledger lacks: it is not the ledger of this database."""
    return NotedErasure.objects.exclude(key__in=[entry.key for entry in reading.entries]).count()
