"""Where a lead stands, in the organisation's own words."""

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.bilingual import Bilingual


class StatusQuerySet(OrganisationQuerySet):
    def in_order(self) -> Self:
        return self.filter(is_active=True).order_by("position", "id")


class Status(Bilingual, OrganisationOwned):
    """A step of the pipeline; its kind is what figures and gates go by."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Open")
        ON_HOLD = "on_hold", _("On hold")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")
        INVALID = "invalid", _("Invalid")

    CLOSED = frozenset({Kind.WON, Kind.LOST, Kind.INVALID})

    class Colour(models.TextChoices):
        """The eight hues of the design guide, shown as a dot beside the name."""

        BLUE = "blue", _("Blue")
        TEAL = "teal", _("Teal")
        GREEN = "green", _("Green")
        AMBER = "amber", _("Amber")
        ORANGE = "orange", _("Orange")
        RED = "red", _("Red")
        PURPLE = "purple", _("Purple")
        GREY = "grey", _("Grey")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OPEN)
    colour = models.CharField(_("colour"), max_length=10, choices=Colour, default=Colour.BLUE)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    requires_reason = models.BooleanField(_("asks for a reason"), default=False)
    is_initial = models.BooleanField(_("for new leads"), default=False)

    objects: ClassVar[Any] = scoped(StatusQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", models.functions.Lower("name"), name="status_name_once"),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(is_initial=True), name="status_one_for_new_leads"
            ),
            # New leads start there by the thousand, and nobody is asked.
            models.CheckConstraint(
                condition=models.Q(is_initial=False) | models.Q(requires_reason=False),
                name="status_for_new_leads_asks_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"Status {self.pk}"

    @property
    def is_closed(self) -> bool:
        """Whether a lead in this status is called no more."""
        return self.kind in self.CLOSED


class StatusReason(Bilingual, OrganisationOwned):
    """Why leads come into a status that asks for a reason, in the organisation's own words.

    The fallback stands where nobody is asked: in a wrap-up, when the outcome has no reason of its own.
    """

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    is_fallback = models.BooleanField(_("when nobody is asked"), default=False)

    objects: ClassVar[Any] = scoped(StatusQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", models.functions.Lower("name"), name="reason_name_once"),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(is_fallback=True), name="reason_one_fallback"
            ),
        ]

    def __str__(self) -> str:
        return f"StatusReason {self.pk}"
