"""Settings of imports that outlive a file: saved mappings, and sources that are asked for a list by themselves."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from accounts.work import schedule
from leads.importing import columns
from leads.models import ImportBatch, ImportSource, SavedMapping

FETCH, TELL = "leads.fetch_source", "leads.tell_of_pause"


class NameTaken(Exception):
    """Another one of the organisation has this name, which the member may not even see."""


@transaction.atomic
def save_mapping(batch: ImportBatch, name: str, *, by: Membership) -> SavedMapping:
    """Keep the columns and options of `batch` under `name`; one of that name whom the member sees is written over.

    Raises `NameTaken` when it is somebody's whom they do not see.
    """
    fields, options = columns.by_heading(batch.header, batch.mapping), batch.options
    found = SavedMapping.objects.select_for_update().filter(name__iexact=name).first()
    if found is None:
        found = _created(SavedMapping(name=name, fields=fields, options=options, created_by=by))
    elif SavedMapping.objects.visible_to(by).filter(pk=found.pk).exists():
        found.fields, found.options = fields, options
        found.save(update_fields=["fields", "options"])
    else:
        raise NameTaken
    audit.record("mapping.saved", by=by, subject=found)
    return found


@transaction.atomic
def rename_mapping(mapping: SavedMapping, name: str, *, by: Membership) -> None:
    """Give it another name; raises `NameTaken`."""
    mapping.name = name
    try:
        with transaction.atomic():
            mapping.save(update_fields=["name"])
    except IntegrityError as error:
        raise NameTaken from error
    audit.record("mapping.renamed", by=by, subject=mapping)


@transaction.atomic
def delete_mapping(mapping: SavedMapping, *, by: Membership) -> None:
    """Forget it; imports that used it keep their own columns."""
    audit.record("mapping.deleted", by=by, subject=mapping)
    SavedMapping.objects.filter(pk=mapping.pk).delete()


@transaction.atomic
def save_source(source: ImportSource, *, fields: list[str], by: Membership, like: ImportBatch | None = None) -> None:
    """Save a new source with the columns and options of `like`, or a changed one; it is asked at its next time.

    Raises `NameTaken`. A source that is taken into use again begins without failures.
    """
    if like is not None:
        source.fields, source.options = columns.by_heading(like.header, like.mapping), like.options
        source.created_by = by
    if {"every_hours", "at", "is_active"} & set(fields) or like is not None:
        source.next_at = next_time(source)
    if "url" in fields:
        source.etag = source.content_hash = ""
    if source.is_active:
        source.failures = 0
    _created(source)
    audit.record("source.changed", by=by, subject=source, fields=fields)
    if source.is_active:
        schedule(FETCH, source.pk, due_at=source.next_at)


@transaction.atomic
def ask_now(source: ImportSource, *, by: Membership) -> None:
    """Let the source be asked at once; its hours or its time of the day stay."""
    now = timezone.now()
    ImportSource.objects.filter(pk=source.pk, next_at__gt=now).update(next_at=now)
    audit.record("source.asked", by=by, subject=source)
    schedule(FETCH, source.pk)


@transaction.atomic
def delete_source(source: ImportSource, *, by: Membership) -> None:
    """Ask it no more; what it brought stays."""
    audit.record("source.deleted", by=by, subject=source)
    ImportSource.objects.filter(pk=source.pk).delete()


def next_time(source: ImportSource) -> dt.datetime:
    """When the source is next asked: so many hours from now, or the next day's time in the organisation's zone."""
    now = timezone.now()
    if source.every_hours:
        return now + dt.timedelta(hours=source.every_hours)
    zone, at = source.organisation.zone, source.at or dt.time()
    local = now.astimezone(zone)
    due = dt.datetime.combine(local.date(), at, tzinfo=zone)
    return due if due > now else dt.datetime.combine(local.date() + dt.timedelta(days=1), at, tzinfo=zone)


def _created(row: Any) -> Any:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NameTaken from error
    return row
