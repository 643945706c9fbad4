"""Orders to keep records that would be deleted otherwise."""

from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped


class LegalHoldQuerySet(OrganisationQuerySet):
    def in_force(self) -> Self:
        now = timezone.now()
        return self.filter(models.Q(until=None) | models.Q(until__gt=now), lifted_at=None)


class LegalHold(OrganisationOwned):
    """Why some records stay: those of the organisation, of one lead or of one member, narrowed to a kind and a time.

    `lead_id` is a lead of the app above, so it is an id without a key. `rule` narrows to one rule of the schedule,
    `records_from` and `records_until` (both days included) to what is counted from that time.
    """

    class Scope(models.TextChoices):
        ORGANISATION = "organisation", pgettext_lazy("hold", "Everything here")
        LEAD = "lead", _("One lead")
        MEMBER = "member", _("One person of the team")

    scope = models.CharField(_("what stays"), max_length=12, choices=Scope)
    lead_id = models.UUIDField(null=True, blank=True)
    member = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("person"),
    )
    rule = models.CharField(max_length=20, blank=True)
    records_from = models.DateField(_("from"), null=True, blank=True)
    records_until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    until = models.DateTimeField(null=True, blank=True)
    placed_at = models.DateTimeField(auto_now_add=True)
    placed_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    objects: ClassVar = scoped(LegalHoldQuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope="organisation", lead_id=None, member=None)
                | models.Q(scope="lead", lead_id__isnull=False, member=None)
                | models.Q(scope="member", lead_id=None, member__isnull=False),
                name="legal_hold_scope_fits",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at=None, lifted_by=None)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="legal_hold_lifted_at_and_by",
            ),
            models.CheckConstraint(
                condition=models.Q(records_from=None)
                | models.Q(records_until=None)
                | models.Q(records_until__gte=models.F("records_from")),
                name="legal_hold_time_in_order",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-placed_at", "-id"], name="legal_hold_newest")]

    def __str__(self) -> str:
        return f"LegalHold {self.pk}"

    @property
    def is_in_force(self) -> bool:
        return self.lifted_at is None and (self.until is None or self.until > timezone.now())
