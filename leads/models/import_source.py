"""What outlives one file: columns that are known by name, an address that is asked for a list, and what an undoing left."""

from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.encryption import EncryptedTextField
from teams.visibility import sight_of


class OfCreatorQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Those that `member`, or somebody whom they see, has made."""
        return self.filter(sight_of(member).of("created_by"))


class SavedMapping(OrganisationOwned):
    """Which heading is which field, and what holds for every row, under a name."""

    name = models.CharField(_("name"), max_length=80)
    # {heading as `columns.key` writes it: field}; the options as a batch keeps them.
    fields = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    objects: ClassVar[Any] = scoped(OfCreatorQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", models.functions.Lower("name"), name="saved_mapping_name_once")
        ]

    def __str__(self) -> str:
        return f"SavedMapping {self.pk}"


class ImportSource(OrganisationOwned):
    """An address that is asked for a list every few hours, or every day at a time."""

    name = models.CharField(_("name"), max_length=80)
    # May carry a password or a token: shown and logged is `host` alone.
    url = EncryptedTextField(_("address"))
    every_hours = models.PositiveSmallIntegerField(_("every so many hours"), null=True, blank=True)
    at = models.TimeField(_("every day at"), null=True, blank=True)
    fields = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    # The time it is owed at; whoever moves it on has done it, so that one time is done once.
    next_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    # What the last answer was: its ETag and hash, and why it was refused as `words.refusal` takes it.
    etag = models.CharField(max_length=200, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    failure = models.JSONField(default=dict)
    failures = models.PositiveSmallIntegerField(default=0)
    last_batch = models.ForeignKey(
        "leads.ImportBatch",
        on_delete=models.SET_NULL,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    objects: ClassVar[Any] = scoped(OfCreatorQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", models.functions.Lower("name"), name="import_source_name_once"),
            models.CheckConstraint(
                condition=models.Q(every_hours=None, at__isnull=False)
                | models.Q(every_hours__gte=1, every_hours__lte=168, at=None),
                name="import_source_hours_or_time",
            ),
        ]

    def __str__(self) -> str:
        return f"ImportSource {self.pk}"

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


class ImportKept(OrganisationOwned):
    """A lead that an undoing left as it is, or in part, and why."""

    class Why(models.TextChoices):
        CALLED = "called", _("Somebody has called, or is about to")
        FOLLOW_UP = "follow_up", _("A follow-up is planned")
        WORKED_ON = "worked_on", _("Somebody has worked on it")
        CHANGED = "changed", _("A field was changed since")
        ERASED = "erased", _("What it was before is of a person who was erased on request")

    batch = models.ForeignKey(
        "leads.ImportBatch", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="kept_leads"
    )
    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    why = models.CharField(max_length=10, choices=Why)
    # Of a lead that was changed, or is of an erased person, the fields that stay.
    fields = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "batch", "id"], name="import_kept_of_batch"),
            # Asked when a lead goes.
            models.Index(fields=["organisation", "lead"], name="import_kept_of_lead"),
        ]

    def __str__(self) -> str:
        return f"ImportKept {self.pk}"
