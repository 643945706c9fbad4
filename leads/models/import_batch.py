"""A file of leads and what became of each of its rows."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned
from jini.lib.jobs import Job


def private_storage() -> FileSystemStorage:
    """Files that no web server serves: a view checks the permission and streams them."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "imports", base_url=None)


class ImportBatch(Job, OrganisationOwned):
    """One uploaded file, from the upload to its undoing."""

    class Duplicates(models.TextChoices):
        SKIP = "skip", _("Skip the row")
        FILL = "fill", _("Fill what is empty")
        UPDATE = "update", _("Update the lead")
        LINK = "link", _("Note the enquiry on the lead")

    class LegalGround(models.TextChoices):
        CONSENT = "consent", _("They agreed to be called")
        ENQUIRY = "enquiry", _("They asked us")
        CUSTOMER = "customer", _("They are customers")
        UNKNOWN = "unknown", _("Not known")

    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.FileField(storage=private_storage, max_length=200)
    file_name = models.CharField(max_length=200)
    file_bytes = models.PositiveIntegerField()
    # How the file is read: {kind, encoding, delimiter}; which column goes where: {column number: field name}.
    format = models.JSONField(default=dict)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    header_signature = models.CharField(max_length=64, blank=True)
    # What the options page asked: {duplicates, source, legal_ground, owner_rule, owners, tags, extra}.
    options = models.JSONField(default=dict)
    # Rows by verdict: {new, updated, duplicate, error, empty}; of the dry run, and of the run.
    preview = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    failure = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="import_newest"),
            models.Index(fields=["organisation", "header_signature"], name="import_by_header"),
        ]

    def __str__(self) -> str:
        return f"ImportBatch {self.pk}"


class ImportRow(OrganisationOwned):
    """What became of one row of a file. Every row that is not empty has one."""

    class Verdict(models.TextChoices):
        NEW = "new", _("New")
        UPDATED = "updated", _("Updated")
        DUPLICATE = "duplicate", _("Duplicate")
        ERROR = "error", _("Error")

    batch = models.ForeignKey(
        "leads.ImportBatch", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="rows"
    )
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.SET_NULL, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    # The row as it stood in the file, kept where it is needed: for errors.csv, and for undoing an update ({before}).
    original = models.JSONField(null=True)
    before = models.JSONField(null=True)
    errors = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "batch", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["organisation", "batch", "verdict", "number"], name="import_row_by_verdict")]

    def __str__(self) -> str:
        return f"ImportRow {self.pk}"
