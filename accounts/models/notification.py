"""What a member is told: one line under the bell."""

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone

from accounts.models.membership import Membership
from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped


class NotificationQuerySet(OrganisationQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """A notice is for one person, and nobody else reads it."""
        return self.filter(member=member)

    def unseen(self) -> Self:
        return self.filter(seen_at=None)


class Notification(OrganisationOwned):
    """One notice for one member. `details` hold ids and times only: the words are made when it is read.

    `once` names the occasion: of one occasion a member is told once, however often it is said.
    """

    member = models.ForeignKey(
        "accounts.Membership", on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=60)
    details = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    once = models.CharField(max_length=120, blank=True)
    # Taken before it is sent, so that it is sent once at most.
    mailed_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(NotificationQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "member", "once"], name="notification_once", condition=~models.Q(once="")
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "member", "-created_at", "-id"], name="notification_newest"),
            models.Index(
                fields=["organisation", "member"], name="notification_unseen", condition=models.Q(seen_at=None)
            ),
            models.Index(fields=["organisation", "created_at"], name="notification_by_age"),
        ]

    def __str__(self) -> str:
        return f"Notification {self.pk}"
