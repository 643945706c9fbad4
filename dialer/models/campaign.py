"""Campaigns, and the narrow hot table from which leads are handed out."""

import datetime as dt
from typing import Any, ClassVar, Self
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from privacy.contact_facts import Purpose
from privacy.contact_words import PURPOSES
from teams.visibility import sight_of

# What says where and for whom a lead waits.
PLACE = (
    "campaign_id",
    "list_id",
    "rank",
    "due_at",
    "attempts",
    "reserved_for_id",
    "kept_until",
    "leased_to_id",
    "lease_until",
    "finished_at",
    "finished_because",
)


class CampaignQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Campaigns that somebody whom `member` sees calls; and, but for a telecaller, their own and those without callers."""
        sight = sight_of(member)
        if sight.is_whole:
            return self
        callers = CampaignMember.objects.filter(campaign=models.OuterRef("pk"))
        seen = models.Q(models.Exists(callers.filter(sight.of("member"))))
        if sight.unowned:
            seen |= models.Q(created_by=member) | ~models.Q(models.Exists(callers))
        return self.filter(seen)

    def running(self) -> Self:
        return self.filter(state=Campaign.State.RUNNING)


class Campaign(OrganisationOwned):
    """Lists of leads, the people who call them, and the rules they call them by."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    class Mode(models.TextChoices):
        PREVIEW = "preview", _("Preview: the telecaller looks at the lead and presses Call")
        TIMED = "timed", _("Timed preview: the call starts when a countdown ends")
        PROGRESSIVE = "progressive", _("Progressive: the next call starts when the outcome is saved")

    class Recorded(models.TextChoices):
        AS_ORGANISATION = "", _("As the organisation says")
        ON = "on", _("Record its calls")
        OFF = "off", _("Do not record its calls")

    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(pgettext_lazy("condition", "state"), max_length=10, choices=State, default=State.DRAFT)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5, help_text=_("1 to 9; 9 is called first."))
    opens_at = models.TimeField(_("calls start"), default=dt.time(10))
    closes_at = models.TimeField(_("calls end"), default=dt.time(21))
    maximum_attempts = models.PositiveSmallIntegerField(_("attempts at most"), default=6)
    fresh_every = models.PositiveSmallIntegerField(
        _("every how many calls a first call"),
        null=True,
        blank=True,
        help_text=_("Retries come before first calls. With 4, every fourth call is a first one all the same."),
    )
    keep_hours = models.PositiveSmallIntegerField(
        _("hours that a retry is kept"),
        null=True,
        blank=True,
        default=24,
        help_text=_("For who talked to the lead last, or owns it; then a colleague may be handed it. Empty: for good."),
    )
    # What its calls are by law, and the number that its leads see; without one, the account's.
    purpose = models.CharField(
        _("What its calls are"),
        max_length=15,
        choices=PURPOSES,
        default=Purpose.SERVICE.value,
        db_default=Purpose.SERVICE.value,
    )
    number = models.ForeignKey(
        "dialer.PhoneNumber",
        verbose_name=_("Number shown to its leads"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    # How it is called: see `dialer.campaigns.modes`.
    mode = models.CharField(_("How calls start"), max_length=12, choices=Mode, default=Mode.PREVIEW)
    may_skip = models.BooleanField(
        _("A lead may be skipped, with a reason"),
        default=True,
        help_text=_("Otherwise the lead in hand is called before any other."),
    )
    countdown_seconds = models.PositiveSmallIntegerField(
        _("Seconds of the countdown"),
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
        help_text=_("5 to 120; for the timed preview."),
    )
    wrap_up_seconds = models.PositiveSmallIntegerField(
        _("Seconds for the wrap-up"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(3_600)],
        help_text=_("Without a number, the organisation's own. 0: no limit."),
    )
    recorded = models.CharField(
        _("Recording"), max_length=3, choices=Recorded, blank=True, default=Recorded.AS_ORGANISATION, db_default=""
    )
    detects_machines = models.BooleanField(
        _("Listen for answering machines"),
        default=False,
        db_default=False,
        help_text=_("Calls are put through at once. The provider charges for it, and may be wrong."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    objects: ClassVar[Any] = scoped(CampaignQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", models.functions.Lower("name"), name="campaign_name_once"),
            models.CheckConstraint(condition=models.Q(priority__range=(1, 9)), name="campaign_priority_1_to_9"),
            models.CheckConstraint(condition=models.Q(opens_at__lt=models.F("closes_at")), name="campaign_window"),
            models.CheckConstraint(
                condition=models.Q(maximum_attempts__range=(1, 30)), name="campaign_attempts_1_to_30"
            ),
            models.CheckConstraint(
                condition=models.Q(fresh_every=None) | models.Q(fresh_every__range=(2, 20)),
                name="campaign_fresh_every_2_to_20",
            ),
            models.CheckConstraint(
                condition=models.Q(keep_hours=None) | models.Q(keep_hours__range=(1, 720)),
                name="campaign_keep_hours_1_to_720",
            ),
            models.CheckConstraint(
                condition=models.Q(countdown_seconds__range=(5, 120)), name="campaign_countdown_5_to_120"
            ),
        ]

    def __str__(self) -> str:
        return f"Campaign {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("dialer:campaign", args=[self.pk])


class CampaignMember(OrganisationOwned):
    """A telecaller who is handed leads of a campaign.

    `handed` counts those handed out, where it matters: it says which list is next and whether a first call is due.
    """

    campaign = models.ForeignKey(
        "dialer.Campaign",
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="campaign_members",
        db_index=False,
    )
    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, related_name="+", db_index=False
    )
    handed = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "campaign", "member"], name="campaign_member_once")
        ]
        indexes = [models.Index(fields=["organisation", "member", "campaign"], name="campaigns_of_member")]

    def __str__(self) -> str:
        return f"CampaignMember {self.pk}"


class QueueEntry(OrganisationOwned):
    """A lead that waits to be called. A lead waits in one place only, so nobody can be handed it twice.

    `rank` orders a telecaller's day: 0 own follow-up, 1 missed inbound, 2 hot new lead, 3 retry, 4 fresh. An entry is
    free while `leased_to` is null or its lease has ended. `reserved_for` keeps it for one telecaller, and with `kept_until`
    only so long: from then on it is anyone's of the campaign, whoever owns the lead.

    `due_at` is when its turn comes. A first call whose turn has come stands there by the order of its list instead, at a
    moment long past (see `dialer.campaigns.ordering`): the earlier, the sooner.
    """

    class Rank(models.IntegerChoices):
        FOLLOW_UP = 0, _("Follow-up")
        MISSED = 1, _("Missed call")
        HOT = 2, _("New lead")
        RETRY = 3, _("Retry")
        FRESH = 4, _("First call")

        @property
        def is_owed(self) -> bool:
            """Whether a follow-up stands behind it: it is handed to its telecaller whatever becomes of the campaign."""
            return self in {self.FOLLOW_UP, self.MISSED}

    class Finished(models.TextChoices):
        """Why a lead waits no more."""

        CONVERTED = "converted", _("Converted")
        NOT_INTERESTED = "not_interested", _("Not interested")
        CLOSED = "closed", _("Closed")
        DONE = "done", _("Done")
        DO_NOT_CALL = "do_not_call", _("Do not call")
        UNWORKABLE = "unworkable", _("Number cannot be worked")
        ATTEMPTS_USED = "attempts_used", _("Attempts used")
        RETRIES_USED = "retries_used", _("Retries used")
        REFUSED = "refused", _("Not allowed by the contact rules")
        CAMPAIGN_ENDED = "campaign_ended", _("Campaign ended")
        LIST_ENDED = "list_ended", _("List ended")
        DELETED = "deleted", _("Lead in the bin")
        MERGED = "merged", _("Merged with another lead")

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, related_name="+", db_index=False
    )
    campaign = models.ForeignKey(
        "dialer.Campaign", on_delete=models.CASCADE, null=True, db_constraint=False, related_name="+", db_index=False
    )
    list = models.ForeignKey(
        "dialer.CampaignList",
        on_delete=models.CASCADE,
        null=True,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.FRESH)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    reserved_for = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    kept_until = models.DateTimeField(null=True)
    leased_to = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    lease_until = models.DateTimeField(null=True)
    # When the call begins by itself, or how many seconds a paused countdown has left. A trigger clears both when the
    # lead changes hands.
    call_at = models.DateTimeField(null=True)
    seconds_left = models.PositiveSmallIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_because = models.CharField(max_length=20, choices=Finished, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "lead"], condition=models.Q(finished_at=None), name="queue_lead_waits_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "leased_to"],
                condition=models.Q(finished_at=None, leased_to__isnull=False),
                name="queue_one_lead_in_hand",
            ),
            models.CheckConstraint(
                condition=models.Q(leased_to=None, lease_until=None)
                | models.Q(leased_to__isnull=False, lease_until__isnull=False),
                name="queue_lease_has_holder_and_end",
            ),
            models.CheckConstraint(
                condition=models.Q(campaign=None, list=None) | models.Q(campaign__isnull=False, list__isnull=False),
                name="queue_campaign_has_list",
            ),
            models.CheckConstraint(
                condition=models.Q(call_at=None) | models.Q(seconds_left=None), name="queue_countdown_runs_or_rests"
            ),
        ]
        # Free entries only: one that is in somebody's hands is not walked over by everybody else.
        indexes = [
            # The past of a lead, for its timeline; the present has the constraint above.
            # Of every entry, waiting or not: so the key of the database finds what still names a lead that is removed.
            models.Index(fields=["organisation", "lead"], name="queue_of_lead"),
            models.Index(
                fields=["organisation", "list", "reserved_for", "rank", "due_at", "id"],
                name="queue_free_of_list",
                condition=models.Q(finished_at=None, leased_to=None),
            ),
            models.Index(
                fields=["organisation", "reserved_for", "rank", "due_at", "id"],
                name="queue_next_of_member",
                condition=models.Q(finished_at=None, leased_to=None, reserved_for__isnull=False),
            ),
            models.Index(
                fields=["organisation", "kept_until"],
                name="queue_kept_until",
                condition=models.Q(
                    finished_at=None, leased_to=None, reserved_for__isnull=False, kept_until__isnull=False
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"QueueEntry {self.pk}"

    def finish(self, because: str) -> None:
        """End the waiting: `because` is one of `Finished`."""
        self.finished_at, self.finished_because = timezone.now(), because
        self._move("finished_at", "finished_because")

    def put_off(self, due_at: dt.datetime) -> None:
        """Let the lead wait until `due_at`, in nobody's hands, and kept for its telecaller as long from then on."""
        if self.kept_until is not None:
            self.kept_until += max(due_at - self.due_at, dt.timedelta(0))
        self.due_at = due_at
        self._move("due_at", "kept_until")

    def keep_for(self, member: Membership) -> None:
        """Offer the lead to `member` alone, who owns it."""
        self.reserved_for, self.kept_until = member, None
        self._move("reserved_for", "kept_until")

    def is_anyones(self, at: dt.datetime) -> bool:
        """Whether it was kept for a telecaller who let the time pass."""
        return self.kept_until is not None and self.kept_until <= at

    def place(self) -> dict[str, Any]:
        """Return where the lead waits, as JSON holds it; `put_back` takes it."""
        return {"id": str(self.pk)} | {
            name: value.isoformat()
            if isinstance(value, dt.datetime)
            else str(value)
            if isinstance(value, UUID)
            else value
            for name in PLACE
            for value in [getattr(self, name)]
        }

    def put_back(self, place: dict[str, Any]) -> None:
        """Let the lead wait where `place` says; what it does not say stays as it is."""
        for name in [name for name in PLACE if name in place]:
            field: Any = self._meta.get_field(name.removesuffix("_id"))
            setattr(self, name, field.to_python(place[name]))
        self.save(update_fields=list(PLACE))

    def _move(self, *fields: str) -> None:
        self.leased_to, self.lease_until = None, None
        self.save(update_fields=[*fields, "leased_to", "lease_until"])
