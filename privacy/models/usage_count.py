"""How much each page is used on a day, without people: what is left of visits when they are gone."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Max, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from privacy.models.page_visit import PageVisit

# Fewer people than these are not told apart: with four of a team on a page, three know what the fourth did. Our own figure.
FEWEST_PEOPLE = 5
MIXED = "mixed"


class UsageCountQuerySet(OrganisationQuerySet):
    def told(self) -> Self:
        """Without the rows that only say that a day was counted."""
        return self.filter(people__gt=0)

    def summed_by(self, column: str) -> Any:
        """Return {column, visits, seconds, most: people on one day} of each value of `column`, the most visited first."""
        sums = {"visits": Sum("visits"), "seconds": Sum("seconds"), "most": Max("people")}
        return self.told().order_by().values(column).annotate(**sums)


class UsageCount(OrganisationOwned):
    """The visits of one page by one kind of device on one day of the organisation; no row says whose they were.

    Where fewer than `FEWEST_PEOPLE` people came, devices are put together (`MIXED`), then pages (""); a day with fewer in
    all is not counted. The row of "" and `MIXED` is there for every day that was looked at, with zeros if need be.
    """

    class Device(models.TextChoices):
        PHONE = PageVisit.Device.PHONE.value, _("Phone")
        TABLET = PageVisit.Device.TABLET.value, _("Tablet")
        COMPUTER = PageVisit.Device.COMPUTER.value, _("Computer")
        MIXED = MIXED, pgettext_lazy("devices", "Not told apart")
        UNKNOWN = "", _("Unknown")

    day = models.DateField()
    page = models.CharField(max_length=100, blank=True)
    device_type = models.CharField(max_length=10, choices=Device, blank=True)
    visits = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    seconds = models.PositiveBigIntegerField()

    objects: ClassVar[Any] = scoped(UsageCountQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "day", "page", "device_type"], name="usage_count_once"),
            models.CheckConstraint(
                condition=Q(people__gte=FEWEST_PEOPLE) | Q(people=0, visits=0, seconds=0, page="", device_type=MIXED),
                name="usage_count_of_five_people",
            ),
        ]

    def __str__(self) -> str:
        return f"UsageCount {self.pk}"
