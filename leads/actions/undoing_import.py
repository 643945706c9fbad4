"""Taking an import back: its leads go unless somebody has worked on them, and what it changed is as it was.

Calls go on meanwhile: a stretch is a second or less, and whatever somebody holds in this moment stays.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts import audit
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from accounts.work import schedule
from jini.lib.ids import one_of
from jini.lib.jobs import JobState
from leads.actions.importing import UNDO, NotPossible
from leads.actions.removing import remove_leads
from leads.erased import not_to_come_back
from leads.importing import stored, words
from leads.importing.columns import FIELDS, Fields
from leads.importing.loading import values_of, write_values
from leads.importing.rows import Values
from leads.models import Activity, Consent, FollowUp, ImportBatch, ImportKept, ImportRow, Lead

MOST = 2_000
Step = ImportBatch.Step
Why = ImportKept.Why


@transaction.atomic
def start_undo(batch: ImportBatch, *, by: Membership) -> None:
    """Owe the undoing. Raises `NotPossible` while it runs, before it ran, and the second time."""
    over = ImportBatch.objects.filter(
        pk=batch.pk, step=Step.RUN, state__in=[JobState.DONE, JobState.CANCELLED, JobState.FAILED]
    )
    # Once the list is gone, since its time is over, so is what would be needed to take it back.
    row = over.exclude(file="").select_for_update().first()
    if row is None:
        raise NotPossible
    row.step, row.state, row.cursor = Step.UNDO, JobState.QUEUED, {}
    row.counts |= {"removed": 0, "kept": 0, "restored": 0, "changed": 0, "erased": 0}
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
    touched = _touched(batch, ids)
    free = remove_leads(set(ids) - touched.keys())
    ImportKept.objects.bulk_create(
        ImportKept(batch=batch, lead_id=lead, why=touched.get(lead, Why.CALLED)) for lead in ids if lead not in free
    )
    _count(batch, removed=len(free), kept=len(ids) - len(free))
    return True


def _touched(batch: ImportBatch, ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return which leads somebody, or a later import, has touched since this one made them, and how."""
    # A line without a batch has no such key at all, which to `exclude` is neither equal nor different.
    not_ours = Q(details__batch__isnull=True) | ~Q(details__batch=str(batch.pk))
    leads = Lead.objects.filter(one_of("pk", ids)).annotate(
        has_consent=Exists(
            Consent.objects.filter(lead=OuterRef("pk"), recorded_at__gt=batch.finished_at or timezone.now())
        ),
        has_lines=Exists(Activity.objects.filter(not_ours, lead=OuterRef("pk"))),
        has_follow_up=Exists(FollowUp.objects.filter(lead=OuterRef("pk"))),
    )
    leads = leads.annotate(has_words=Q(has_lines=True) | Q(has_consent=True))
    found = leads.values_list("pk", "attempts", "has_follow_up", "has_words")
    return {pk: _why(attempts, follow_up) for pk, attempts, follow_up, words in found if attempts or follow_up or words}


def _why(attempts: int, has_follow_up: bool) -> str:  # noqa: FBT001 -- as the row says it
    if attempts:
        return Why.CALLED
    return Why.FOLLOW_UP if has_follow_up else Why.WORKED_ON


def _restore_some(batch: ImportBatch) -> bool:
    # From the last row back, so that a lead that two rows changed is first as it was between them.
    updated = batch.rows.filter(verdict=ImportRow.Verdict.UPDATED).exclude(lead=None).order_by("-number")
    if (above := batch.cursor.get("row")) is not None:
        updated = updated.filter(number__lt=above)
    rows = list(updated[:MOST])
    if not rows:
        return False
    batch.cursor["row"] = rows[-1].number
    theirs = [(row.lead_id, row) for row in rows if row.lead_id]
    fields = words.every_field()
    before = values_of({lead for lead, row in theirs}, fields, lock=True)
    refused = not_to_come_back(_emails_before(theirs))
    after, lines, kept = dict(before), [], []
    for lead, row in theirs:
        if (now := after.get(lead)) is None:
            continue
        if lead in refused:
            kept.append(ImportKept(batch=batch, lead_id=lead, why=Why.ERASED, fields=list(row.before or {})))
            continue
        then, changes, stays = _back(now, row, fields)
        after[lead] = then
        if changes:
            lines.append(_line(lead, batch, changes))
        if stays:
            kept.append(ImportKept(batch=batch, lead_id=lead, why=Why.CHANGED, fields=stays))
    write_values({lead: values for lead, values in after.items() if values != before[lead]}, fields)
    Activity.objects.bulk_create(lines)
    ImportKept.objects.bulk_create(kept)
    not_given = sum(one.why == Why.ERASED for one in kept)
    _count(batch, restored=len(lines), changed=len(kept) - not_given, erased=not_given)
    return True


def _emails_before(theirs: Sequence[tuple[uuid.UUID, ImportRow]]) -> dict[uuid.UUID, set[str]]:
    """The addresses that the rows would give back, by lead."""
    found: dict[uuid.UUID, set[str]] = {lead: set() for lead, row in theirs}
    for lead, row in theirs:
        found[lead] |= {(row.before or {}).get("email", ("",))[0]} - {""}
    return found


def _back(now: Values, row: ImportRow, fields: Fields) -> tuple[Values, list[dict[str, str]], list[str]]:
    """Return the values with each field put back that still says what the import wrote, the changes, and what stays."""
    values = dict(zip((*FIELDS, *fields), now, strict=True))
    changes, stays = [], []
    for name, (old, new) in (row.before or {}).items():
        if values[name] == new:
            values[name] = old
            changes.append({"field": name, "old": new, "new": old})
        elif values[name] != old:
            stays.append(name)
    return tuple(values.values()), changes, stays


def _line(lead: uuid.UUID, batch: ImportBatch, changes: list[dict[str, str]]) -> Activity:
    details: dict[str, Any] = {"batch": str(batch.pk), "verdict": "undone", "changes": changes}
    return Activity(lead_id=lead, kind=Activity.Kind.IMPORT, at=timezone.now(), details=details)


def _count(batch: ImportBatch, **more: int) -> None:
    batch.counts |= {name: batch.counts.get(name, 0) + count for name, count in more.items()}


def _end(batch: ImportBatch) -> None:
    batch.state, batch.undone_at = JobState.DONE, timezone.now()
    batch.save(update_fields=["state", "undone_at"])
    audit.record("import.undone", by=batch.created_by, subject=batch, **batch.counts)
    path = stored.rows_path(batch)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
