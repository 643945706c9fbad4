"""The account that an organisation has below the master account of the installation."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped


class SubAccountQuerySet(OrganisationQuerySet):
    def not_ended(self) -> Any:
        return self.exclude(state=SubAccount.State.CLOSED)


class SubAccount(OrganisationOwned):
    """A wish for an account at Twilio, and what became of it; the row exists before Twilio is asked.

    `wanted` is how it is to stand and `state` how it does. `sent_at` is when it was asked to be made: with that and without
    a `provider_id`, one may have been made, and it is looked for by its `name` and not asked for again. `failure` says why
    no further step is taken until somebody presses. Its credentials are those of the organisation's `TelephonyAccount`.
    """

    class State(models.TextChoices):
        WANTED = "wanted", _("Being opened")
        OPEN = "open", _("Open")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")

    wanted = models.CharField(max_length=10, choices=State, default=State.OPEN)
    state = models.CharField(max_length=10, choices=State, default=State.WANTED)
    provider_id = models.CharField(max_length=64, blank=True)
    failure = models.CharField(max_length=40, blank=True)
    asked_by = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(SubAccountQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=~Q(state="closed"), name="sub_account_not_ended_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["wanted", "closed"]) | ~Q(provider_id=""), name="sub_account_open_has_id"
            ),
            models.CheckConstraint(condition=~Q(wanted="wanted"), name="sub_account_wanted_is_a_state"),
        ]

    def __str__(self) -> str:
        return f"SubAccount {self.pk}"

    @property
    def name(self) -> str:
        """What it is called at the provider: by this one that was made without our hearing of it is found again."""
        return f"JiNi {self.pk.hex}"

    @property
    def is_under_way(self) -> bool:
        return self.state != self.wanted and not self.failure
