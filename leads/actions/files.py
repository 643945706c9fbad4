"""Files on a lead: put there, and removed."""

import hashlib
import secrets
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from leads.actions.editing import locked, write
from leads.models import Activity, Lead, LeadFile

MOST_FILES = 50


class TooMany(Exception):
    """The lead has as many files as it may have."""


def add_file(lead: Lead, upload: Any, *, name: str, content_type: str, by: Membership) -> LeadFile:
    """Keep `upload`, whose content was examined, on the lead; raise `TooMany` when it has `MOST_FILES` already.

    The same content may be there twice, under two names or one.
    """
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    added = LeadFile(
        lead=lead,
        name=name,
        bytes=upload.size,
        content_type=content_type,
        sha256=digest.hexdigest(),
        added_by=by,
        added_at=timezone.now(),
    )
    added.file.save(secrets.token_hex(24), upload, save=False)
    with ExitStack() as without_row:
        # Nobody would find the bytes again.
        without_row.callback(added.file.storage.delete, str(added.file.name))
        _put(added, by)
        without_row.pop_all()
    return added


@transaction.atomic
def _put(added: LeadFile, by: Membership) -> None:
    row = locked(added.lead)
    if LeadFile.objects.kept().filter(lead=row).count() >= MOST_FILES:
        raise TooMany(str(row))
    added.save()
    _tell(added, "added", by)


@transaction.atomic
def remove_file(file: LeadFile, *, by: Membership) -> bool:
    """Remove the file for good; return whether it was still there. The bytes go when that is certain."""
    row = LeadFile.objects.select_for_update().get(pk=file.pk)
    if row.removed_at is not None:
        return False
    transaction.on_commit(partial(row.file.storage.delete, row.file.name))
    row.file, row.removed_at, row.removed_by = "", timezone.now(), by
    row.save(update_fields=["file", "removed_at", "removed_by"])
    _tell(row, "removed", by)
    return True


def _tell(file: LeadFile, event: str, by: Membership) -> None:
    write(file.lead, Activity.Kind.FILE, by=by, details={"file": str(file.pk), "event": event, "name": file.name})
    audit.record(f"lead.file-{event}", by=by, subject=file.lead, file=str(file.pk), bytes=file.bytes)
