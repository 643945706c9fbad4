"""Requests to erase a person, what became of them, and the traces that keep the person from coming in again."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.encryption import EncryptedJSONField

OPEN = ("asked", "waiting", "erasing", "found")


class ErasureQuerySet(OrganisationQuerySet):
    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class Erasure(OrganisationOwned):
    """One lead to be erased, from the request to the certificate.

    `values` are what tells who the person is, encrypted, and only until nothing of it is found any more. `cursor` is
    {step, leads} while it is erased. `counts` are {table: rows}, `found` {table.column: rows} of the look afterwards,
    `certificate` is what is kept of it all.
    """

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("erasure", "Waits for an admin")
        WAITING = "waiting", _("Waits for its day")
        ERASING = "erasing", _("Being erased")
        # The look afterwards met something.
        FOUND = "found", _("Something is left")
        DONE = "done", pgettext_lazy("erasure", "Erased")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    # A lead of the app above: an id without a key.
    lead_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    why = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField(null=True)
    values = EncryptedJSONField(null=True)
    cursor = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    certificate = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar = scoped(ErasureQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "lead_id"], condition=models.Q(state__in=OPEN), name="erasure_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at=None, decided_by=None)
                | models.Q(decided_at__isnull=False, decided_by__isnull=False),
                name="erasure_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="waiting") | models.Q(due_at__isnull=False), name="erasure_waits_for_a_day"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(finished_at__isnull=False, values=None),
                name="erasure_done_knows_nobody",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-asked_at", "-id"], name="erasure_newest")]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Tombstone(OrganisationOwned):
    """A number or address of somebody who was erased, as a keyed hash: it is known again, and cannot be read back."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")

    kind = models.CharField(max_length=5, choices=Kind)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    refused = models.PositiveIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="tombstone_once")]

    def __str__(self) -> str:
        return f"Tombstone {self.pk}"
