"""A task with a time: what somebody owes a lead."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from leads.models.follow_up_settings import FollowUpSettings
from teams.visibility import colleagues_of, sight_of

# A follow-up is done in time, and a callback kept, within so long of its time.
IN_TIME_MINUTES, KEPT_MINUTES = 30, 10


class FollowUpQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Follow-ups of the people whom `member` sees: those of their lists and counts."""
        return self.filter(sight_of(member).of("assigned_to"))

    def within_reach_of(self, member: Membership) -> Self:
        """Those, and the follow-ups on leads that `member` sees: on the page of a lead they all stand."""
        sight = sight_of(member)
        seen = sight.of("assigned_to") | sight.of_or_nobodys("lead__assigned_to")
        return self.filter(seen, lead__deleted_at=None)

    def open(self) -> Self:
        """Neither done nor cancelled, nor of a lead in the bin: nobody owes it anything, unless it is restored."""
        return self.filter(done_at=None, cancelled_at=None, lead__deleted_at=None)

    def overdue(self) -> Self:
        return self.open().filter(due_at__lt=timezone.now())

    def fallen_to(self, member: Membership) -> Self:
        """Open follow-ups of colleagues that are so late that `member` may take them, with the lead.

        The time counts anew for whoever it is given to. A lead of somebody who is no colleague is not taken with it.
        """
        minutes = FollowUpSettings.current().anyone_after_minutes
        if not minutes:
            return self.none()
        since = timezone.now() - dt.timedelta(minutes=minutes)
        late = self.open().filter(open_to=FollowUp.OpenTo.ANYONE, due_at__lt=since, assigned_at__lt=since)
        return late.filter(colleagues_of(member).of("assigned_to"), ~models.Q(assigned_to=member)).filter(
            colleagues_of(member).of_or_nobodys("lead__assigned_to")
        )

    def fell_due(self, since: dt.datetime, until: dt.datetime) -> Self:
        """Those whose time came within the span and that were not cancelled."""
        return self.filter(due_at__gte=since, due_at__lt=min(until, timezone.now()), cancelled_at=None)


# Done within half an hour after its time, or before; of a callback: within ten minutes of it.
IN_TIME = models.Q(done_at__lte=models.F("due_at") + dt.timedelta(minutes=IN_TIME_MINUTES))
KEPT = models.Q(
    done_at__gte=models.F("due_at") - dt.timedelta(minutes=KEPT_MINUTES),
    done_at__lte=models.F("due_at") + dt.timedelta(minutes=KEPT_MINUTES),
)


class FollowUp(OrganisationOwned):
    """A follow-up is a task; a callback is one that was promised to the lead, a missed call one that they made to us."""

    class Kind(models.TextChoices):
        TASK = "task", _("Follow-up")
        CALLBACK = "callback", _("Callback")
        MISSED = "missed", _("Missed call")

    class OpenTo(models.TextChoices):
        """Who may take it when it is late."""

        ANYONE = "anyone", _("Anyone later")
        OWN = "own", _("Only me")

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, related_name="follow_ups", db_index=False
    )
    assigned_to = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    # When it came to the person who has it now.
    assigned_at = models.DateTimeField(default=timezone.now, editable=False)
    open_to = models.CharField(max_length=10, choices=OpenTo, default=OpenTo.ANYONE)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TASK)
    due_at = models.DateTimeField(_("due"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    done_at = models.DateTimeField(null=True, editable=False)
    done_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    cancelled_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = scoped(FollowUpQuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(cancelled_at=None), name="follow_up_done_or_cancelled"
            ),
            models.CheckConstraint(
                condition=models.Q(done_at=None, done_by=None) | models.Q(done_at__isnull=False, done_by__isnull=False),
                name="follow_up_done_at_and_by",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "assigned_to", "due_at"],
                name="follow_up_open_of_member",
                condition=models.Q(done_at=None, cancelled_at=None),
            ),
            models.Index(fields=["organisation", "due_at"], name="follow_up_by_due"),
            models.Index(
                fields=["organisation", "due_at", "id"],
                name="follow_up_open_by_due",
                condition=models.Q(done_at=None, cancelled_at=None),
            ),
            models.Index(fields=["organisation", "lead", "due_at"], name="follow_up_of_lead"),
        ]

    def __str__(self) -> str:
        return f"FollowUp {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.cancelled_at is None

    @property
    def is_callback(self) -> bool:
        return self.kind == self.Kind.CALLBACK
