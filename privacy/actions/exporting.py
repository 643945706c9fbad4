"""Copies of what is held: asking for one, writing it step by step, handing it out, forgetting it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, work
from accounts.actions.notifying import notify
from accounts.actions.reminding import MAIL
from accounts.models import Membership, Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for, current_organisation
from jini.lib.jobs import JobState
from privacy.exporting import packing, writing
from privacy.exporting.scope import Part, files_of, parts_of
from privacy.exporting.writing import header, write_slice
from privacy.models import Export, ExportPart
from privacy.models.export import FETCHED_WITHIN

WRITE, FORGET = "privacy.write_export", "privacy.forget_export"
ASKED, READY, FETCHED = "privacy.export_asked", "privacy.export_ready", "privacy.export_fetched"
# reliability.md D4: one at a time, two a day.
MOST_A_DAY = 2
DAY = dt.timedelta(days=1)


class OneIsWritten(Exception):
    """Another copy that the person asked for is being written."""


class EnoughForToday(Exception):
    """The person asked for as many copies as may be had within a day."""


@transaction.atomic
def ask_for_export(kind: str, *, by: Membership, lead_id: uuid.UUID | None = None) -> Export:
    """Accept the wish for a copy, and owe its writing. Raises `OneIsWritten` and `EnoughForToday`.

    `lead_id` is a lead that `by` may see. All owners are told of a copy of the organisation.
    """
    # One after the other, so that two tabs cannot both be the last of a day.
    Membership.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    own = Export.objects.filter(created_by=by, kind=kind, created_at__gt=timezone.now() - DAY)
    if kind != Export.Kind.LEAD and own.exclude(state=JobState.CANCELLED).count() >= MOST_A_DAY:
        raise EnoughForToday
    made = Export(kind=kind, created_by=by, lead_id=lead_id, language=by.user.language, state=JobState.QUEUED)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise OneIsWritten from error
    audit.record("export.asked", by=by, subject=made, kind=kind, lead=str(lead_id) if lead_id else None)
    if kind == Export.Kind.ORGANISATION:
        _tell(_owners(), ASKED, made, once=f"{ASKED}:{made.pk}")
    work.schedule(WRITE, made.pk)
    return made


@transaction.atomic
def cancel_export(export: Export, *, by: Membership) -> Export:
    """Stop writing a copy, and forget what was written; one that is finished stays."""
    found: Export = Export.objects.select_for_update().get(pk=export.pk)
    if found.is_going_on:
        found.state, found.finished_at = JobState.CANCELLED, timezone.now()
        found.save(update_fields=["state", "finished_at"])
        audit.record("export.cancelled", by=by, subject=found)
        work.schedule(FORGET, found.pk)
    return found


def write_on(organisation: Organisation, export_id: uuid.UUID) -> bool:
    """Write the next rows of a copy, or put its archives together; return whether more is to do.

    What a step writes behind the length that was committed is cut off by the next one: a slice is there once, however
    often a worker dies.
    """
    with acting_for(organisation):
        export = _locked(export_id)
        if export is None:
            # Whoever finished it may have died before the rest was removed: then the task comes once more.
            for done in Export.objects.filter(pk=export_id, state=JobState.DONE):
                packing.drop_tables(done)
            return False
        parts = parts_of(export)
        if export.cursor["table"] < len(parts):
            written = 0
            # Most tables have few rows: one step takes as many of them as make a slice.
            while written < writing.SLICE and export.cursor["table"] < len(parts):
                written += _write_slice(export, parts)
            export.save(update_fields=["state", "started_at", "done", "total", "cursor"])
            return True
    _pack(organisation, export, parts)
    return False


def _locked(export_id: uuid.UUID) -> Export | None:
    found = Export.objects.select_for_update(of=("self",)).select_related("created_by__user").filter(pk=export_id)
    export: Export | None = found.first()
    if export is None or not export.is_going_on:
        return None
    if export.started_at is None:
        export.state, export.started_at = JobState.RUNNING, timezone.now()
        export.cursor = {"table": 0, "after": None, "sizes": {}, "rows": {}}
    return export


def _write_slice(export: Export, parts: list[Part]) -> int:
    cursor, part = export.cursor, parts[export.cursor["table"]]
    export.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _at_length(export, f"{part.name}.jsonl") as exact, _at_length(export, f"{part.name}.csv") as sheet:
        if not sheet.tell():
            sheet.write(header(part))
        count, after = write_slice(part, cursor["after"], exact, sheet)
        cursor["sizes"] |= {f"{part.name}.jsonl": exact.tell(), f"{part.name}.csv": sheet.tell()}
    cursor["rows"][part.name] = cursor["rows"].get(part.name, 0) + count
    cursor["after"] = after
    cursor["table"] += after is None
    export.done, export.total = cursor["table"], len(parts) + 1
    return count


def _at_length(export: Export, name: str) -> Any:
    """Open a file to write on where the committed part of it ends."""
    path: Path = export.folder / name
    file = path.open("r+b" if path.exists() else "w+b")
    path.chmod(0o600)
    file.truncate(export.cursor["sizes"].get(name, 0))
    file.seek(0, 2)
    return file


def _pack(organisation: Organisation, export: Export, parts: list[Part]) -> None:
    """Put the archives together outside of every transaction, and let the copy be whole in one."""
    packed = [
        packing.pack_tables(export, organisation, parts),
        *packing.pack_files(export, files_of(export, organisation)),
    ]
    with acting_for(organisation):
        found = _locked(export.pk)
        if found is None:
            return
        for number, one in enumerate(packed, start=1):
            name = f"{found.pk}/{one.path.name}"
            ExportPart.objects.create(export=found, number=number, file=name, bytes=one.bytes, sha256=one.sha256)
        now = timezone.now()
        found.state, found.finished_at, found.until = JobState.DONE, now, now + FETCHED_WITHIN
        found.done = found.total = found.cursor["table"] + 1
        found.save(update_fields=["state", "finished_at", "until", "done", "total"])
        audit.record("export.written", by=None, subject=found, parts=len(packed))
        work.schedule(FORGET, found.pk, due_at=found.until)
        _tell([found.created_by], READY, found, once=f"{READY}:{found.pk}")
    packing.drop_tables(export)


@transaction.atomic
def note_fetching(part: ExportPart, *, by: Membership) -> None:
    """Write down that a part was fetched; all owners are told when it is the organisation's."""
    audit.record("export.fetched", by=by, subject=part.export, part=part.number)
    if part.export.kind == Export.Kind.ORGANISATION:
        _tell(_owners(), FETCHED, part.export, once="")


def forget_export(organisation: Organisation, export_id: uuid.UUID) -> dt.datetime | None:
    """Remove the files of a copy whose time is over, or that was cancelled; return when to come again."""
    with acting_for(organisation):
        export: Export | None = Export.objects.select_for_update().filter(pk=export_id).first()
        if export is None or export.is_going_on:
            return None
        if export.can_be_fetched:
            return export.until
        ExportPart.objects.filter(export=export).delete()
        export.removed_at = export.removed_at or timezone.now()
        export.save(update_fields=["removed_at"])
    packing.forget(export)
    return None


def forget_copies(export_ids: Sequence[uuid.UUID]) -> None:
    """Remove the files of copies whose organisation is erased."""
    for export in Export.objects.filter(pk__in=list(export_ids)):
        packing.forget(export)


def _owners() -> Iterable[Membership]:
    return Membership.objects.of(current_organisation()).active().filter(role=Role.OWNER)


def _tell(people: Iterable[Membership], kind: str, export: Export, *, once: str) -> None:
    """Tell people under the bell and by e-mail, whatever they chose for reminders: it is about everybody's data."""
    for notice in notify(people, kind, url=export.get_absolute_url(), details={"export": str(export.pk)}, once=once):
        work.schedule(MAIL, notice.pk)
