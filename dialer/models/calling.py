"""What a campaign lets the people who call it do."""

from django.db import models

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
