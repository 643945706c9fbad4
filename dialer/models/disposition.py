"""How a call went, in the organisation's own words, and what follows from it."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.bilingual import Bilingual

if TYPE_CHECKING:
    from dialer.models.call import Call

# What an outcome may say about a call, in the order of the form.
FLAGS = (
    "is_human_answered",
    "is_customer_contact",
    "is_converted",
    "is_not_interested",
    "is_unworkable",
    "is_do_not_call",
)


class DispositionQuerySet(OrganisationQuerySet):
    def in_order(self) -> Self:
        """Outcomes that people choose from, in the order in which they are shown."""
        return self.chosen_by_people().filter(is_active=True).order_by("position", "id")

    def chosen_by_people(self) -> Self:
        """Without those by which the system closes a call that nobody wrapped up."""
        return self.filter(system_code="")

    def offered_on(self, call: "Call") -> Self:
        """Outcomes that may be chosen for `call`: those in use, without what its campaign leaves out."""
        offered = self.in_order()
        return offered.exclude(left_out__campaign=call.campaign_id) if call.campaign_id else offered


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
        MACHINE = "machine", _("Answering machine")

    class System(models.TextChoices):
        """Why the system itself closed a call that nobody wrapped up."""

        # The telecaller's own phone was dialled, and nobody said for hours that the call is over.
        CUSTOMER_GONE = "customer_gone", _("Customer gone")
        NO_OUTCOME = "no_outcome", _("No outcome in time")
        # As before, while the telecaller was on a break or offline.
        AWAY = "away", _("Telecaller away")

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
    system_code = models.CharField(max_length=15, choices=System, blank=True, editable=False)
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
            models.UniqueConstraint(
                fields=["organisation", "system_code"],
                condition=~models.Q(system_code=""),
                name="disposition_of_the_system_once",
            ),
            models.CheckConstraint(
                condition=models.Q(retry_minutes=None) | models.Q(retry_minutes__gte=2),
                name="disposition_retry_from_2_minutes",
            ),
            models.CheckConstraint(
                condition=models.Q(retry_minutes=None, retry_attempts=None)
                | models.Q(retry_minutes__isnull=False, retry_attempts__isnull=False, retry_attempts__range=(1, 10)),
                name="disposition_retry_1_to_10_times",
            ),
            models.CheckConstraint(
                condition=models.Q(minimum_talk_seconds=None)
                | models.Q(maximum_talk_seconds=None)
                | models.Q(minimum_talk_seconds__lte=models.F("maximum_talk_seconds")),
                name="disposition_talk_range",
            ),
        ]

    def __str__(self) -> str:
        return f"Disposition {self.pk}"

    @property
    def suggested_minutes(self) -> int | None:
        """In how many minutes a follow-up is suggested: the outcome's own delay, else that of its retry."""
        return self.follow_up_minutes or self.retry_minutes

    @property
    def ends_the_lead(self) -> bool:
        """Whether nobody calls the lead after this outcome, so that there is nothing to plan."""
        is_over = self.is_converted or self.is_do_not_call or self.is_not_interested or self.is_unworkable
        return is_over or (self.next_status is not None and self.next_status.is_closed)

    def asks_when(self, *, not_connected_too: bool) -> bool:
        """Whether the outcome is saved with a follow-up only; `not_connected_too` is the organisation's setting."""
        is_tried_again = self.group == self.Group.NOT_CONNECTED and not self.ends_the_lead
        return self.needs_follow_up or (not_connected_too and is_tried_again)

    @property
    def flags(self) -> list[str]:
        """What the outcome says about a call, in words."""
        fields: list[Any] = [self._meta.get_field(name) for name in FLAGS]
        return [str(field.verbose_name) for field in fields if getattr(self, field.name)]
