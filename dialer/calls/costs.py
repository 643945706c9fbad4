"""What calls cost, over what they brought."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from accounts.models import Membership
from accounts.permissions import Permission
from dialer.models import Call, CallCharge

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Cost:
    """`amount` in the organisation's money, of `calls`; `priced` of them by the provider's own word, others estimated.

    `talk_seconds` on the lead's line; `leads` are different ones; `converted` those of them that a call converted.
    """

    amount: Decimal = NOTHING
    calls: int = 0
    priced: int = 0
    talk_seconds: int = 0
    leads: int = 0
    converted: int = 0

    @property
    def per_minute(self) -> Decimal | None:
        return self.amount * 60 / self.talk_seconds if self.talk_seconds else None

    @property
    def per_lead(self) -> Decimal | None:
        return self.amount / self.leads if self.leads else None

    @property
    def per_conversion(self) -> Decimal | None:
        return self.amount / self.converted if self.converted else None


def costs_by(calls: Any, *columns: str) -> list[tuple[tuple[Any, ...], Cost]]:
    """Return what `calls` (a queryset) cost, for each value of `columns`; without columns of all of them, in one row."""
    # Of the call itself, and of third people on it.
    charges = CallCharge.objects.filter(call=OuterRef("pk")).order_by()
    charged = calls.order_by().annotate(
        charged=Subquery(charges.values("call").annotate(amount=Sum("amount")).values("amount")),
        charge_state=Subquery(charges.filter(participant=None).values("state")[:1]),
    )
    found = {
        "amount": Sum("charged"),
        "all_calls": Count("id"),
        "priced": Count("id", filter=Q(charge_state=CallCharge.State.PRICED)),
        "talk": Sum("talk_seconds"),
        "leads": Count("lead", distinct=True),
        "converted": Count("lead", distinct=True, filter=Q(disposition__is_converted=True)),
    }
    rows = charged.values(*columns).annotate(**found) if columns else [charged.aggregate(**found)]
    return [(tuple(row[name] for name in columns), _cost(row)) for row in rows]


def charge_of(call: Call, member: Membership) -> CallCharge | None:
    """Return what `call` cost, for those who see figures of others; own phones cost nothing that we know of."""
    if not member.may(Permission.FIGURES_TEAM) or call.mode == Call.Mode.OWN_PHONE:
        return None
    found: CallCharge | None = CallCharge.objects.filter(call=call, participant=None).first()
    return found


def cost_of(calls: Any) -> Cost:
    """Return what `calls` (a queryset) cost together."""
    return costs_by(calls)[0][1]


def _cost(row: dict[str, Any]) -> Cost:
    return Cost(
        row["amount"] or NOTHING, row["all_calls"], row["priced"], row["talk"] or 0, row["leads"], row["converted"]
    )
