"""People who must not be called: a fact of its own, never derived from an outcome."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from privacy.contact_facts import Channel
from privacy.contact_words import CHANNELS


class DoNotCallQuerySet(OrganisationQuerySet):
    def standing(self, channel: str = Channel.CALL) -> Self:
        """What was not lifted, of calls or another channel."""
        return self.filter(channel=channel, lifted_at=None)


class DoNotCall(OrganisationOwned):
    """A number that this organisation may not call, or reach by another channel; lifted, it stays as history."""

    class Source(models.TextChoices):
        CALL = "call", _("Said on a call")
        MANUAL = "manual", _("Entered by hand")
        IMPORT = "import", _("List of numbers")
        REQUEST = "request", _("Request of the person")

    phone = models.CharField(_("phone"), max_length=16)
    channel = models.CharField(
        _("channel"), max_length=10, choices=CHANNELS, default=Channel.CALL.value, db_default=Channel.CALL.value
    )
    source = models.CharField(_("source"), max_length=10, choices=Source)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
    )
    lifted_because = models.CharField(_("why it was lifted"), max_length=200, blank=True, editable=False)

    objects: ClassVar[Any] = scoped(DoNotCallQuerySet)

    class Meta:
        indexes = [models.Index(fields=["organisation", "phone", "-at"], name="do_not_call_of_number")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "phone", "channel"], condition=Q(lifted_at=None), name="do_not_call_once"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_because="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="do_not_call_lifted_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"DoNotCall {self.pk}"
