"""What a day should bring."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


class Target(OrganisationOwned):
    """A daily figure for every telecaller, or for one of them, who then has their own."""

    class Metric(models.TextChoices):
        TOTAL_CALLS = "total_calls", _("Calls")
        CONNECTED_CALLS = "connected_calls", _("Connected")
        TALK_TIME = "talk_time", _("Talk time, in minutes")
        CONVERSIONS = "conversions", _("Conversions")

    metric = models.CharField(max_length=20, choices=Metric)
    member = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    value = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "metric", "member"], nulls_distinct=False, name="target_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Target {self.pk}"
