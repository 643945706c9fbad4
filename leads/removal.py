"""What goes when an organisation is emptied."""

from collections.abc import Callable
from functools import partial

from django.db import transaction

from jini.lib.removal import delete_all
from leads.bulk.actions import EXPORT
from leads.bulk.exporting import part
from leads.importing.stored import rows_path
from leads.models import (
    Activity,
    BulkJob,
    BulkRow,
    Consent,
    FollowUp,
    ImportBatch,
    ImportKept,
    ImportRow,
    ImportSource,
    Lead,
    LeadFile,
    LeadMerge,
    LeadPhone,
    LeadTag,
    LikelyDuplicate,
    SavedMapping,
    SavedView,
    Tag,
    ViewMark,
)


def empty() -> dict[str, int]:
    """Delete leads, their timelines, tags and lists; the files go once the rest is certain."""
    for batch in ImportBatch.objects.exclude(file=""):
        for name in (batch.file.name, rows_path(batch).name):
            delete: Callable[[], None] = partial(batch.file.storage.delete, name)
            transaction.on_commit(delete)
    for kept in LeadFile.objects.exclude(file=""):
        transaction.on_commit(partial(kept.file.storage.delete, kept.file.name))
    for job in BulkJob.objects.filter(action=EXPORT):
        path = part(job)
        for each in (path, path.with_suffix(".xlsx")):
            transaction.on_commit(partial(each.unlink, missing_ok=True))
    views_and_jobs = (ViewMark, SavedView, BulkRow, BulkJob)
    own = (LikelyDuplicate, LeadMerge, Activity, LeadFile, FollowUp, ImportKept, ImportRow, LeadTag, LeadPhone)
    return delete_all(*views_and_jobs, *own, Consent, Lead, ImportBatch, ImportSource, SavedMapping, Tag)
