"""How this organisation's telecallers work."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned
from dialer.models.call import Call


class DialerSettings(OrganisationOwned):
    """One row of each organisation."""

    default_mode = models.CharField(_("how calls start"), max_length=10, choices=Call.Mode, default=Call.Mode.BRIDGE)
    is_wrap_up_required = models.BooleanField(_("an outcome is needed before the next call"), default=True)
    auto_advance_seconds = models.PositiveSmallIntegerField(_("next lead after, seconds"), default=0)
    lease_minutes = models.PositiveSmallIntegerField(
        _("an opened lead returns to the queue after, minutes"), default=15
    )
    hot_lead_minutes = models.PositiveSmallIntegerField(_("a new lead is hot for, minutes"), default=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="dialer_settings_once")]

    def __str__(self) -> str:
        return f"DialerSettings {self.pk}"
