"""How a call went, in the organisation's own words, and what follows from it."""

from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.bilingual import Bilingual


class DispositionQuerySet(OrganisationQuerySet):
    def in_order(self) -> Self:
        return self.filter(is_active=True).order_by("position", "id")


class Disposition(Bilingual, OrganisationOwned):
    """One outcome, with the flags that figures, gates and the queue go by."""

    class Group(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        NOT_CONNECTED = "not_connected", _("Not connected")

    class Provider(models.TextChoices):
        """What a provider may report by itself; the outcome of the same meaning is offered first."""

        NO_ANSWER = "no-answer", _("No answer")
        BUSY = "busy", _("Busy")
        FAILED = "failed", _("Failed")

    group = models.CharField(_("group"), max_length=15, choices=Group)
    icon = models.CharField(max_length=30, default="phone")
    hot_key = models.CharField(_("key"), max_length=1, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    is_human_answered = models.BooleanField(_("a person answered"), default=False)
    is_customer_contact = models.BooleanField(_("we spoke with the lead"), default=False)
    is_converted = models.BooleanField(_("converted"), default=False)
    is_do_not_call = models.BooleanField(_("puts the number on do not call"), default=False)
    is_not_interested = models.BooleanField(_("not interested"), default=False)
    is_unworkable = models.BooleanField(_("the number cannot be worked"), default=False)
    needs_follow_up = models.BooleanField(_("needs a follow-up"), default=False)
    follow_up_minutes = models.PositiveIntegerField(_("suggested follow-up, minutes later"), null=True, blank=True)
    next_status = models.ForeignKey(
        "leads.Status",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("moves the lead to"),
    )
    # Why it is there, where that status asks for a reason; without one the organisation's fallback.
    reason = models.ForeignKey(
        "leads.StatusReason",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("reason"),
    )
    # Retry rule outside of a campaign's own: after how many minutes, at most how often; null = no retry.
    retry_minutes = models.PositiveIntegerField(_("retry after, minutes"), null=True, blank=True)
    retry_attempts = models.PositiveSmallIntegerField(_("retries at most"), null=True, blank=True)
    provider_status = models.CharField(max_length=10, choices=Provider, blank=True)
    minimum_talk_seconds = models.PositiveIntegerField(null=True, blank=True)
    maximum_talk_seconds = models.PositiveIntegerField(null=True, blank=True)

    objects: ClassVar[Any] = scoped(DispositionQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", models.functions.Lower("name"), name="disposition_name_once"),
            models.UniqueConstraint(
                fields=["organisation", "hot_key"],
                condition=models.Q(is_active=True) & ~models.Q(hot_key=""),
                name="disposition_key_once",
            ),
            models.CheckConstraint(
                condition=models.Q(retry_minutes=None) | models.Q(retry_minutes__gte=2),
                name="disposition_retry_from_2_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"Disposition {self.pk}"
