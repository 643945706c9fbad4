"""When and how often this organisation calls."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned
from privacy.contact_facts import Purpose, lawful_series
from privacy.contact_words import PURPOSES


def every_day() -> list[int]:
    """Return Monday to Sunday as 0 to 6."""
    return list(range(7))


def india() -> list[str]:
    """Return the countries that may be called unless the organisation says otherwise (ISO 3166)."""
    return ["IN"]


def series() -> dict[str, list[str]]:
    """Return which series of caller numbers may carry which calls, by the law's own default."""
    return {str(purpose): sorted(allowed) for purpose, allowed in lawful_series().items()}


def kinds() -> list[str]:
    """Return the kinds of numbers that are called unless the organisation says otherwise."""
    return ["mobile", "fixed"]


class ContactPolicy(OrganisationOwned):
    """The organisation's contact rules; one row each, whose version stands on every decision.

    Default window 10:00 to 21:00: promotional calls in India (TCCCPR 2018 and its practice; see docs/adr).
    """

    version = models.PositiveIntegerField(default=1, editable=False)
    opens_at = models.TimeField(_("calls start"), default=dt.time(10))
    closes_at = models.TimeField(_("calls end"), default=dt.time(21))
    weekdays = models.JSONField(_("days"), default=every_day)
    minimum_gap_minutes = models.PositiveSmallIntegerField(_("minutes between two calls to one person"), default=60)
    daily_attempts = models.PositiveSmallIntegerField(_("calls to one person a day"), default=3)
    lifetime_attempts = models.PositiveSmallIntegerField(_("calls to one person in all"), default=10)
    rolling_attempts = models.PositiveSmallIntegerField(_("calls to one person in 24 hours"), default=3)
    # Where one number may be called less often than a person. Empty: as often.
    number_daily_attempts = models.PositiveSmallIntegerField(_("calls to one number a day"), null=True, blank=True)
    number_rolling_attempts = models.PositiveSmallIntegerField(
        _("calls to one number in 24 hours"), null=True, blank=True
    )
    number_lifetime_attempts = models.PositiveSmallIntegerField(_("calls to one number in all"), null=True, blank=True)
    # Before 12:00, from 12:00 to 16:00, and after, where the person is. Empty: no limit of its own.
    morning_attempts = models.PositiveSmallIntegerField(_("calls in a morning"), null=True, blank=True)
    afternoon_attempts = models.PositiveSmallIntegerField(_("calls in an afternoon"), null=True, blank=True)
    evening_attempts = models.PositiveSmallIntegerField(_("calls in an evening"), null=True, blank=True)
    countries = models.JSONField(_("countries"), default=india)
    # Of `KINDS`; premium, short and emergency numbers are none of them, and are never called.
    kinds = models.JSONField(_("kinds of numbers"), default=kinds)
    # Of promotional calls, which go out only with a clean result that is not older.
    requires_dnd = models.BooleanField(_("promotional calls need a DND result"), default=False)
    dnd_days = models.PositiveSmallIntegerField(_("days for which a DND result counts"), default=7)
    # {purpose: [series]} in the words of `privacy.contact_facts`, for calls to Indian numbers.
    series = models.JSONField(_("number series"), default=series)
    # Of calls that belong to no campaign.
    purpose = models.CharField(
        _("calls without a campaign"), max_length=15, choices=PURPOSES, default=Purpose.SERVICE.value
    )
    daily_calls = models.PositiveIntegerField(_("calls of the organisation a day"), default=5000)
    daily_minutes = models.PositiveIntegerField(_("minutes of talk a day"), null=True, blank=True)
    daily_spend = models.DecimalField(_("spend a day"), max_digits=10, decimal_places=2, null=True, blank=True)
    member_daily_calls = models.PositiveIntegerField(_("calls of one person a day"), null=True, blank=True)
    member_daily_minutes = models.PositiveIntegerField(_("minutes of one person a day"), null=True, blank=True)
    member_daily_spend = models.DecimalField(
        _("spend of one person a day"), max_digits=10, decimal_places=2, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="contact_policy_once"),
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")), name="contact_policy_window"
            ),
            models.CheckConstraint(condition=models.Q(dnd_days__range=(1, 90)), name="contact_policy_dnd_days"),
        ]

    def __str__(self) -> str:
        return f"ContactPolicy {self.pk}"

    def may_carry(self, purpose: str, series: str) -> bool:
        """Whether calls of this kind to Indian numbers may show a number of `series`."""
        return "IN" not in self.countries or series in self.series.get(purpose, [])
