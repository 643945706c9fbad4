"""A file that somebody put on a lead."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from leads.models.lead import Lead


def lead_file_storage() -> FileSystemStorage:
    """Outside of what a web server serves: a view checks who asks and streams the bytes."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "lead-files", base_url=None)


class LeadFileQuerySet(OrganisationQuerySet):
    def kept(self) -> Self:
        """Files that nobody has removed, the newest first."""
        return self.filter(removed_at=None).order_by("-added_at", "-pk")

    def for_page(self, lead: Lead) -> Self:
        """The files of `lead` with who added them; there are never more than fit on a page."""
        return self.kept().filter(lead=lead).select_related("added_by__user")


class LeadFile(OrganisationOwned):
    """One file. When it is removed its bytes go and the row stays, since the timeline names it."""

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, related_name="files", db_index=False
    )
    # What it is called for people; on disk it has a name that cannot be guessed.
    name = models.CharField(max_length=200)
    file = models.FileField(storage=lead_file_storage, max_length=100, blank=True)
    bytes = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    removed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(LeadFileQuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(removed_at=None, removed_by=None)
                | models.Q(removed_at__isnull=False, removed_by__isnull=False, file=""),
                name="lead_file_removed_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "lead", "-added_at", "-id"], name="lead_file_newest_of_lead")]

    def __str__(self) -> str:
        return f"LeadFile {self.pk}"
