"""A file with what the DND registry said of many numbers."""

from typing import Any, ClassVar

from django.db import models

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped


class DndFile(OrganisationOwned):
    """One file that somebody brought in: how many results it had, and the rows of which none came.

    `refused` are [number of the row, [cell, …], field, message].
    """

    file_name = models.CharField(max_length=200)
    header = models.JSONField(default=list)
    taken = models.PositiveIntegerField(default=0)
    # Results that were there already, of the same number, channel and time.
    known = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    objects: ClassVar[Any] = scoped(OrganisationQuerySet)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-created_at", "-id"], name="dnd_file_newest")]

    def __str__(self) -> str:
        return f"DndFile {self.pk}"
