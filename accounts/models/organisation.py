"""A customer of JiNi: the firm whose team calls."""

import zoneinfo

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jini.lib.encryption import EncryptedTextField
from jini.lib.ids import uuid7

# A new firm calls so often a day at most, until the operator lifts it in the admin site.
NEW_CALLS_A_DAY = 100


class Organisation(models.Model):
    """A firm, with its zone, address and the settings that no other app owns."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        # Its account ends: everything can be read and taken out, nothing changed.
        CANCELLED = "cancelled", _("Cancelled")
        # Its records are erased; the row alone is left.
        CLOSED = "closed", pgettext_lazy("organisation", "Closed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Kolkata")
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("state"), max_length=80, blank=True)
    pin = models.CharField(_("PIN code"), max_length=6, blank=True)
    gstin = models.CharField(_("GSTIN"), max_length=15, blank=True)
    pan = EncryptedTextField(_("PAN"), blank=True)
    # The operator's own limit on calls that somebody is billed for, until the firm is known. Empty: none.
    calls_a_day = models.PositiveIntegerField(_("calls a day at most"), null=True, blank=True, default=NEW_CALLS_A_DAY)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Of a cancelled one: when its records begin to be erased, which every page says.
    ends_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="cancelled") | models.Q(ends_at__isnull=False),
                name="organisation_ends_on_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"Organisation {self.pk}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone in which this organisation's days are cut."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing may be changed here any more."""
        return self.state in {self.State.CANCELLED, self.State.CLOSED}

    @property
    def masked_pan(self) -> str:
        return f"{self.pan[:5]}XXXX{self.pan[-1:]}" if self.pan else ""
