"""Bringing in what the DND registry said of numbers."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from accounts.tenancy import current_organisation
from jini.lib.ids import uuid7_texts
from privacy.dnd_reading import Faulty, Result
from privacy.models import DndFile, DndResult

# Of two rows on one number, channel and time the first one counts, as it does of two files.
_NOTE = """
INSERT INTO privacy_dndresult
    (id, organisation_id, phone, channel, is_registered, checked_at, preference, source, recorded_at, by_id)
SELECT u.id, %s, u.phone, u.channel, u.is_registered, u.checked_at, u.preference, %s, %s, %s
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::boolean[], %s::timestamptz[], %s::text[])
    AS u (id, phone, channel, is_registered, checked_at, preference)
ORDER BY u.phone, u.channel, u.checked_at, u.id
ON CONFLICT (organisation_id, phone, channel, checked_at) DO NOTHING
"""


@transaction.atomic
def note_results(results: Sequence[Result], *, source: DndResult.Source, by: Membership) -> int:
    """Write down what is not known yet, and return how many that are; the gate goes by them from the next call on."""
    columns: list[list[Any]] = [list(column) for column in zip(*results, strict=True)] if results else []
    if not columns:
        return 0
    phones, channels, registered, times, preferences = columns
    asked: list[Any] = [current_organisation().pk, source, timezone.now(), by.pk, uuid7_texts(len(results))]
    asked += [phones, [str(channel) for channel in channels], registered, times, preferences]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, asked)
        taken = int(cursor.rowcount)
    audit.record("dnd.noted", by=by, results=taken, source=source)
    return taken


@transaction.atomic
def bring_in(
    results: Sequence[Result], faulty: Sequence[Faulty], *, header: Sequence[str], file_name: str, by: Membership
) -> DndFile:
    """Note the results of a file, and keep the rows of which none came."""
    taken = note_results(results, source=DndResult.Source.FILE, by=by)
    made: DndFile = DndFile.objects.create(
        file_name=file_name[:200],
        header=[heading[:200] for heading in header[:20]],
        taken=taken,
        known=len(results) - taken,
        refused=[list(row) for row in faulty],
        created_by=by,
    )
    return made
