"""How this organisation's telecallers work."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned
from dialer.models.call import Call
from leads.models import Lead


class DialerSettings(OrganisationOwned):
    """One row of each organisation."""

    default_mode = models.CharField(
        _("How calls start"),
        max_length=10,
        choices=Call.Mode,
        default=Call.Mode.BRIDGE,
        help_text=_("Telecallers may choose otherwise for themselves."),
    )
    may_dial_themselves = models.BooleanField(
        _("Telecallers may choose to dial on their own phone"),
        default=False,
        help_text=_("No provider sees such a call: how long it took is known from a paired phone only."),
    )
    not_connected_needs_follow_up = models.BooleanField(
        _("Ask for a follow-up after calls that did not connect, too"),
        default=False,
        help_text=_("Not where the outcome ends the matter, such as a wrong number."),
    )
    wrap_up_seconds = models.PositiveSmallIntegerField(
        _("Seconds for the wrap-up"),
        default=120,
        validators=[MaxValueValidator(3_600)],
        help_text=_("The clock of the wrap-up says when they are over. 0: no limit."),
    )
    outcome_minutes = models.PositiveSmallIntegerField(
        _("Minutes after which a call without an outcome is closed"),
        default=30,
        validators=[MaxValueValidator(1_440)],
        help_text=_("The lead waits again, and the outcome can be put right later. 0: never."),
    )
    lease_minutes = models.PositiveSmallIntegerField(
        _("Minutes after which an opened lead returns to the queue"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
    )
    hot_lead_minutes = models.PositiveSmallIntegerField(
        _("Minutes for which a new lead comes before the others"),
        default=30,
        validators=[MaxValueValidator(1_440)],
        help_text=_("Counted from when it was made. 0: it waits like the others."),
    )

    language = models.CharField(
        _("Language of scripts for leads whose own is not known"),
        max_length=2,
        choices=Lead.Language,
        default=Lead.Language.ENGLISH,
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation"], name="dialer_settings_once")]

    def __str__(self) -> str:
        return f"DialerSettings {self.pk}"
