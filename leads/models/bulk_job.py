"""One thing done with many leads, and what became of each of them."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.encryption import EncryptedJSONField
from jini.lib.jobs import Job, JobState
from teams.visibility import sight_of

UNDO_FOR = dt.timedelta(days=30)


def private_storage() -> FileSystemStorage:
    """Files that no web server serves: a view checks who asks and streams them."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "exports", base_url=None)


class BulkJobQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Jobs that `member`, or somebody whom they see, has started."""
        return self.filter(sight_of(member).of("created_by"))


class BulkJob(Job, OrganisationOwned):
    """One action over all leads of a choice, from the confirmation to its undoing."""

    class Step(models.TextChoices):
        """What is being done, or was done last; the state of the job is that of this step."""

        COLLECT = "collect", _("Collecting the leads")
        RUN = "run", _("Working")
        FINISH = "finish", _("Writing the file")
        UNDO = "undo", _("Undoing")

    action = models.CharField(max_length=20)
    step = models.CharField(max_length=10, choices=Step, default=Step.COLLECT)
    # The query string that chooses the leads, until they are collected: what was typed to search may be a person's.
    query = EncryptedJSONField(null=True)
    # What the form of the action said, in ids: see leads.bulk.forms.
    params = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    # {done, skipped, undone, kept}; where to go on, and what one step tells the next (whose turn it is).
    counts = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    failure = models.CharField(max_length=20, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    # Of an export.
    file = models.FileField(storage=private_storage, max_length=200, blank=True)
    file_until = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(BulkJobQuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_at=None, undone_by=None)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="bulk_undone_at_and_by",
            )
        ]
        indexes = [models.Index(fields=["organisation", "-created_at", "-id"], name="bulk_newest")]

    def __str__(self) -> str:
        return f"BulkJob {self.pk}"

    @property
    def stands(self) -> str:
        """What is being done or what it came to, in words."""
        if self.state == JobState.RUNNING:
            return str(self.Step(self.step).label)
        if self.state == JobState.DONE and self.step == self.Step.UNDO:
            return gettext("Undone")
        return str(JobState(self.state).label)

    @property
    def is_going_on(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING}

    @property
    def is_in_time_to_undo(self) -> bool:
        """Whether its thirty days are not over, it has ended, and nobody has undone it."""
        return self.is_over and self.undone_at is None and timezone.now() < self.created_at + UNDO_FOR


class BulkRow(OrganisationOwned):
    """One lead of a bulk job. `before` is what the job changed, as it was, and with `after` as the job left it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        SKIPPED = "skipped", _("Skipped")
        UNDONE = "undone", _("Undone")
        KEPT = "kept", _("Not undone")

    job = models.ForeignKey(
        "leads.BulkJob", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="rows"
    )
    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.SET_NULL, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=20, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(null=True)

    class Meta:
        # None of them holds what a step writes, so that it writes the row alone (the table leaves room for that).
        constraints = [models.UniqueConstraint(fields=["organisation", "job", "lead"], name="bulk_row_once")]
        indexes = [models.Index(fields=["organisation", "lead"], name="bulk_row_of_lead")]

    def __str__(self) -> str:
        return f"BulkRow {self.pk}"
