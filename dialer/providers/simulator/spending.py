"""What calls cost at the simulator, by its own tariff."""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import SimulatedCall
from dialer.providers.port import TERMINAL, Leg
from dialer.providers.port.spending import Price
from dialer.providers.simulator.posting import moment

# Rupees for each begun minute of the customer's talk; the telecaller's leg is free.
TARIFF = Decimal("0.60")
# It bills so long after the end, as others do later still.
BILLS_AFTER = dt.timedelta(seconds=5)


class SimulatorSpending:
    """Prices by the simulator's own record, which is apart from ours."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

    def price_of(self, legs: Sequence[str]) -> Price | None:
        tokens = {uuid.UUID(leg.split("-", 1)[1]) for leg in legs}
        with acting_for(self.organisation):
            records = list(SimulatedCall.objects.filter(token__in=tokens))
        prices = [_price(record) for record in records]
        if len(records) < len(tokens) or None in prices:
            return None
        return Price(sum((price for price in prices if price is not None), Decimal(0)), "INR")


def _price(record: SimulatedCall) -> Decimal | None:
    """What the call costs, None until it is billed."""
    events = [event for event in record.events if not event.get("cut")]
    ends = [event for event in events if event["status"] in TERMINAL]
    billed_at = timezone.now() - BILLS_AFTER
    if {event["leg"] for event in ends} != {event["leg"] for event in events}:
        return None
    if any(moment(event["at"]) > billed_at for event in ends):
        return None
    talk = max((event["duration"] or 0 for event in ends if event["leg"] == Leg.CUSTOMER), default=0)
    return TARIFF * -(-talk // 60)
