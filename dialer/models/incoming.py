"""Calls that leads make to us: who calls, who was rung, and what came of it."""

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from teams.visibility import sight_of, teams_around


class IncomingSettings(OrganisationOwned):
    """How calls are taken: one row of each organisation. An empty greeting is the standard one."""

    class Unknown(models.TextChoices):
        LEAD = "lead", _("Becomes a lead, of whoever answers or is to call back")
        KEPT = "kept", _("Stays a line on the page of incoming calls until somebody makes a lead of it")

    ring_seconds = models.PositiveSmallIntegerField(
        _("Seconds for which each telecaller is rung"),
        default=20,
        validators=[MinValueValidator(5), MaxValueValidator(60)],
        help_text=_("Then the next one is rung. Below the time after which their own mailbox answers."),
    )
    keeps_hours = models.BooleanField(
        _("Ring nobody outside the calling hours"),
        default=True,
        help_text=_("Who calls then is led to the voicemail at once."),
    )
    takes_messages = models.BooleanField(
        _("Voicemail"),
        default=True,
        help_text=_("Off: who reaches nobody is told so, and the call ends."),
    )
    greeting = models.CharField(_("Greeting in English"), max_length=300, blank=True)
    greeting_hindi = models.CharField(_("Greeting in Hindi"), max_length=300, blank=True)
    unknown_callers = models.CharField(
        _("Whoever calls from a number that no lead has"), max_length=10, choices=Unknown, default=Unknown.LEAD
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="incoming_settings_once"),
            models.CheckConstraint(
                condition=models.Q(ring_seconds__range=(5, 60)), name="incoming_ring_seconds_5_to_60"
            ),
        ]

    def __str__(self) -> str:
        return f"IncomingSettings {self.pk}"

    @classmethod
    def current(cls) -> "IncomingSettings":
        """Return the organisation's settings."""
        found: IncomingSettings = cls.objects.get()
        return found


class IncomingCallQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Calls of the leads and by the people whom `member` sees, and nobody's to a number that they may answer."""
        sight = sight_of(member)
        if sight.is_whole:
            return self
        rung = IncomingRing.objects.filter(sight.of("member"), incoming=models.OuterRef("pk"))
        is_nobodys = models.Q(answered_by=None) & (models.Q(lead=None) | models.Q(lead__assigned_to=None))
        is_near = models.Q(team=None) | models.Q(team__in=sorted(teams_around(member) | (sight.teams or frozenset())))
        return self.filter(
            sight.of("answered_by") | sight.of("lead__assigned_to") | models.Exists(rung) | is_nobodys & is_near
        )

    def missed(self) -> Self:
        """Those that nobody answered, and that are over."""
        return self.filter(answered_at=None, ended_at__isnull=False)

    def to_return(self) -> Self:
        """Missed ones of which the call back is owed still."""
        return self.missed().filter(
            follow_up__done_at=None, follow_up__cancelled_at=None, follow_up__isnull=False, lead__deleted_at=None
        )


class IncomingCall(OrganisationOwned):
    """One call of somebody to a number of ours. The provider's posts about it carry its own id of the call.

    Its id is that of the conference in which caller and telecaller meet, and of the `Call` that is written once a member
    has answered and the lead is known. `caller` is empty when the number was withheld.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ANSWERED = "answered", _("Answered")
        TOLD = "told", _("Voicemail")

    class Missed(models.TextChoices):
        GAVE_UP = "gave_up", _("Hung up first")
        NOBODY = "nobody", _("Nobody was free")
        CLOSED = "closed", _("Outside the calling hours")
        SWITCHED_OFF = "off", _("The number takes no calls")
        REFUSED = "refused", _("Calls were stopped, or the day's limit was used up")

    provider = models.CharField(max_length=20)
    provider_id = models.CharField(max_length=64)
    called = models.CharField(max_length=16, blank=True)
    caller = models.CharField(max_length=16, blank=True)
    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    # Of the number that was called, as it was then.
    team = models.ForeignKey(
        "teams.Team", on_delete=models.SET_NULL, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    ended_at = models.DateTimeField(null=True)
    missed = models.CharField(max_length=10, choices=Missed, blank=True)
    # When the provider was asked to lead the caller to the voicemail, and when it came for what to say there.
    sent_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    # The recording of the message, as the provider names it.
    message_id = models.CharField(max_length=64, blank=True)
    message_seconds = models.PositiveIntegerField(null=True)
    # The call back that is owed; several missed calls of a person share one.
    follow_up = models.ForeignKey(
        "leads.FollowUp", on_delete=models.SET_NULL, null=True, db_constraint=False, db_index=False, related_name="+"
    )

    objects: ClassVar[Any] = scoped(IncomingCallQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "provider", "provider_id"], name="incoming_call_once"),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answered_by=None)
                | models.Q(answered_at__isnull=False, answered_by__isnull=False),
                name="incoming_answered_at_and_by",
            ),
            models.CheckConstraint(
                condition=models.Q(missed="") | models.Q(answered_at=None), name="incoming_missed_or_answered"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(answered_at__isnull=False) | ~models.Q(missed=""),
                name="incoming_missed_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-started_at", "-id"], name="incoming_newest"),
            models.Index(fields=["organisation", "lead", "-started_at"], name="incoming_newest_of_lead"),
            models.Index(fields=["organisation", "caller", "-started_at"], name="incoming_newest_from_phone"),
            models.Index(fields=["organisation", "follow_up"], name="incoming_of_follow_up"),
        ]

    def __str__(self) -> str:
        return f"IncomingCall {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("dialer:incoming")

    @property
    def is_live(self) -> bool:
        """Whether the caller is on the line, or may still be."""
        return self.ended_at is None

    @property
    def is_waiting(self) -> bool:
        """Whether somebody may still be rung for the caller."""
        return self.is_live and self.state == self.State.WAITING

    @property
    def is_missed(self) -> bool:
        return self.ended_at is not None and self.answered_at is None

    @property
    def is_unknown(self) -> bool:
        """Whether no lead has the number."""
        return self.lead_id is None


class IncomingRing(OrganisationOwned):
    """One member whose phone rings, or rang, for an incoming call. It is open until their leg is over."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        NO_ANSWER = "no_answer", _("No answer")
        DECLINED = "declined", _("Passed on")
        FAILED = "failed", _("Could not be rung")
        CALLER_GONE = "caller_gone", _("The caller hung up")

    incoming = models.ForeignKey(
        "dialer.IncomingCall", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="rings"
    )
    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    # Of the member's leg, in the words of `Call.Status`; and its id at the provider.
    status = models.CharField(max_length=12, default="intent")
    leg = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    gives_up_at = models.DateTimeField()
    # Their browser is rung, in place of their phone.
    in_browser = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "incoming", "member"], name="incoming_ring_member_once"),
            models.UniqueConstraint(
                fields=["organisation", "member"],
                condition=models.Q(ended_at=None),
                name="incoming_ring_one_of_member",
            ),
            models.UniqueConstraint(
                fields=["organisation", "incoming"],
                condition=models.Q(ended_at=None),
                name="incoming_ring_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | ~models.Q(outcome=""), name="incoming_ring_ended_says_how"
            ),
        ]

    def __str__(self) -> str:
        return f"IncomingRing {self.pk}"
