"""What a campaign lets the people who call it do, and what they passed over."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


class LeftOut(OrganisationOwned):
    """An outcome that a campaign does not offer. One that is added later is offered everywhere at first."""

    campaign = models.ForeignKey(
        "dialer.Campaign", on_delete=models.CASCADE, db_constraint=False, related_name="left_out", db_index=False
    )
    disposition = models.ForeignKey(
        "dialer.Disposition", on_delete=models.CASCADE, db_constraint=False, related_name="left_out", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "campaign", "disposition"], name="outcome_left_out_once")
        ]

    def __str__(self) -> str:
        return f"LeftOut {self.pk}"


class Skip(OrganisationOwned):
    """A lead that a telecaller was handed and laid down without calling it."""

    class Reason(models.TextChoices):
        SPOKEN = "spoken", _("Spoke with them elsewhere")
        LATER = "later", _("Not a good time to call them")
        PREPARE = "prepare", _("Something is to be prepared first")
        LANGUAGE = "language", _("Speaks another language")
        OTHER = "other", _("Another reason")
        # Not chosen: another lead was called while this one was in hand.
        OTHER_LEAD = "other_lead", _("Called another lead instead")

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, related_name="+", db_index=False
    )
    telecaller = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    campaign = models.ForeignKey(
        "dialer.Campaign", on_delete=models.CASCADE, null=True, db_constraint=False, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=10, choices=Reason)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "lead", "-at"], name="skips_of_lead"),
            models.Index(fields=["organisation", "campaign", "-at"], name="skips_of_campaign"),
        ]

    def __str__(self) -> str:
        return f"Skip {self.pk}"
