"""Importing a list: accept the file, read it, map it, look ahead over all of it, run, stop, take it back."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from accounts.work import schedule
from jini.lib.ids import uuid7
from jini.lib.jobs import JobState
from leads.actions import list_fields
from leads.actions.looking import owe_look
from leads.erased import without_erased
from leads.importing import columns, sandbox, stored
from leads.importing.ahead import ReadAhead
from leads.importing.consenting import AT, HOW, WORDING
from leads.importing.deciding import Decision, Verdict, decide, differences
from leads.importing.loading import Terms, known_leads, load, noted, unseen_by
from leads.importing.owning import Owners, owners_of
from leads.importing.reader import Refused
from leads.importing.rows import Row, Values, agreed
from leads.models import CustomField, ImportBatch, ImportSource, Status, Tag
from privacy.models import DoNotCall

READ, PREVIEW, RUN, UNDO = "leads.import_read", "leads.import_preview", "leads.import_run", "leads.import_undo"
SHOWN_ROWS = 50
SAMPLE_ROWS = 20
Step = ImportBatch.Step
COUNTED = [*Verdict.values, "warnings"]


class NotPossible(Exception):
    """The import has moved on: what was asked cannot be done any more."""


def accept_file(
    file: Any,
    *,
    kind: str,
    by: Membership,
    like: ImportBatch | None = None,
    source: ImportSource | None = None,
) -> ImportBatch:
    """Keep `file`, an upload of `kind` (see `sandbox.kind_of`), and owe its reading.

    It begins with the settings of `like`; one that a `source` has fetched is mapped as that says, and imported.
    """
    batch = ImportBatch(
        pk=uuid7(),
        state=JobState.QUEUED,
        created_by=by,
        file_name=Path(file.name or "").name[:200],
        file_bytes=file.size or 0,
        format={"kind": kind},
        like=like,
        source=source,
        started_at=timezone.now(),
    )
    batch.file.save(f"{batch.pk}.{kind}", file, save=False)
    with transaction.atomic():
        batch.save()
        audit.record("import.uploaded", by=by, subject=batch, bytes=batch.file_bytes)
        schedule(READ, batch.pk)
    return batch


def read_file(organisation: Organisation, batch_id: uuid.UUID) -> None:
    """Have the file read by the child, and write down what was found or why it was refused."""
    with acting_for(organisation):
        if (batch := _in(batch_id, Step.READ, JobState.QUEUED, JobState.RUNNING)) is None:
            return
        ImportBatch.objects.filter(pk=batch.pk).update(state=JobState.RUNNING)
    try:
        found = sandbox.read(batch.format["kind"], Path(batch.file.path), stored.rows_path(batch))
        has_header = _has_header(batch, found["rows"])
    except Refused as refusal:
        failure = {"code": refusal.code, **refusal.more}
        _finish(organisation, batch, Step.READ, JobState.FAILED, failure=failure)
        return
    head = stored.head(batch, SAMPLE_ROWS + 1)
    header = head[0] if has_header else []
    header = [header[place].strip() if place < len(header) else "" for place in range(found["columns"])]
    with acting_for(organisation):
        mapping, options = _settings(batch, header, head[has_header:], has_header=has_header)
        ImportBatch.objects.filter(pk=batch.pk, step=Step.READ).update(
            state=JobState.DONE,
            format=found | {"has_header": has_header},
            header=header,
            header_signature=columns.signature(header) if has_header else "",
            total=found["rows"] - has_header,
            mapping={str(column): name for column, name in mapping.items()},
            options=options,
        )
        if batch.source is not None:
            _go_on_by_itself(batch, batch.source)


def _settings(
    batch: ImportBatch, header: Sequence[str], rows: Sequence[Sequence[str]], *, has_header: bool
) -> tuple[dict[int, str], dict[str, Any]]:
    """What the wizard begins with: of its source, of the import it repeats, of the last one with these headings."""
    guessed = columns.guess(header, rows, columns.custom_fields())
    if batch.source is not None:
        return columns.carried(batch.source.fields, header), batch.source.options
    if (like := batch.like) is not None:
        if not has_header or not like.header_signature:
            return {
                int(column): name for column, name in like.mapping.items() if int(column) < len(header)
            }, like.options
        found = columns.carried(columns.by_heading(like.header, like.mapping), header)
        return found if "phone" in found.values() else guessed, like.options
    if has_header and (earlier := _mapped_before(header)):
        return {int(column): name for column, name in earlier.mapping.items()}, earlier.options
    return guessed, {}


def _go_on_by_itself(batch: ImportBatch, source: ImportSource) -> None:
    """Run a fetched list whose headings are all there; else say that they changed, for somebody to map it."""
    row = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if set(row.mapping.values()) != set(source.fields.values()):
        row.state, row.failure, row.finished_at = JobState.FAILED, {"code": "headings"}, timezone.now()
        row.save(update_fields=["state", "failure", "finished_at"])
        return
    row.step, row.state, row.done, row.started_at = Step.RUN, JobState.QUEUED, 0, timezone.now()
    row.cursor, row.counts = {"start": 0}, dict.fromkeys(COUNTED, 0)
    row.save()
    audit.record("import.started", by=source.created_by, subject=row, source=str(source.pk))
    schedule(RUN, row.pk)


def _has_header(batch: ImportBatch, rows: int) -> bool:
    has_header = columns.has_header(stored.head(batch, 1)[0])
    if rows == has_header:
        raise Refused("only_header")
    return has_header


def _mapped_before(header: Sequence[str]) -> ImportBatch | None:
    """The last list with these headings that was imported: this one is mapped as it was."""
    same = ImportBatch.objects.filter(header_signature=columns.signature(header), step__in=[Step.RUN, Step.UNDO])
    found: ImportBatch | None = same.order_by("-created_at", "-id").first()
    return found


def may_be_mapped(batch: ImportBatch) -> bool:
    """Whether the columns may be chosen: from the end of the reading until the run."""
    return batch.step == Step.PREVIEW or (batch.step == Step.READ and batch.state == JobState.DONE)


@transaction.atomic
def set_terms(batch: ImportBatch, mapping: Mapping[int, str], options: Mapping[str, Any], *, by: Membership) -> None:
    """Map the columns and choose what holds for all rows; owes the look ahead.

    A column that is mapped to a kind (`list_fields.KINDS`) becomes a new custom field. Raises `NotPossible` once it runs,
    and `list_fields.CannotMakeField`.
    """
    row = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if not may_be_mapped(row):
        raise NotPossible
    row.step, row.state, row.done, row.preview = Step.PREVIEW, JobState.QUEUED, 0, {}
    made = list_fields.make_fields(row, {c: name for c, name in mapping.items() if name in list_fields.KINDS}, by=by)
    row.mapping = {str(column): name for column, name in {**mapping, **made}.items()}
    row.options = dict(options)
    row.save()
    schedule(PREVIEW, row.pk)


def preview(organisation: Organisation, batch_id: uuid.UUID) -> None:
    """Decide on every row as the run would, write nothing but the counts, the causes and the first rows."""
    with acting_for(organisation):
        if (batch := _in(batch_id, Step.PREVIEW, JobState.QUEUED, JobState.RUNNING)) is None:
            return
        ImportBatch.objects.filter(pk=batch.pk).update(state=JobState.RUNNING)
        fields = _fields(batch)
    look = _Look(batch, _repeated(batch, fields), fields)
    start = 0
    with ReadAhead() as ahead:
        while (read := ahead.take(batch, start, fields)).rows:
            with acting_for(organisation):
                look.take(read.rows, read.cells)
                mine = ImportBatch.objects.filter(pk=batch.pk, step=Step.PREVIEW, state=JobState.RUNNING)
                if not mine.update(done=look.done):
                    # Somebody went back and mapped it otherwise: that look is owed already.
                    return
            start = read.end
    _finish(organisation, batch, Step.PREVIEW, JobState.DONE, preview=look.result())


class _Look:
    """The look ahead: what has been decided so far, and of numbers that come again what their lead would be by then."""

    def __init__(self, batch: ImportBatch, repeated: set[int], fields: columns.Fields) -> None:
        self.duplicates = batch.options["duplicates"]
        self.mapping = batch.mapping
        self.by = batch.created_by
        self.batch = batch
        self.repeated = repeated
        self.owners: Owners | None = None
        self.seen: set[int] = set()
        self.kept: dict[str, Values] = {}
        self.done = 0
        self.barred = 0
        self.counts: Counter[str] = Counter()
        self.consents: Counter[str] = Counter()
        self.causes: Counter[str] = Counter()
        self.sample: list[dict[str, Any]] = []
        self.fields = fields
        self.nothing: Values = ("",) * (len(columns.FIELDS) + len(fields))

    def take(self, rows: Sequence[Row], cells: Mapping[int, list[str]]) -> None:
        """Decide on `rows`, inside the scope; `cells` are theirs by number."""
        if self.owners is None:
            self.owners = owners_of(self.batch)
        rows = self.owners.marked(without_erased(rows, is_counted=False))
        rows = list(agreed(rows, self.batch.organisation.zone, timezone.now()))
        phones = {row.phone for row in rows if row.phone}
        existing = known_leads(phones, self.fields)
        known = {phone: lead.values for phone, lead in existing.items()}
        known |= {phone: self.kept.get(phone, self.nothing) for phone in phones if int(phone) in self.seen}
        decisions = list(decide(rows, known, self.duplicates, unseen=unseen_by(self.by, existing)))
        fresh = {decision.row.phone for decision in decisions if decision.verdict == Verdict.NEW}
        self.seen |= {int(phone) for phone in fresh}
        self.kept |= {phone: known[phone] for phone in phones if int(phone) in self.repeated}
        self.barred += DoNotCall.objects.standing().filter(phone__in=fresh).count()
        self.done += len(rows)
        for decision in decisions:
            self._count(decision, cells[decision.row.number])

    def _count(self, decision: Decision, cells: list[str]) -> None:
        self.counts[decision.verdict] += 1
        faults = decision.row.faults
        self.counts["warnings"] += bool(faults) and decision.verdict != Verdict.ERROR
        self.consents.update(state for state, _at in noted(decision, self.duplicates).values())
        self.causes.update(f"{name}:{code}" for name, code in faults)
        if len(self.sample) < SHOWN_ROWS:
            self.sample.append(_shown(decision, self.fields) | {"raw": self._raw(decision.row, cells)})

    def _raw(self, row: Row, cells: list[str]) -> dict[str, str]:
        """What stood in the file where something is wrong."""
        places = {name: int(column) for column, name in self.mapping.items()}
        found = {name: places[name] for name, __ in row.faults if name in places}
        return {name: cells[place] for name, place in found.items() if place < len(cells)}

    def result(self) -> dict[str, Any]:
        counts = {name: self.counts[name] for name in COUNTED}
        return counts | {
            "barred": self.barred,
            "consents": self.consents,
            "causes": self.causes.most_common(),
            "sample": self.sample,
        }


def _shown(decision: Decision, fields: columns.Fields) -> dict[str, Any]:
    row = decision.row
    changes: dict[str, list[str]] = {}
    if decision.before is not None and decision.after is not None:
        changes = differences(decision.before, decision.after, fields)
    return {
        "number": row.number,
        "verdict": decision.verdict,
        "phone": row.phone,
        "values": dict(zip((*columns.FIELDS, *fields), row.values, strict=True)) | _said(row),
        "changes": changes,
        "faults": row.faults,
    }


def _said(row: Row) -> dict[str, str]:
    """What the row says of consents as the look ahead shows it: the day in the row's own words."""
    if row.said is None:
        return {}
    shown = {name: state for name, (state, _at) in row.consents.items()}
    return shown | {AT: str(row.said.at or ""), HOW: row.said.source, WORDING: row.said.wording}


def _fields(batch: ImportBatch) -> dict[str, CustomField]:
    """The custom fields that have a column; one that is used no more since is left out."""
    return columns.mapped(batch.mapping, columns.custom_fields())


def _repeated(batch: ImportBatch, fields: columns.Fields) -> set[int]:
    """The numbers that come more than once, where it matters what their rows say."""
    if batch.options["duplicates"] not in {ImportBatch.Duplicates.FILL, ImportBatch.Duplicates.UPDATE}:
        return set()
    seen: set[int] = set()
    twice: set[int] = set()
    start = 0
    with ReadAhead() as ahead:
        while (read := ahead.take(batch, start, fields)).rows:
            for row in read.rows:
                if row.phone:
                    (twice if int(row.phone) in seen else seen).add(int(row.phone))
            start = read.end
    return twice


@transaction.atomic
def start_run(batch: ImportBatch, *, by: Membership) -> None:
    """Run the import, or go on with one that was stopped. Raises `NotPossible` when it cannot (also: the second click)."""
    row = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    ready = row.step == Step.PREVIEW and row.state == JobState.DONE
    stopped = row.step == Step.RUN and row.state in {JobState.CANCELLED, JobState.FAILED}
    if not ready and not stopped:
        raise NotPossible
    if ready:
        row.step, row.done, row.started_at = Step.RUN, 0, timezone.now()
        row.cursor, row.counts = {"start": 0}, dict.fromkeys(COUNTED, 0)
    row.state, row.finished_at = JobState.QUEUED, None
    row.save()
    audit.record("import.started" if ready else "import.resumed", by=by, subject=row)
    schedule(RUN, row.pk)


@transaction.atomic
def stop_run(batch: ImportBatch, *, by: Membership) -> None:
    """Stop between two stretches; the rows imported so far stay. Raises `NotPossible` when it does not run."""
    running = ImportBatch.objects.filter(pk=batch.pk, step=Step.RUN, state__in=[JobState.QUEUED, JobState.RUNNING])
    if not running.update(state=JobState.CANCELLED, finished_at=timezone.now()):
        raise NotPossible
    audit.record("import.stopped", by=by, subject=batch)


def run_stretch(organisation: Organisation, batch_id: uuid.UUID, ahead: ReadAhead) -> bool:
    """Import the next rows in one transaction; return whether there may be more.

    The row of the batch is locked meanwhile and says where to go on: a stretch that is tried twice is done once.
    """
    with acting_for(organisation):
        found = ImportBatch.objects.select_for_update().filter(pk=batch_id, step=Step.RUN)
        batch = found.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).first()
        if batch is None:
            return False
        terms = _terms(batch)
        read = ahead.take(batch, batch.cursor["start"], terms.fields)
        if not read.rows:
            _end_run(batch)
            return False
        loaded = load(read.rows, read.cells, terms)
        counts = {name: batch.counts[name] + loaded.counts[name] for name in COUNTED}
        batch.counts = counts | {"consents": batch.counts.get("consents", 0) + loaded.consents}
        loads = {str(pk): count for pk, count in terms.owners.loads.items()}
        batch.cursor = {"start": read.end} | ({"loads": loads} if loads else {})
        batch.done += len(read.rows)
        batch.state = JobState.RUNNING
        batch.save(update_fields=["counts", "cursor", "done", "state"])
        return True


def _end_run(batch: ImportBatch) -> None:
    batch.state, batch.finished_at = JobState.DONE, timezone.now()
    # What the look ahead showed of people is of no more use.
    batch.preview.pop("sample", None)
    batch.save(update_fields=["state", "finished_at", "preview"])
    audit.record("import.done", by=batch.created_by, subject=batch, **batch.counts)
    owe_look()
    path = stored.rows_path(batch)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _terms(batch: ImportBatch) -> Terms:
    return Terms(
        batch,
        Status.objects.get(is_initial=True),
        owners=owners_of(batch),
        tags=list(Tag.objects.filter(pk__in=batch.options["tags"]).values_list("pk", flat=True)),
        fields=_fields(batch),
        taken=batch.counts[Verdict.NEW],
    )


def give_up(organisation: Organisation, batch_id: uuid.UUID, code: str) -> None:
    """End the step as failed, for the reason `code`; what was done stays."""
    with acting_for(organisation):
        ImportBatch.objects.filter(pk=batch_id, state__in=[JobState.QUEUED, JobState.RUNNING]).update(
            state=JobState.FAILED, failure={"code": code}, finished_at=timezone.now()
        )


def _in(batch_id: uuid.UUID, step: str, *states: str) -> ImportBatch | None:
    batches = ImportBatch.objects.select_related("created_by", "source__created_by", "like")
    found: ImportBatch | None = batches.filter(pk=batch_id, step=step, state__in=states).first()
    return found


def _finish(organisation: Organisation, batch: ImportBatch, step: str, state: str, **fields: Any) -> None:
    with acting_for(organisation):
        mine = ImportBatch.objects.filter(pk=batch.pk, step=step, state=JobState.RUNNING)
        mine.update(state=state, finished_at=timezone.now(), **fields)
