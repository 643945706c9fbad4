"""Which days no longer stand as they were counted."""

from django.db import models

from accounts.tenancy import OrganisationOwned


class DirtyDay(OrganisationOwned):
    """A note that a telecaller's day (None: nobody's) changed, written in the transaction of the change.

    One row for each change and none shared, so that noting makes no call wait for another; the recomputation deletes
    the notes it has read before it reads the rows.
    """

    day = models.DateField()
    telecaller = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "day", "telecaller"], name="dirty_day_bucket")]

    def __str__(self) -> str:
        return f"DirtyDay {self.pk}"
