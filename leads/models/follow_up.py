"""A task with a time: what somebody owes a lead."""

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from teams.visibility import sight_of


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


class FollowUp(OrganisationOwned):
    """A follow-up is a task; a callback is one that was promised to the lead."""

    class Kind(models.TextChoices):
        TASK = "task", _("Follow-up")
        CALLBACK = "callback", _("Callback")

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, db_constraint=False, related_name="follow_ups", db_index=False
    )
    assigned_to = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
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
            models.Index(fields=["organisation", "lead", "due_at"], name="follow_up_of_lead"),
        ]

    def __str__(self) -> str:
        return f"FollowUp {self.pk}"
