"""A call, from the intent to its outcome, and every event a provider reported of it."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from dialer.models.telephony import TelephonyAccount
from dialer.providers.port import THIRD, Leg, is_third
from teams.visibility import sight_of


def _truth(condition: models.Q) -> models.Case:
    return models.Case(models.When(condition, then=True), default=False, output_field=models.BooleanField())


class CallQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Calls of the people whom `member` sees."""
        return self.filter(sight_of(member).of("telecaller"))

    def open(self) -> Self:
        """Calls that are not wrapped up yet: at most one of each telecaller."""
        return self.filter(closed_at=None)

    def live(self) -> Self:
        """Calls whose line is open, the longest first."""
        return self.filter(ended_at=None).order_by("started_at", "id")

    def attempts(self) -> Self:
        """Outgoing calls that reached the carrier: what figures count as a call.

        A call that failed or was cancelled before the lead's line was tried reached nobody.
        """
        tried = models.Q(status__in=Call.TRIED) | models.Q(
            ~models.Q(customer_leg="") | models.Q(ringing_at__isnull=False),
            status__in=[Call.Status.FAILED, Call.Status.CANCELED],
        )
        return self.filter(tried, direction=Call.Direction.OUTGOING)

    def with_flags(self) -> Self:
        """Add `was_connected` and `was_contact`.

        Connected: somebody answered, as the provider says; of a telecaller's own phone, as the outcome says.
        Contact: the outcome says that we spoke with the lead.
        """
        contact = models.Q(disposition__is_customer_contact=True)
        own_phone = models.Q(mode=Call.Mode.OWN_PHONE)
        return self.annotate(
            was_connected=_truth(models.Q(answered_at__isnull=False) | own_phone & contact), was_contact=_truth(contact)
        )


class Call(OrganisationOwned):
    """One attempt to talk to one lead. The row exists before any provider is asked.

    `status` is what the call came to, in Twilio's spelling; `failure` says why nobody was reached when that is not the
    customer's doing. `ended_at` closes the line, `closed_at` the wrap-up.
    """

    class Direction(models.TextChoices):
        OUTGOING = "outgoing", _("Outgoing")
        INCOMING = "incoming", _("Incoming")

    class Mode(models.TextChoices):
        BRIDGE = "bridge", _("Rings my phone first")
        BROWSER = "browser", _("This browser")
        OWN_PHONE = "own_phone", _("My own phone")

    class Status(models.TextChoices):
        INTENT = "intent", _("Starting")
        QUEUED = "queued", _("Starting")
        INITIATED = "initiated", _("Dialling")
        RINGING = "ringing", _("Ringing")
        IN_PROGRESS = "in-progress", _("Connected")
        COMPLETED = "completed", _("Ended")
        BUSY = "busy", _("Busy")
        NO_ANSWER = "no-answer", _("No answer")
        FAILED = "failed", _("Failed")
        CANCELED = "canceled", _("Cancelled")

    class RecordingRule(models.TextChoices):
        ON = "on", _("To be recorded")
        WISH = "wish", _("The customer does not want to be recorded")
        UNSUPPORTED = "unsupported", _("The provider cannot record")
        UNAGREED = "unagreed", _("How the provider records is not settled in Settings, Recording")

    TRIED = (
        Status.INITIATED,
        Status.RINGING,
        Status.IN_PROGRESS,
        Status.COMPLETED,
        Status.BUSY,
        Status.NO_ANSWER,
    )

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    telecaller = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    campaign = models.ForeignKey(
        "dialer.Campaign", on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.OUTGOING)
    mode = models.CharField(max_length=10, choices=Mode)
    provider = models.CharField(max_length=20)
    phone = models.CharField(_("phone"), max_length=16)
    caller_id = models.CharField(max_length=16, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.INTENT)
    # The two legs as the provider tells them; `status` above is what the call came to (`dialer.calls.merging`).
    agent_status = models.CharField(max_length=12, choices=Status, default=Status.INTENT)
    customer_status = models.CharField(max_length=12, choices=Status, default=Status.INTENT)
    customer_leg = models.CharField(max_length=64, blank=True)
    agent_leg = models.CharField(max_length=64, blank=True)
    # When the telecaller's browser did not answer and their phone was rung instead; `lost_leg` is the browser's.
    fell_back_at = models.DateTimeField(null=True)
    lost_leg = models.CharField(max_length=64, blank=True, db_default="")
    failure = models.CharField(max_length=40, blank=True)
    # The clock of the customer's leg. Talk time is answered to ended, in whole seconds.
    started_at = models.DateTimeField()
    ringing_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ring_seconds = models.PositiveIntegerField(null=True)
    talk_seconds = models.PositiveIntegerField(null=True)
    # Talk as the provider counts it, which is what it bills; null until it has said.
    counted_seconds = models.PositiveIntegerField(null=True)
    # Decided when the customer is rung; blank where nothing asks for a recording.
    recording_rule = models.CharField(max_length=12, choices=RecordingRule, blank=True, default="", db_default="")
    # Who answered, in the provider's own word; blank as long as it has not said.
    answered_by = models.CharField(max_length=40, blank=True, default="", db_default="")
    # When the provider last gave a sign of the call: an event, or an answer to our question.
    seen_at = models.DateTimeField(null=True)
    hang_up_asked_at = models.DateTimeField(null=True)
    disposition = models.ForeignKey(
        "dialer.Disposition", on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    note = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    wrap_up_seconds = models.PositiveIntegerField(null=True)
    policy_version = models.PositiveIntegerField(default=0)

    objects: ClassVar[Any] = scoped(CallQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "telecaller"],
                condition=models.Q(closed_at=None),
                name="call_one_open_of_telecaller",
            ),
            models.UniqueConstraint(
                fields=["organisation", "lead"], condition=models.Q(ended_at=None), name="call_one_live_to_lead"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(ended_at__isnull=False), name="call_closed_after_its_end"
            ),
            models.CheckConstraint(
                condition=models.Q(talk_seconds=None) | models.Q(answered_at__isnull=False),
                name="call_talk_needs_an_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-started_at", "-id"], name="call_newest"),
            models.Index(fields=["organisation", "telecaller", "-started_at", "-id"], name="call_newest_of_telecaller"),
            models.Index(fields=["organisation", "lead", "-started_at"], name="call_newest_of_lead"),
            models.Index(fields=["organisation", "phone", "-started_at"], name="call_newest_to_phone"),
            models.Index(
                fields=["organisation", "customer_leg"],
                name="call_by_customer_leg",
                condition=~models.Q(customer_leg=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Call {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("dialer:call", args=[self.pk])

    @property
    def is_live(self) -> bool:
        """Whether the line is, or may still be, open."""
        return self.ended_at is None

    @property
    def is_in_wrap_up(self) -> bool:
        return self.ended_at is not None and self.closed_at is None

    @property
    def is_connected(self) -> bool:
        return self.answered_at is not None

    @property
    def since(self) -> dt.datetime:
        """From when the timer of the call bar counts."""
        return self.ended_at or self.answered_at or self.started_at

    @property
    def provider_name(self) -> str:
        return str(TelephonyAccount.Provider(self.provider).label)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Whose lines a provider carried, and what each came to, in words; none of a call from the telecaller's phone."""
        if self.mode == self.Mode.OWN_PHONE:
            return []
        return [
            (gettext("Telecaller's line"), self._said_of(self.agent_status)),
            (gettext("Lead's line"), self._said_of(self.customer_status)),
        ]

    def _said_of(self, status: str) -> str:
        if status == self.Status.INTENT and not self.is_live:
            return gettext("Never rang")
        return str(self.Status(status).label)


class CallEventQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Posts about calls that `member` sees; those about calls that nobody knows, for who sees the whole organisation."""
        if sight_of(member).is_whole:
            return self
        seen = Call.objects.visible_to(member).filter(pk=models.OuterRef("call_token"))
        return self.filter(models.Exists(seen))

    def decided(self) -> Self:
        """Without those that wait for their merging."""
        return self.exclude(verdict=CallEvent.Verdict.WAITING)

    def of_legs(self) -> Self:
        """Those that tell how a leg stands, which are what calls are merged from."""
        return self.exclude(leg__in=CallEvent.BESIDE)

    def posted_twice(self) -> Self:
        """Those that the provider sent again. An answer to our own question comes again because we ask again."""
        return self.filter(copies__gt=1).exclude(event_key__startswith=ASKED)


# What the key of an answer to our own question begins with.
ASKED = "asked:"


class CallEvent(OrganisationOwned):
    """One post of a provider, or its answer to our question, kept as it came. `verdict` says what was decided on it.

    OUT_OF_ORDER: something newer of its leg was known already. LATE: it was in order, but came more than a minute after
    what it tells (`dialer.calls.inbox`).
    """

    class Verdict(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        MERGED = "merged", _("Merged")
        LATE = "late", _("Late")
        OUT_OF_ORDER = "out_of_order", _("Out of order")
        UNKNOWN_CALL = "unknown_call", _("Unknown call")
        UNKNOWN_STATUS = "unknown_status", _("Unknown status")

    BESIDE: ClassVar[dict[str, Any]] = {"recording": _("Recording"), "machine": _("Who answered")}

    provider = models.CharField(max_length=20)
    event_key = models.CharField(max_length=64)
    # Our own token in the address the provider was given; no foreign key, since the call may be unknown or erased.
    call_token = models.UUIDField()
    leg = models.CharField(max_length=10)
    # {status, at, provider_id, sequence, duration, raw}: ids, statuses and times, never a number or a name.
    payload = models.JSONField()
    received_at = models.DateTimeField()
    copies = models.PositiveIntegerField(default=1)
    verdict = models.CharField(max_length=15, choices=Verdict, default=Verdict.WAITING)
    decided_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(CallEventQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "provider", "event_key"], name="call_event_once")
        ]
        indexes = [
            models.Index(fields=["organisation", "call_token", "received_at"], name="call_events_of_call"),
            models.Index(fields=["organisation", "-received_at", "-id"], name="call_event_newest"),
        ]

    def __str__(self) -> str:
        return f"CallEvent {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("dialer:post", args=[self.pk])

    @property
    def is_of_leg(self) -> bool:
        return self.leg not in self.BESIDE

    @property
    def is_answer(self) -> bool:
        """Whether we had asked for it."""
        return self.event_key.startswith(ASKED)

    @property
    def line(self) -> str:
        """Whose line it is about, in words."""
        if self.leg in self.BESIDE:
            return str(self.BESIDE[self.leg])
        if is_third(self.leg):
            return gettext("Line of person %(number)s") % {"number": self.leg.removeprefix(THIRD)}
        return gettext("Telecaller's line") if self.leg == Leg.AGENT else gettext("Lead's line")

    @property
    def copies_too_many(self) -> int:
        """How often the provider sent it again."""
        return 0 if self.is_answer else self.copies - 1
