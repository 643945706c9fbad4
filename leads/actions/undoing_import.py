"""Taking an import back: its leads go unless somebody has worked on them, and what it changed is as it was."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts import audit
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from accounts.work import schedule
from jini.lib.jobs import JobState
from leads.actions.editing import CUSTOM, answered
from leads.actions.importing import UNDO, NotPossible
from leads.actions.removing import remove_leads
from leads.custom.reading import as_text, as_value
from leads.importing import stored
from leads.importing.columns import FIELDS
from leads.models import Activity, CustomField, FollowUp, ImportBatch, ImportRow, Lead

MOST = 1_000
Step = ImportBatch.Step


@transaction.atomic
def start_undo(batch: ImportBatch, *, by: Membership) -> None:
    """Owe the undoing. Raises `NotPossible` while it runs, before it ran, and the second time."""
    over = ImportBatch.objects.filter(
        pk=batch.pk, step=Step.RUN, state__in=[JobState.DONE, JobState.CANCELLED, JobState.FAILED]
    )
    row = over.select_for_update().first()
    if row is None:
        raise NotPossible
    row.step, row.state, row.cursor = Step.UNDO, JobState.QUEUED, {}
    row.counts |= {"removed": 0, "kept": 0, "restored": 0}
    row.save(update_fields=["step", "state", "cursor", "counts"])
    audit.record("import.undo-started", by=by, subject=batch)
    schedule(UNDO, batch.pk)


def undo_stretch(organisation: Organisation, batch_id: uuid.UUID) -> bool:
    """Take back some of the leads, or then some of the updates, in one transaction; return whether there may be more."""
    with acting_for(organisation):
        found = ImportBatch.objects.select_for_update().filter(pk=batch_id, step=Step.UNDO)
        batch = found.filter(state__in=[JobState.QUEUED, JobState.RUNNING]).first()
        if batch is None:
            return False
        if not _remove_some(batch) and not _restore_some(batch):
            _end(batch)
            return False
        batch.state = JobState.RUNNING
        batch.save(update_fields=["state", "cursor", "counts"])
        return True


def _remove_some(batch: ImportBatch) -> bool:
    after = batch.cursor.get("lead")
    mine = Lead.objects.filter(import_batch=batch).order_by("pk").select_for_update(of=["self"])
    ids = list((mine.filter(pk__gt=after) if after else mine).values_list("pk", flat=True)[:MOST])
    if not ids:
        return False
    batch.cursor["lead"] = str(ids[-1])
    gone = remove_leads(_untouched(batch, ids))
    _count(batch, removed=len(gone), kept=len(ids) - len(gone))
    return True


def _untouched(batch: ImportBatch, ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Leads that nobody, nor a later import, has touched since this one made them."""
    # A line without a batch has no such key at all, which to `exclude` is neither equal nor different.
    not_ours = Q(details__batch__isnull=True) | ~Q(details__batch=str(batch.pk))
    other_lines = Activity.objects.filter(not_ours, lead=OuterRef("pk"))
    return set(
        Lead.objects.filter(pk__in=ids, attempts=0, import_batch=batch)
        .filter(~Exists(other_lines), ~Exists(FollowUp.objects.filter(lead=OuterRef("pk"))))
        .values_list("pk", flat=True)
    )


def _restore_some(batch: ImportBatch) -> bool:
    # From the last row back, so that a lead that two rows changed is first as it was between them.
    updated = batch.rows.filter(verdict=ImportRow.Verdict.UPDATED).order_by("-number")
    if (above := batch.cursor.get("row")) is not None:
        updated = updated.filter(number__lt=above)
    rows = list(updated[:MOST])
    if not rows:
        return False
    batch.cursor["row"] = rows[-1].number
    leads = {lead.pk: lead for lead in Lead.everything.select_for_update().filter(pk__in={row.lead_id for row in rows})}
    fields = {field.key: field for field in CustomField.objects.all()}
    restored = [row for row in rows if row.lead_id in leads and _restore(leads[row.lead_id], row, batch, fields)]
    _count(batch, restored=len(restored))
    return True


def _restore(lead: Lead, row: ImportRow, batch: ImportBatch, fields: Mapping[str, CustomField]) -> bool:
    """Put back each field that still says what the import wrote; return whether there was one."""
    before: dict[str, list[str]] = row.before or {}
    changes = []
    for name, (old, new) in before.items():
        if (field := fields.get(name)) is not None:
            if as_text(lead.custom.get(name)) == new:
                lead.custom = answered(lead.custom, {name: as_value(field, old)})
                changes.append({"field": name, "old": new, "new": old})
            continue
        now = getattr(lead, name)
        if ("" if now is None else str(now)) == new:
            setattr(lead, name, (old or None) if name == "value" else old)
            changes.append({"field": name, "old": new, "new": old})
    if not changes:
        return False
    lead.version += 1
    lead.save(update_fields=[*{_column(str(change["field"])) for change in changes}, "version", "updated_at"])
    # A value that was set as text is a decimal again.
    lead.refresh_from_db()
    details: dict[str, Any] = {"batch": str(batch.pk), "verdict": "undone", "changes": changes}
    Activity.objects.create(lead=lead, kind=Activity.Kind.IMPORT, at=timezone.now(), details=details)
    return True


def _column(field: str) -> str:
    return field if field in FIELDS else CUSTOM


def _count(batch: ImportBatch, **more: int) -> None:
    batch.counts |= {name: batch.counts[name] + count for name, count in more.items()}


def _end(batch: ImportBatch) -> None:
    batch.state, batch.undone_at = JobState.DONE, timezone.now()
    batch.save(update_fields=["state", "undone_at"])
    audit.record("import.undone", by=batch.created_by, subject=batch, **batch.counts)
    path = stored.rows_path(batch)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
