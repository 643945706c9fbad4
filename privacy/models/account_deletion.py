"""Wishes of people to have their account deleted, and what became of them."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jini.lib.encryption import EncryptedJSONField
from jini.lib.ids import uuid7

OPEN = ("waiting", "erasing", "erased")


class AccountDeletionQuerySet(models.QuerySet["AccountDeletion"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class AccountDeletion(models.Model):
    """One account to be deleted, from the wish to the message that it is done. Of a person, so shared by organisations.

    `next_at` is when something is to be done next. `values` are what tells who the person is, encrypted, from the first
    step of the erasure until the last message is sent. `cursor` is {noted, members, swept}, `counts` {what: how many},
    `found` {organisation: {table.column: rows}} of the look afterwards.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for its day")
        ERASING = "erasing", _("Being erased")
        # The last message is still to be sent.
        ERASED = "erased", pgettext_lazy("account", "Erased")
        DONE = "done", pgettext_lazy("account", "Deleted")
        UNDONE = "undone", _("Kept after all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    values = EncryptedJSONField(null=True)
    cursor = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    found = models.JSONField(default=dict)

    objects = AccountDeletionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(state__in=OPEN), name="account_deletion_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=OPEN, ended_at=None)
                | ~models.Q(state__in=OPEN) & models.Q(ended_at__isnull=False, values=None),
                name="account_deletion_ended_knows_nobody",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(state__in=OPEN), name="account_deletion_due"),
        ]

    def __str__(self) -> str:
        return f"AccountDeletion {self.pk}"

    @property
    def can_be_undone(self) -> bool:
        return self.state == self.State.WAITING
