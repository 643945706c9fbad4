"""The end of an organisation's account: asked for, thought over, carried out, proved."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.encryption import EncryptedJSONField, EncryptedTextField

# Until then everything can be taken back.
EARLY = ("requested", "grace")


class CancellationQuerySet(OrganisationQuerySet):
    def current(self) -> Self:
        """The one that was not taken back."""
        return self.exclude(state=Cancellation.State.WITHDRAWN)

    def early(self) -> Self:
        """Those that can be taken back."""
        return self.filter(state__in=EARLY)


class Cancellation(OrganisationOwned):
    """One wish to end the account of the organisation, from the request to the certificate.

    `asked_member` and `confirmed_member` are ids without keys, since memberships go before this row. `state_before` is
    that of the organisation, for the day the wish is taken back. `warned_at`: when the last notice went out, 48 hours
    before anything is erased at the earliest.

    While it is erased: `contacts` [[e-mail, language]] of owners, until they have the certificate; `values` {"phones",
    "emails"} of members, until nothing of them is found; `cursor` {step, after}; `counts` {"erased": {table: rows},
    "sealed": the same, "elsewhere": rows}; `found` {table: rows} of the look. `vault_key` opens what is sealed, until
    nothing is.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("cancellation", "Asked for")
        GRACE = "grace", _("Time to think it over")
        ERASING = "erasing", _("Being erased")
        # What a law keeps is sealed, and goes at its day.
        VAULT = "vault", _("Erased; what a law keeps is sealed")
        CLOSED = "closed", _("Nothing is left")
        WITHDRAWN = "withdrawn", pgettext_lazy("cancellation", "Taken back")

    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    asked_member = models.UUIDField(editable=False)
    begun_at = models.DateTimeField(null=True)
    confirmed_member = models.UUIDField(null=True, editable=False)
    state_before = models.CharField(max_length=10, blank=True)
    ends_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    contacts = EncryptedJSONField(null=True)
    values = EncryptedJSONField(null=True)
    vault_key = EncryptedTextField(blank=True)
    cursor = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    certificate = models.JSONField(default=dict)

    objects: ClassVar = scoped(CancellationQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=~models.Q(state="withdrawn"), name="cancellation_open_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="grace") | models.Q(begun_at__isnull=False, ends_at__isnull=False),
                name="cancellation_waits_for_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["erasing", "vault", "closed"]) | models.Q(warned_at__isnull=False),
                name="cancellation_erases_after_a_warning",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["vault", "closed"]) | models.Q(ended_at__isnull=False, values=None),
                name="cancellation_erased_knows_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"Cancellation {self.pk}"

    @property
    def is_early(self) -> bool:
        """Whether it can be taken back."""
        return self.state in EARLY
