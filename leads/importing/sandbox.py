"""Opening an uploaded file: what can be told from its outside, and then the child that reads it."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from leads.importing.reader import Refused

LONGEST_READING = 90
MEGABYTE = 1024 * 1024
# An Excel file is a ZIP archive: what it says it holds is compared with what it weighs before anything is unpacked.
MOST_INFLATED = 600 * 1024 * 1024
MOST_RATIO = 100
RATIO_COUNTS_FROM = 20 * 1024 * 1024
MOST_PARTS = 1_000
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def kind_of(file: IO[bytes], size: int) -> str:
    """Return "csv" or "excel" by the first bytes of `file` of `size` bytes, whatever it is called; raise `Refused`."""
    if size > settings.IMPORT_MAX_BYTES:
        raise Refused("too_large", size=-(-size // MEGABYTE), most=settings.IMPORT_MAX_BYTES // MEGABYTE)
    start = file.read(8)
    file.seek(0)
    if not start:
        raise Refused("empty")
    if start.startswith(ZIP):
        _weigh(file)
        return "excel"
    return "excel" if start == OLE else "csv"


def _weigh(file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Refused("broken") from error
    finally:
        file.seek(0)
    inflated, packed = (sum(part.file_size for part in parts), sum(part.compress_size for part in parts))
    if len(parts) > MOST_PARTS or inflated > MOST_INFLATED:
        raise Refused("bomb")
    if inflated > RATIO_COUNTS_FROM and inflated > packed * MOST_RATIO:
        raise Refused("bomb")
    if not any(part.filename.startswith("xl/") for part in parts):
        raise Refused("zip")


def read(kind: str, source: Path, target: Path) -> dict[str, Any]:
    """Have a child write the rows of `source` to `target`; return what it found (see `reader.convert`).

    Raises `Refused`, also with "too_complex" when the child was stopped by its limits. The target is written beside
    and moved into place, so that it is never half there.
    """
    beside = target.with_suffix(".part")
    command = [sys.executable, "-m", "leads.importing.reader", kind, str(source), str(beside)]
    try:
        done = subprocess.run(  # noqa: S603 -- our own module; the file's name is an argument, never a command
            command, cwd=settings.BASE_DIR, env={}, capture_output=True, timeout=LONGEST_READING, check=False
        )
        if done.returncode:
            raise Refused("too_complex")
        answer: dict[str, Any] = json.loads(done.stdout)
        if code := answer.pop("refusal", ""):
            raise Refused(code, **answer)
        beside.replace(target)
    except subprocess.TimeoutExpired as error:
        raise Refused("too_complex") from error
    finally:
        beside.unlink(missing_ok=True)
    return answer
