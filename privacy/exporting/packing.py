"""From the written tables to what is handed out: archives with a list of what is in them and how to read it."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import Organisation
from jini.lib.retention import SCHEDULE
from privacy.exporting.scope import Part, Stored, left_out
from privacy.models import Export

FORMAT = 1
# Files that belong to rows are put into archives of so many bytes, so that each can be fetched and kept.
MOST_BYTES = 1_000_000_000
CHUNK = 1_000_000
# Text compresses to a sixth at the lowest level; higher ones take thrice as long for a few per cent.
LEVEL = 1


@dataclass(frozen=True)
class Packed:
    """An archive that is whole and on the disk."""

    path: Path
    bytes: int
    sha256: str


def pack_tables(export: Export, organisation: Organisation, parts: Sequence[Part]) -> Packed:
    """Write the archive of all tables: exact lines, copies for spreadsheets, what they mean, and the list of all."""
    folder = export.folder
    with _archive(folder / "tables.zip") as archive:
        listed = []
        for part in parts:
            for name in (f"exact/{part.name}.jsonl", f"sheets/{part.name}.csv"):
                archive.write(folder / Path(name).name, name)
                listed.append(_listed(folder / Path(name).name, name, export.cursor["rows"].get(part.name, 0)))
            archive.writestr(f"meaning/{part.name}.json", _json(_meaning(part)))
        archive.writestr("manifest.json", _json(_manifest(export, organisation, listed)))
        archive.writestr("README.txt", _readme(export, organisation))
    return _finished(folder / "tables.zip")


def pack_files(export: Export, files: Iterable[Stored]) -> Iterator[Packed]:
    """Write the archives of the files that belong to rows; none when there are no files. A file that is lost is named."""
    batch: list[Stored] = []
    size, number = 0, 1
    for one in files:
        if batch and size + one.bytes > MOST_BYTES:
            yield _pack_batch(export, batch, number)
            batch, size, number = [], 0, number + 1
        batch.append(one)
        size += one.bytes
    if batch:
        yield _pack_batch(export, batch, number)


def _pack_batch(export: Export, batch: list[Stored], number: int) -> Packed:
    path, listed = export.folder / f"files-{number}.zip", []
    with _archive(path) as archive:
        for one in batch:
            name = f"files/{one.table}/{one.key}/{_plain(one.name)}"
            if not one.storage.exists(one.stored):
                listed.append({"name": name, "missing": True})
                continue
            digest = hashlib.sha256()
            with (
                one.storage.open(one.stored, "rb") as source,
                archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target,
            ):
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
            listed.append({"name": name, "bytes": one.bytes, "sha256": digest.hexdigest()})
        archive.writestr("manifest.json", _json({"format": FORMAT, "export": str(export.pk), "files": listed}))
    return _finished(path)


def _plain(given: str) -> str:
    """The name that people gave a file, without a way out of its folder."""
    return "".join("_" if letter in '/\\:*?"<>|' or letter < " " else letter for letter in given).strip(". ") or "file"


def _archive(path: Path) -> zipfile.ZipFile:
    """A new archive under another name, until it is whole."""
    return zipfile.ZipFile(_half(path), "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)


def _half(path: Path) -> Path:
    return path.with_suffix(f".{os.getpid()}.half")


def _finished(path: Path) -> Packed:
    half, digest = _half(path), hashlib.sha256()
    with half.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        os.fsync(file.fileno())
    half.chmod(0o600)
    half.rename(path)
    return Packed(path, path.stat().st_size, digest.hexdigest())


def _listed(path: Path, name: str, rows: int) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": name, "rows": rows, "bytes": path.stat().st_size, "sha256": digest}


def _manifest(export: Export, organisation: Organisation, listed: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "export": str(export.pk),
        "kind": export.kind,
        "organisation": {"id": str(organisation.pk), "name": organisation.name},
        "asked_at": export.created_at.isoformat(),
        "written_from": export.started_at.isoformat() if export.started_at else None,
        "written_to": timezone.now().isoformat(),
        "files": listed,
        "left_out": [{"table": table, "columns": names, "why": why} for table, names, why in left_out(export)],
    }


def _meaning(part: Part) -> dict[str, Any]:
    """What a table is, and of each column what kind of data it holds, why, and how long."""
    with translation.override("en"):
        return {
            "table": part.table.model,
            "what": str(part.table.what),
            "columns": [
                {
                    "name": column.name,
                    "kind": str(column.kind),
                    "about": str(column.whose),
                    "why": str(column.purpose),
                    "ground": str(column.basis),
                    "kept": str(SCHEDULE[column.keep].label) if column.keep in SCHEDULE else "",
                }
                for column in part.columns
            ],
        }


def _readme(export: Export, organisation: Organisation) -> str:
    with translation.override(export.language), timezone.override(organisation.zone):
        return render_to_string("privacy/export_readme.txt", {"export": export, "organisation": organisation})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def drop_tables(export: Export) -> None:
    """Remove the written tables, which stand in the archive by now, and archives whose worker died over them."""
    for kind in ("*.jsonl", "*.csv", "*.half"):
        for name in export.folder.glob(kind):
            name.unlink(missing_ok=True)


def forget(export: Export) -> None:
    """Remove everything that was written for a copy; twice is once."""
    shutil.rmtree(export.folder, ignore_errors=True)
