"""A file of leads and what became of each of its rows."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.jobs import Job, JobState
from teams.visibility import sight_of


def private_storage() -> FileSystemStorage:
    """Files that no web server serves: a view checks the permission and streams them."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "imports", base_url=None)


class ImportBatchQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Lists that `member`, or somebody whom they see, has imported."""
        return self.filter(sight_of(member).of("created_by"))


class ImportBatch(Job, OrganisationOwned):
    """One uploaded file, from the upload to its undoing."""

    class Duplicates(models.TextChoices):
        SKIP = "skip", _("Skip the row")
        FILL = "fill", _("Fill what is empty")
        UPDATE = "update", _("Update the lead")
        LINK = "link", _("Note the enquiry on the lead")
        GIVE = "give", _("Give the enquiry to the lead's owner, as a follow-up due now")

    class Step(models.TextChoices):
        """What is being done, or was done last; the state of the job is that of this step."""

        READ = "read", _("Reading the file")
        PREVIEW = "preview", _("Checking every row")
        RUN = "run", _("Importing")
        UNDO = "undo", _("Undoing")

    class OwnerRule(models.TextChoices):
        """Who gets the new leads; `owners` of the options are the people of all rules but the first and the last."""

        NOBODY = "nobody", _("Nobody: they wait for whoever calls next")
        ONE = "one", _("One person")
        TURNS = "turns", _("In turn")
        SHARES = "shares", _("By shares")
        LOAD = "load", _("Who has the fewest open leads")
        COLUMN = "column", _("As a column of the file says")

    class LegalGround(models.TextChoices):
        CONSENT = "consent", _("They agreed to be called")
        ENQUIRY = "enquiry", _("They asked us")
        CUSTOMER = "customer", _("They are customers")
        UNKNOWN = "unknown", _("Not known")

    step = models.CharField(max_length=10, choices=Step, default=Step.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    # What asked for it by itself; and the import whose settings it has from the start.
    source = models.ForeignKey(
        "leads.ImportSource",
        on_delete=models.SET_NULL,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    like = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    file = models.FileField(storage=private_storage, max_length=200)
    file_name = models.CharField(max_length=200)
    file_bytes = models.PositiveIntegerField()
    # How the file is read: {kind, encoding, delimiter, sheet, sheets, has_header, rows, empty, columns}; which column
    # goes where: {column number: field name}.
    format = models.JSONField(default=dict)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    header_signature = models.CharField(max_length=64, blank=True)
    # What holds for every row: {duplicates, source, legal_ground, consent_wording, consent_on, tags: [ids], owner_rule, owners: [ids], shares:
    # {id: number}}. Without a rule, as in older rows, the owners take turns.
    options = models.JSONField(default=dict)
    # Rows by verdict and those with `warnings`: of the look ahead (also `barred`, `causes` and a `sample` of rows), and
    # of the run (also `removed`, `kept`, `restored`, `changed` and `erased` once it was
    # undone).
    preview = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    # {code, and what fills its words}, see `leads.importing.words`.
    failure = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(ImportBatchQuerySet)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="import_newest"),
            models.Index(fields=["organisation", "header_signature"], name="import_by_header"),
        ]

    def __str__(self) -> str:
        return f"ImportBatch {self.pk}"

    @property
    def stands(self) -> str:
        """What is being done with it or what it came to, in words; between two steps, what it waits for."""
        if self.state == JobState.DONE:
            return str(ONCE_DONE[self.Step(self.step)])
        step = str(self.Step(self.step).label)
        return step if self.state == JobState.RUNNING else f"{step}: {JobState(self.state).label}"

    @property
    def rate(self) -> int:
        """Rows a second since the run began; 0 before there is anything to measure."""
        seconds = (timezone.now() - self.started_at).total_seconds() if self.started_at else 0
        return round(self.done / seconds) if seconds > 0 and self.step == self.Step.RUN else 0

    @property
    def seconds_left(self) -> int:
        """How long the rest of the run takes at this rate."""
        return ((self.total or 0) - self.done) // self.rate if self.rate else 0


ONCE_DONE = {
    ImportBatch.Step.READ: _("Waits for its columns to be matched"),
    ImportBatch.Step.PREVIEW: _("Checked, waits to be imported"),
    ImportBatch.Step.RUN: _("Imported"),
    ImportBatch.Step.UNDO: _("Undone"),
}


class ImportRow(OrganisationOwned):
    """What became of one row of a file that did not simply become a new lead.

    New leads name their batch themselves; here stand updates, duplicates, errors, and new leads with a field left out.
    """

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
    # The row as it stood in the file, where something is wrong with it (for errors.csv); of an update {field: [old, new]};
    # what is wrong as [{field, code}].
    original = models.JSONField(null=True)
    before = models.JSONField(null=True)
    errors = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "batch", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["organisation", "batch", "verdict", "number"], name="import_row_by_verdict"),
            # Asked by the key of the database for every lead that is removed.
            models.Index(
                fields=["organisation", "lead"], name="import_row_of_lead", condition=models.Q(lead__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"ImportRow {self.pk}"
