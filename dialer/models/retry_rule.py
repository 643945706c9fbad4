"""When a campaign tries somebody again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


class RetryRule(OrganisationOwned):
    """When a lead of a campaign is tried again after an outcome; without one, the outcome's own rule holds."""

    campaign = models.ForeignKey(
        "dialer.Campaign", on_delete=models.CASCADE, db_constraint=False, related_name="retry_rules", db_index=False
    )
    disposition = models.ForeignKey(
        "dialer.Disposition", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    delay_minutes = models.PositiveIntegerField(_("after, minutes"))
    attempts = models.PositiveSmallIntegerField(_("times at most"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "campaign", "disposition"], name="retry_rule_once"),
            models.CheckConstraint(condition=models.Q(delay_minutes__gte=2), name="retry_rule_from_2_minutes"),
            models.CheckConstraint(condition=models.Q(attempts__range=(1, 10)), name="retry_rule_1_to_10"),
        ]

    def __str__(self) -> str:
        return f"RetryRule {self.pk}"
