"""A copy of what is held: of one person, of one lead, or of the whole organisation."""

import datetime as dt
from pathlib import Path
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.jobs import Job, JobState

# How long the files of a finished copy can be fetched.
FETCHED_WITHIN = dt.timedelta(hours=72)


def private_storage() -> FileSystemStorage:
    """Files that no web server serves: a view checks who asks and streams them."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "copies", base_url=None)


class ExportQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """A copy is for who asked for it, and nobody else."""
        return self.filter(created_by=member)

    def going_on(self) -> Self:
        return self.filter(state__in=[JobState.QUEUED, JobState.RUNNING])


class Export(Job, OrganisationOwned):
    """One copy, from the wish to the removal of its files. `done` and `total` count tables and folders of files.

    `cursor` says where to go on: {step, table, after, sizes: {file: bytes}, rows: {table: number}}.
    """

    class Kind(models.TextChoices):
        MINE = "mine", _("My data")
        LEAD = "lead", _("Data of a lead")
        ORGANISATION = "organisation", _("Data of the organisation")

    kind = models.CharField(max_length=12, choices=Kind)
    # The lead that it is about; no foreign key, since leads stand above this app.
    lead_id = models.UUIDField(null=True)
    language = models.CharField(max_length=2)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    cursor = models.JSONField(default=dict)
    until = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(ExportQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "created_by"],
                condition=models.Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="export_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="lead", lead_id__isnull=False)
                | ~models.Q(kind="lead") & models.Q(lead_id=None),
                name="export_names_its_lead",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "created_by", "-created_at"], name="export_newest")]

    def __str__(self) -> str:
        return f"Export {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:export", args=[self.pk])

    @property
    def is_going_on(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING}

    @property
    def can_be_fetched(self) -> bool:
        """Whether its files are there, and may still be fetched."""
        return (
            self.state == JobState.DONE
            and self.removed_at is None
            and self.until is not None
            and (timezone.now() < self.until)
        )

    @property
    def folder(self) -> Path:
        """Where its files are written; nobody else may look into it."""
        storage: Any = ExportPart._meta.get_field("file").storage  # noqa: SLF001 -- Django's documented name
        return Path(storage.location) / str(self.pk)


class ExportPart(OrganisationOwned):
    """One file of a finished copy: the first holds all tables, the others the files that belong to rows."""

    export = models.ForeignKey(
        "privacy.Export", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="parts"
    )
    number = models.PositiveSmallIntegerField()
    file = models.FileField(storage=private_storage, max_length=200)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "export", "number"], name="export_part_once")]

    def __str__(self) -> str:
        return f"ExportPart {self.pk}"
