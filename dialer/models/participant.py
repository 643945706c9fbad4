"""Third people on a call: who listens to it, helps with it or takes it over."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from dialer.models.call import Call
from dialer.providers.port import third_leg


class ParticipantQuerySet(OrganisationQuerySet):
    def open(self) -> Any:
        """Those who are on a call, or are being rung."""
        return self.filter(left_at=None).order_by("call", "number")

    def speaking(self) -> Any:
        """Those who are there to speak, not to supervise."""
        return self.exclude(kind=Participant.Kind.SUPERVISOR)


class Participant(OrganisationOwned):
    """A third person on a call, from the wish to ring them on; the row exists before the provider is asked.

    `status` is that of their leg, merged like the two others (`dialer.calls.merging`). `joined_at` is when they
    answered, `left_at` when their leg was over, whether or not they had answered. `ip` and `user_agent` say from where
    a supervisor came. How they listen is what was done last of the controls of their leg. `took_over_at` is when the call
    was handed over to them: from then on they speak for us. `in_browser`: not `phone` is rung but their browser, which
    showed it to them at `offered_at`; one that does not answer is followed by a row of its own for the phone.
    """

    class Kind(models.TextChoices):
        SUPERVISOR = "supervisor", _("Supervisor")
        COLLEAGUE = "colleague", _("Colleague")
        OUTSIDE = "outside", _("Outside number")

    class Plan(models.TextChoices):
        """What whoever brings somebody in has in mind."""

        WARM = "warm", _("Speak first, then hand over")
        COLD = "cold", _("Hand over at once")
        JOIN = "join", _("Add to the call")

    call = models.ForeignKey(
        "dialer.Call", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="people"
    )
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    member = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    phone = models.CharField(max_length=16)
    in_browser = models.BooleanField(default=False)
    offered_at = models.DateTimeField(null=True)
    plan = models.CharField(max_length=10, choices=Plan, blank=True)
    leg_id = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=12, choices=Call.Status, default=Call.Status.INTENT)
    failure = models.CharField(max_length=40, blank=True)
    asked_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    asked_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    took_over_at = models.DateTimeField(null=True)
    counted_seconds = models.PositiveIntegerField(null=True)
    # When the provider last gave a sign of their leg, and when they were told to go.
    seen_at = models.DateTimeField(null=True)
    leave_asked_at = models.DateTimeField(null=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Any] = scoped(ParticipantQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "call", "number"], name="participant_number_once"),
            models.UniqueConstraint(
                fields=["organisation", "member"],
                condition=Q(left_at=None, member__isnull=False),
                name="participant_on_one_call",
            ),
            models.CheckConstraint(
                condition=Q(kind="outside", member=None) | ~Q(kind="outside") & Q(member__isnull=False),
                name="participant_member_unless_outside",
            ),
            models.CheckConstraint(
                condition=Q(kind="supervisor") | Q(ip=None, user_agent=""), name="participant_ip_of_supervisor"
            ),
            models.CheckConstraint(
                condition=Q(kind="supervisor", plan="") | ~Q(kind="supervisor") & ~Q(plan=""),
                name="participant_plan_unless_supervisor",
            ),
            models.CheckConstraint(
                condition=Q(took_over_at=None) | ~Q(kind="supervisor") & Q(joined_at__isnull=False),
                name="participant_joined_before_taking_over",
            ),
            models.CheckConstraint(
                condition=Q(offered_at=None) | Q(in_browser=True), name="participant_offered_in_browser"
            ),
            models.CheckConstraint(
                condition=Q(in_browser=False) | Q(member__isnull=False), name="participant_in_browser_is_member"
            ),
            models.CheckConstraint(condition=Q(number__range=(1, 99)), name="participant_number_1_to_99"),
        ]
        indexes = [
            models.Index(fields=["organisation", "call"], name="participants_of_open_call", condition=Q(left_at=None))
        ]

    def __str__(self) -> str:
        return f"Participant {self.pk}"

    @property
    def leg(self) -> str:
        """The name of their leg in the call."""
        return third_leg(self.number)

    @property
    def is_on_line(self) -> bool:
        return bool(self.status == Call.Status.IN_PROGRESS and self.left_at is None)
