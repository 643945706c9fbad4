"""The organisation's own numbers, which its leads see when they are called, and call themselves."""

from typing import Any, ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from dialer.models.telephony import TelephonyAccount
from privacy.contact_facts import Series, series_of
from privacy.contact_words import SERIES


class PhoneNumberQuerySet(OrganisationQuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def in_order(self) -> Self:
        """Those in use first, then by provider and number."""
        return self.order_by("-is_active", "provider", "phone", "id")


class PhoneNumber(OrganisationOwned):
    """A number at a provider. `series` is what its digits say, or what an admin stated where the two differ.

    Which calls a series may carry stands in the contact rules (`ContactPolicy.series`). `pointing` is what came of having
    its calls sent here: {asked_at} from when that was asked for, then {outcome, before: {asks, tells}} with where they went
    until then. A number that has no row takes calls like any other.
    """

    class Outcome(models.TextChoices):
        POINTED = "pointed", _("Calls to it come here.")
        UNKNOWN = "unknown", _("The account has no such number.")
        APPLICATION = (
            "application",
            _("At the provider an application stands before its addresses. Take it away there."),
        )

    # Own phones show numbers of their own.
    PROVIDERS = [choice for choice in TelephonyAccount.Provider.choices if choice[0] != "own_phone"]

    phone = models.CharField(_("number"), max_length=16)
    label = models.CharField(_("name"), max_length=60, blank=True)
    provider = models.CharField(_("provider"), max_length=20, choices=PROVIDERS)
    series = models.CharField(_("series"), max_length=10, choices=SERIES, default=Series.ORDINARY.value)
    is_active = models.BooleanField(_("In use"), default=True)
    takes_calls = models.BooleanField(
        _("Takes calls"), default=True, help_text=_("Off: whoever calls it hears that the line is busy.")
    )
    team = models.ForeignKey(
        "teams.Team",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    pointing = models.JSONField(default=dict, editable=False)

    objects: ClassVar[Any] = scoped(PhoneNumberQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "provider", "phone"], name="phone_number_once"),
            models.CheckConstraint(condition=models.Q(phone__startswith="+"), name="phone_number_in_e164"),
            models.CheckConstraint(
                condition=models.Q(series__in=[series.value for series in Series]), name="phone_number_series_known"
            ),
        ]

    def __str__(self) -> str:
        return f"PhoneNumber {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("dialer:number_edit", args=[self.pk])

    @property
    def is_stated(self) -> bool:
        """Whether an admin stated another series than the digits say."""
        return bool(self.series != series_of(self.phone))

    @property
    def is_being_pointed(self) -> bool:
        return "asked_at" in self.pointing and "outcome" not in self.pointing

    @property
    def outcome(self) -> str:
        """What came of having its calls sent here, in words; empty when nobody asked."""
        found = self.pointing.get("outcome")
        return str(self.Outcome(found).label) if found else ""

    @property
    def is_pointed(self) -> bool:
        return bool(self.pointing.get("outcome") == self.Outcome.POINTED)
