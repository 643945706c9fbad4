"""The one way into the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

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


_WORDS = {
    "organisation.founded": _("Created"),
    "organisation.demo-removed": _("Demonstration data removed"),
    "member.role-changed": _("Role changed"),
    "member.deactivated": _("Deactivated"),
    "member.reactivated": _("Let in again"),
    "status.changed": _("Saved"),
    "custom_field.changed": _("Saved"),
    "status.moved": _("Order changed"),
    "pause_code.changed": _("Saved"),
    "pause_code.moved": _("Order changed"),
    "reason.changed": _("Saved"),
    "reason.moved": _("Order changed"),
    "duplicates.changed": _("Saved"),
    "disposition.changed": _("Saved"),
    "follow_up_settings.changed": _("Saved"),
    "dialer_settings.changed": _("Saved"),
    "telephony.activated": _("The test passed, and calls moved"),
    "telephony.secret_renewed": _("New key for call events"),
}


@dataclass(frozen=True)
class Change:
    """One line of a change history, ready to show."""

    entry: AuditEntry
    fields: str

    @property
    def what(self) -> Any:
        """The verb in words, for changes without fields."""
        return _WORDS.get(self.entry.verb, self.entry.verb)


def history(subject: models.Model, labels: Mapping[str, Any], *, most: int = 10) -> list[Change]:
    """Return the newest changes of `subject` with the names of the fields in the words of `labels`."""
    entries = AuditEntry.objects.filter(subject_id=subject.pk).select_related("actor__user").order_by("-at", "-id")
    return [
        Change(entry, ", ".join(str(labels.get(name, name)) for name in entry.details.get("fields", [])))
        for entry in entries[:most]
    ]
