"""Importing a call log from a file, in short steps."""

import json
import tempfile
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for, current_organisation
from accounts.work import schedule
from dialer.actions.device_calls import Log, take_rows
from dialer.device_calls.files import FileRows, guess
from dialer.device_calls.joining import leads_with
from dialer.device_calls.reading import Outcome, Row, Verdict
from dialer.models import CallLogImport
from jini.lib.jobs import JobState
from leads.importing import sandbox
from leads.importing.reader import Refused
from privacy.tombstones import refuse

RUN = "dialer.import_call_log"
MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
STEP = 500
SHOWN = 10


class TooManyRows(Exception):
    """The file has more rows than one import takes."""


class MovedOn(Exception):
    """The import was started before; what was asked cannot be done any more."""


def accept_call_log(file: Any, *, kind: str, telecaller: Membership, by: Membership) -> CallLogImport:
    """Read `file`, an upload of `kind` (see `sandbox.kind_of`) with calls of `telecaller`, and guess its columns.

    A child process reads it, under limits of memory and time. Raises `Refused` of the reader, and `TooManyRows`.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "log", Path(folder) / "log.rows"
        source.write_bytes(file.read())
        found = sandbox.read(kind, source, target)
        if found["rows"] - 1 > MOST_ROWS:
            raise TooManyRows
        rows = [json.loads(line) for line in target.read_text("ascii").splitlines()]
    if len(rows) < 2:
        raise Refused("only_header")
    header = rows[0][1]
    made: CallLogImport = CallLogImport.objects.create(
        telecaller=telecaller,
        created_by=by,
        file_name=Path(file.name or "").name[:200],
        header=header,
        rows=rows[1:],
        mapping=guess(header),
        total=len(rows) - 1,
    )
    audit.record("call_log.uploaded", by=by, subject=made, rows=made.total, telecaller=str(telecaller.pk))
    return made


def set_mapping(call_import: CallLogImport, mapping: Mapping[str, str], *, by: Membership) -> None:
    """Say which column is what. Raises `MovedOn` once the import was started."""
    changed = CallLogImport.objects.filter(pk=call_import.pk, state=JobState.DRAFT).update(mapping=dict(mapping))
    if not changed:
        raise MovedOn
    audit.record("call_log.mapped", by=by, subject=call_import, fields=sorted(mapping.values()))


def look_ahead(call_import: CallLogImport) -> tuple[list[tuple[Sequence[str], Row | Verdict]], Counter[str]]:
    """Return the first rows with what is read of them, and how many of all would be taken, are of nobody, or are wrong.

    What is known already is told when the import runs.
    """
    read = _read(call_import, call_import.rows)
    leads = leads_with((one.phone for one in read if isinstance(one, Row)), call_import.telecaller)
    judged = [_unknown(one) if isinstance(one, Row) and one.phone not in leads else one for one in read]
    counts = Counter("taken" if isinstance(one, Row) else one.code or "wrong" for one in judged)
    unknown = counts["number_unknown"]
    shown = [(cells, one) for (__, cells), one in zip(call_import.rows[:SHOWN], judged, strict=False)]
    return shown, Counter(taken=counts["taken"], unknown=unknown, wrong=len(read) - counts["taken"] - unknown)


@transaction.atomic
def start_import(call_import: CallLogImport, *, by: Membership) -> None:
    """Let the import run. Raises `MovedOn` for the second press."""
    row: CallLogImport = CallLogImport.objects.select_for_update(of=("self",)).get(pk=call_import.pk)
    if row.state != JobState.DRAFT:
        raise MovedOn
    row.state, row.started_at = JobState.QUEUED, timezone.now()
    row.save(update_fields=["state", "started_at"])
    schedule(RUN, row.pk)
    audit.record("call_log.started", by=by, subject=row, rows=row.total)


def import_stretch(organisation: Organisation, import_id: uuid.UUID) -> bool:
    """Take the next rows in a transaction of their own; return whether some are left. Safe to run twice."""
    with acting_for(organisation):
        job: CallLogImport | None = (
            CallLogImport.objects.select_for_update(of=("self",))
            .select_related("telecaller")
            .filter(pk=import_id, state__in=[JobState.QUEUED, JobState.RUNNING])
            .first()
        )
        if job is None:
            return False
        rows = job.rows[job.done : job.done + STEP]
        read = _read(job, rows)
        verdicts = take_rows(read, Log(job.telecaller))
        cells = dict(map(tuple, rows)) | _of_erased(read, verdicts)
        counts = Counter(job.counts)
        for verdict in verdicts:
            told = _unknown(verdict) if verdict.outcome is Outcome.PERSONAL else verdict
            counts[told.outcome] += 1
            if told.outcome is Outcome.REFUSED:
                job.refused.append([told.number, cells[told.number], told.field, str(told.message)])
        job.counts, job.done, job.state = dict(counts), job.done + len(rows), JobState.RUNNING
        if job.done >= len(job.rows):
            job.state, job.finished_at, job.rows = JobState.DONE, timezone.now(), []
        job.save(update_fields=["counts", "done", "state", "finished_at", "rows", "refused"])
        return bool(job.state == JobState.RUNNING)


def _read(job: CallLogImport, rows: Sequence[Any]) -> list[Row | Verdict]:
    reader = FileRows(job.mapping, zone=current_organisation().zone, now=timezone.now())
    return [reader.read(number, cells) for number, cells in rows]


def _of_erased(read: Sequence[Row | Verdict], verdicts: Sequence[Verdict]) -> dict[int, list[str]]:
    """Rows of people who were erased come in no more than others of nobody, and nothing of them is kept; it is counted."""
    unknown = {verdict.number for verdict in verdicts if verdict.outcome is Outcome.PERSONAL}
    phones = {one.number: one.phone for one in read if isinstance(one, Row) and one.number in unknown}
    erased = refuse(set(phones.values()))
    return {number: [] for number, phone in phones.items() if phone in erased}


def _unknown(row: Row | Verdict) -> Verdict:
    message = _("No lead has this number.")
    return Verdict(row.number, Outcome.REFUSED, code="number_unknown", field="number", message=message)
