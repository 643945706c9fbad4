"""A call log that comes as a file, from a provider or a phone."""

from typing import Any, ClassVar, Self

from django.db import models

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.jobs import Job, JobState
from teams.visibility import sight_of


class CallLogImportQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Imports that `member`, or somebody whom they see, has begun."""
        return self.filter(sight_of(member).of("created_by"))


class CallLogImport(Job, OrganisationOwned):
    """One file with calls of one telecaller, from the upload to what became of its rows.

    `rows` are [number, [cell, …]] as the reader left them, the heading first, until the import is over; `refused` are
    [number, [cell, …], field, message] of the rows that no call came of.
    """

    telecaller = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    file_name = models.CharField(max_length=200)
    header = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    # {number of the column: field of `dialer.device_calls.files.FIELDS`}
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    refused = models.JSONField(default=list)

    objects: ClassVar[Any] = scoped(CallLogImportQuerySet)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-created_at", "-id"], name="call_log_import_newest")]

    def __str__(self) -> str:
        return f"CallLogImport {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.state == JobState.DRAFT
