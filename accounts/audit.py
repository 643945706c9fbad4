"""The one way into the audit log."""

from typing import Any

from django.db import models

from accounts.models import AuditEntry, Membership


def record(verb: str, *, by: Membership | None, subject: models.Model | None = None, **details: Any) -> AuditEntry:
    """Write one audit line in the open scope and transaction.

    `verb` reads noun.past-tense ("leads.imported"). `details` are ids, counts and names of fields; never a name,
    number or address of a person.
    """
    return AuditEntry.objects.create(
        verb=verb,
        actor=by,
        subject_type=subject._meta.label_lower if subject is not None else "",  # noqa: SLF001 -- Django's documented name
        subject_id=subject.pk if subject is not None else None,
        details=details,
    )
