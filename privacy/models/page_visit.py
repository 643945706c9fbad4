"""A page that somebody looked at, and for how long: kept only of who allows it."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib import user_agents

# A page that stays open over lunch was not read for so long: our own figure.
LONGEST = dt.timedelta(minutes=30)


class PageVisitQuerySet(OrganisationQuerySet):
    def of(self, member: Membership) -> Self:
        """The visits of one person, who alone sees them; the newest first."""
        return self.filter(member=member).order_by("-at", "-id")


class PageVisit(OrganisationOwned):
    """One look at one page, from its coming to the foreground to its leaving it.

    `page` is the name of the page in the program, such as "leads:lead": it never says which lead. `key` is made by the
    browser, so that what is sent twice is kept once. `device` is a random number that we gave the browser.
    """

    class Device(models.TextChoices):
        PHONE = user_agents.PHONE, _("Phone")
        TABLET = user_agents.TABLET, _("Tablet")
        COMPUTER = user_agents.COMPUTER, _("Computer")
        UNKNOWN = "", _("Unknown")

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    key = models.UUIDField()
    page = models.CharField(max_length=100)
    at = models.DateTimeField()
    seconds = models.PositiveSmallIntegerField()
    ip_address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=30, blank=True)
    system = models.CharField(max_length=20, blank=True)
    device_type = models.CharField(max_length=10, choices=Device, blank=True)
    device = models.UUIDField()

    objects: ClassVar[Any] = scoped(PageVisitQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "member", "key"], name="page_visit_once"),
            models.CheckConstraint(condition=models.Q(seconds__lte=1800), name="page_visit_longest"),
        ]
        indexes = [
            models.Index(fields=["organisation", "member", "-at", "-id"], name="page_visit_of_member"),
            models.Index(fields=["organisation", "at"], name="page_visit_at"),
        ]

    def __str__(self) -> str:
        return f"PageVisit {self.pk}"
