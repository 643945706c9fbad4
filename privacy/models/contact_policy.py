"""When and how often this organisation calls."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned


def every_day() -> list[int]:
    """Return Monday to Sunday as 0 to 6."""
    return list(range(7))


def india() -> list[str]:
    """Return the countries that may be called unless the organisation says otherwise (ISO 3166)."""
    return ["IN"]


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
    daily_calls = models.PositiveIntegerField(_("calls of the organisation a day"), default=5000)
    daily_spend = models.DecimalField(_("spend a day"), max_digits=10, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="contact_policy_once"),
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")), name="contact_policy_window"
            ),
        ]

    def __str__(self) -> str:
        return f"ContactPolicy {self.pk}"
