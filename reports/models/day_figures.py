"""The rollup that every page of figures reads."""

from django.db import models

from accounts.tenancy import OrganisationOwned


class DayFigures(OrganisationOwned):
    """One telecaller's day, or (telecaller null) the whole organisation's; days are cut in the organisation's zone.

    All times in seconds. `by_hour` is 24 pairs [calls, connected]; `by_disposition` maps disposition id to calls;
    `by_campaign` maps campaign id ("" = none) to [calls, connected, talk]. Recomputed from the rows, never added to.
    """

    day = models.DateField()
    telecaller = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    total_calls = models.PositiveIntegerField(default=0)
    connected_calls = models.PositiveIntegerField(default=0)
    contact_calls = models.PositiveIntegerField(default=0)
    unique_leads_called = models.PositiveIntegerField(default=0)
    talk_time = models.PositiveIntegerField(default=0)
    ring_time = models.PositiveIntegerField(default=0)
    after_call_work = models.PositiveIntegerField(default=0)
    handled_calls = models.PositiveIntegerField(default=0)
    conversions = models.PositiveIntegerField(default=0)
    by_hour = models.JSONField(default=list)
    by_disposition = models.JSONField(default=dict)
    by_campaign = models.JSONField(default=dict)
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "day", "telecaller"], nulls_distinct=False, name="day_figures_once"
            ),
            models.CheckConstraint(
                condition=models.Q(connected_calls__lte=models.F("total_calls")), name="day_figures_connected"
            ),
        ]

    def __str__(self) -> str:
        return f"DayFigures {self.pk}"
