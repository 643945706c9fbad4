"""What a source owes at its time: ask its address, import what is new, and pause after failing again and again."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts import audit
from accounts.models import Organisation
from accounts.permissions import Permission
from accounts.tenancy import acting_for
from accounts.work import schedule
from leads.actions import importing
from leads.actions.import_settings import TELL, next_time
from leads.importing import fetching, sandbox
from leads.importing.reader import Refused
from leads.models import ImportSource

MOST_FAILURES = 5


def fetch_source(organisation: Organisation, source_id: uuid.UUID) -> dt.datetime | None:
    """Ask the source if its time has come; return when it is asked next, None when it is not."""
    with acting_for(organisation):
        source = _in_use(source_id)
        if source is None or source.next_at > timezone.now():
            return source.next_at if source else None
    # Nothing is open while the network is asked.
    try:
        with fetching.fetch(source.url, etag=source.etag, content_hash=source.content_hash) as fetched:
            kind = sandbox.kind_of(fetched.file, fetched.size) if fetched.file is not None else ""
            return _keep(organisation, source, fetched, kind)
    except Refused as refused:
        return _note(organisation, source, {"code": refused.code, **refused.more})


def _in_use(source_id: uuid.UUID) -> ImportSource | None:
    sources = ImportSource.objects.select_related("organisation", "created_by")
    found: ImportSource | None = sources.filter(pk=source_id, is_active=True).first()
    return found


def _moved_on(source: ImportSource, **fields: Any) -> bool:
    """Give the source its next time; False when this time was done meanwhile, or the source changed."""
    mine = ImportSource.objects.filter(pk=source.pk, is_active=True, next_at=source.next_at)
    source.next_at = next_time(source)
    return bool(mine.update(next_at=source.next_at, asked_at=timezone.now(), **fields))


def _keep(organisation: Organisation, source: ImportSource, fetched: fetching.Fetched, kind: str) -> dt.datetime | None:
    with acting_for(organisation):
        fine: dict[str, Any] = {"failure": {}, "failures": 0}
        if fetched.file is None:
            return source.next_at if _moved_on(source, **fine) else None
        if source.created_by.deactivated_at or not source.created_by.may(Permission.LEAD_IMPORT):
            # The right to import is that of whoever set it up.
            return _fail(source, {"code": "nobody"})
        if not _moved_on(source, **fine, etag=fetched.etag, content_hash=fetched.content_hash):
            return None
        file = File(fetched.file, name=f"{source.name}.{'xlsx' if kind == 'excel' else 'csv'}")
        file.size = fetched.size
        batch = importing.accept_file(file, kind=kind, by=source.created_by, source=source)
        ImportSource.objects.filter(pk=source.pk).update(last_batch=batch)
    return source.next_at


def _note(organisation: Organisation, source: ImportSource, failure: dict[str, Any]) -> dt.datetime | None:
    with acting_for(organisation):
        return _fail(source, failure)


@transaction.atomic
def _fail(source: ImportSource, failure: dict[str, Any]) -> dt.datetime | None:
    failures = source.failures + 1
    is_over = failures >= MOST_FAILURES
    if not _moved_on(source, failure=failure, failures=failures, **({"is_active": False} if is_over else {})):
        return None
    audit.record("source.failed", by=None, subject=source, code=failure["code"], failures=failures)
    if is_over:
        audit.record("source.paused", by=None, subject=source)
        schedule(TELL, source.pk)
        return None
    return source.next_at


def tell_of_pause(organisation: Organisation, source_id: uuid.UUID) -> None:
    """Write to whoever set the source up that it is asked no more."""
    with acting_for(organisation):
        source = ImportSource.objects.select_related("created_by__user").filter(pk=source_id, is_active=False).first()
        if source is None or source.created_by.deactivated_at:
            return
        person = source.created_by.user
        with translation.override(person.language):
            context = {
                "source": source,
                "url": settings.PUBLIC_URL + reverse("leads:source", args=[source.pk]),
            }
            subject = render_to_string("emails/source_paused_subject.txt", context).strip()
            body = render_to_string("emails/source_paused.txt", context)
    EmailMessage(subject, body, to=[person.email]).send()
