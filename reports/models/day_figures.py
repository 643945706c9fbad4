"""The rollup that every page of figures reads."""

import datetime as dt
from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.db import models

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from reports.counts import PLAIN, Counts


class DayFiguresQuerySet(OrganisationQuerySet):
    def between(self, first: dt.date, last: dt.date) -> Self:
        """Days from `first` to `last`, both included."""
        return self.filter(day__range=(first, last))

    def of(self, people: Collection[Any] | None) -> Self:
        """The rows of `people`, or (None) those of the whole organisation."""
        return self.filter(telecaller=None) if people is None else self.filter(telecaller__in=people)

    def of_each_telecaller(self) -> Self:
        return self.filter(telecaller__isnull=False)


class DayFigures(OrganisationOwned):
    """One telecaller's day, or (telecaller null) the whole organisation's; days are cut in the organisation's zone.

    All times in seconds. `by_hour` is 24 pairs [calls, connected]; `by_disposition` maps disposition id ("" = none) to
    calls; `by_campaign` maps campaign id ("" = none) to the `Counts` of its calls. `leads_by_gap` maps the days since
    a lead was called before ("" = never) to leads: see `leads_called`. Recomputed from the rows, never added to.
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
    leads_by_gap = models.JSONField(default=dict)
    computed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = scoped(DayFiguresQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "day", "telecaller"], nulls_distinct=False, name="day_figures_once"
            ),
            models.CheckConstraint(
                condition=models.Q(connected_calls__lte=models.F("total_calls")), name="day_figures_connected"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "telecaller", "day"], name="day_figures_of_telecaller")]

    def __str__(self) -> str:
        return f"DayFigures {self.pk}"

    @property
    def counts(self) -> Counts:
        """The counts of all calls of the day."""
        plain = {name: getattr(self, name) for name in PLAIN}
        return Counts.read(plain | {"by_hour": self.by_hour, "by_disposition": self.by_disposition})

    def counts_of(self, campaign_id: object) -> Counts:
        """The counts of one campaign's calls."""
        return Counts.read(self.by_campaign.get(str(campaign_id), {}))

    def leads_called(self, since: dt.date) -> int:
        """Leads called on this day and not before it since `since`.

        Added up over the days of a period that starts at `since`, each lead called in it is counted once: on the
        first of its days in the period.
        """
        reach = (self.day - since).days
        return sum(leads for gap, leads in self.leads_by_gap.items() if gap == "" or int(gap) > reach)
