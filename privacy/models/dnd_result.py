"""What the register of preferences (NCPR, "DND") said of numbers."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from privacy.contact_words import CHANNELS


class DndResultQuerySet(OrganisationQuerySet):
    def newest_of(self, phone: str) -> Self:
        """What holds of a number, one row for each channel."""
        return self.filter(phone=phone).order_by("channel", "-checked_at").distinct("channel")


class DndResult(OrganisationOwned):
    """The answer for one number and one channel at one time; the newest one holds, the earlier ones stay as proof.

    `preference` is what the register gave beside it (categories, modes, bands of hours), as it was given.
    """

    class Source(models.TextChoices):
        FILE = "file", _("File of a check")
        API = "api", _("Another program")

    phone = models.CharField(_("phone"), max_length=16)
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNELS)
    is_registered = models.BooleanField(_("registered"))
    preference = models.CharField(_("preference"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    checked_at = models.DateTimeField(_("checked"))
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )

    objects: ClassVar[Any] = scoped(DndResultQuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(phone__regex=r"^\+[0-9]{6,15}$"), name="dnd_phone_is_e164"),
            models.CheckConstraint(condition=Q(checked_at__lte=F("recorded_at")), name="dnd_checked_before"),
            # The same result sent twice is one.
            models.UniqueConstraint(fields=["organisation", "phone", "channel", "checked_at"], name="dnd_result_once"),
        ]

    def __str__(self) -> str:
        return f"DndResult {self.pk}"
