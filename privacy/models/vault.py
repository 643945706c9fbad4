"""What a law keeps of an organisation that was erased: sealed, and gone at its day."""

from typing import ClassVar

from django.db import models

from accounts.tenancy import OrganisationOwned


class VaultRecord(OrganisationOwned):
    """Rows of one table, sealed together under the key of their organisation, until the day they go.

    The application's role of the database may write and delete these rows, and read all but what is sealed. `sealed` is
    JSON, compressed, under the key that the cancellation holds; `rule` names the rule of the schedule.
    """

    SEALED: ClassVar[tuple[str, ...]] = ("sealed",)

    model = models.CharField(max_length=60)
    rule = models.CharField(max_length=20)
    rows = models.PositiveIntegerField()
    destroy_after = models.DateTimeField()
    sealed = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "destroy_after"], name="vault_by_day")]

    def __str__(self) -> str:
        return f"VaultRecord {self.pk}"
