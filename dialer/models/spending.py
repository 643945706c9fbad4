"""Whether an organisation dials, and what its calls cost."""

from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import OrganisationOwned, OrganisationQuerySet, scoped
from jini.lib.ids import uuid7


class Dialling(OrganisationOwned):
    """One row of each organisation, locked while a call is accepted: so that limits hold when many press at once.

    While `stopped_at` is set, no call is accepted and none that was accepted is dialled.
    """

    stopped_at = models.DateTimeField(null=True, editable=False)
    stopped_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    stop_reason = models.CharField(_("reason"), max_length=200, blank=True)
    # Of both legs together, for what is reserved before a call and until the provider has told its price.
    minute_price = models.DecimalField(
        _("Price of a minute, in rupees"),
        max_digits=8,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    dollar_rate = models.DecimalField(
        _("Rupees for a US dollar"),
        max_digits=8,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.0001"))],
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="dialling_once"),
            models.CheckConstraint(
                condition=models.Q(stopped_at=None, stopped_by=None)
                | models.Q(stopped_at__isnull=False, stopped_by__isnull=False),
                name="dialling_stopped_at_and_by",
            ),
            models.CheckConstraint(
                condition=models.Q(minute_price=None) | models.Q(minute_price__gte=0),
                name="dialling_price_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(dollar_rate=None) | models.Q(dollar_rate__gt=0), name="dialling_rate_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"Dialling {self.pk}"


class CallChargeQuerySet(OrganisationQuerySet):
    def counted(self) -> Self:
        """Without those of calls that never reached the carrier."""
        return self.exclude(state=CallCharge.State.RELEASED)


class CallCharge(OrganisationOwned):
    """What a line takes of the day: reserved before it is dialled, settled when it is over, priced when the provider says.

    A line is a call of ours, a call that comes in (of `incoming`, until that has a `call` of ours), or a third person on a
    call. `amount` in the organisation's money (rupees), `price` and `currency` as the provider tells them. `rate` is the
    price of a minute that the line was accepted at. `is_call`: whether it counts among the calls of the day, as those to
    leads and to outside numbers do.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        ESTIMATED = "estimated", _("Estimated")
        PRICED = "priced", _("As the provider says")
        RELEASED = "released", _("Never reached the carrier")

    call = models.ForeignKey(
        "dialer.Call", on_delete=models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    incoming = models.ForeignKey(
        "dialer.IncomingCall",
        on_delete=models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    participant = models.ForeignKey(
        "dialer.Participant", on_delete=models.CASCADE, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    # Whoever called, or asked for the third person; of a call that comes in, known once somebody has answered.
    telecaller = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    is_call = models.BooleanField(default=True)
    # In the organisation's zone, when the call was accepted.
    day = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.RESERVED)
    seconds = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=12, decimal_places=4, default=Decimal(0))
    rate = models.DecimalField(max_digits=8, decimal_places=4, default=Decimal(0))
    price = models.DecimalField(max_digits=12, decimal_places=5, null=True)
    currency = models.CharField(max_length=3, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = scoped(CallChargeQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "call"], condition=models.Q(participant=None), name="charge_once"
            ),
            models.UniqueConstraint(fields=["organisation", "incoming"], name="charge_of_incoming_once"),
            models.UniqueConstraint(fields=["organisation", "participant"], name="charge_of_person_once"),
            models.CheckConstraint(
                condition=models.Q(call=None, incoming__isnull=False, participant=None)
                | models.Q(call__isnull=False, incoming=None),
                name="charge_of_one_line",
            ),
            models.CheckConstraint(
                condition=models.Q(telecaller__isnull=False) | models.Q(call=None), name="charge_of_somebody"
            ),
            models.CheckConstraint(
                condition=models.Q(price=None, currency="") | models.Q(price__isnull=False) & ~models.Q(currency=""),
                name="charge_price_has_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0) & (models.Q(price=None) | models.Q(price__gte=0)),
                name="charge_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(state="reserved", settled_at=None)
                | ~models.Q(state="reserved") & models.Q(settled_at__isnull=False),
                name="charge_settled_or_reserved",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "day"],
                include=["telecaller", "state", "seconds", "amount", "is_call"],
                name="charges_of_day",
            ),
            models.Index(fields=["organisation", "call"], name="charges_of_call"),
            models.Index(fields=["organisation", "id"], condition=models.Q(state="reserved"), name="charges_reserved"),
        ]

    def __str__(self) -> str:
        return f"CallCharge {self.pk}"


class InstallationStop(models.Model):
    """While one is not ended, nobody on this installation dials. Belongs to the operator and to no organisation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reason = models.CharField(_("reason"), max_length=200)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        constraints = [
            # Of rows that are all null an index sees none twice, but for this.
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="installation_stopped_once",
            )
        ]

    def __str__(self) -> str:
        return f"InstallationStop {self.pk}"
