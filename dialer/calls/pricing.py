"""The price of a call, which its provider tells some time after the end."""

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.utils import timezone

from accounts import work
from dialer.models import Call, CallCharge, Dialling, TelephonyAccount
from dialer.providers.port.spending import Price

PRICE = "dialer.price_call"
# It is asked for so soon after the end, then each time after as long again as has passed, and no more after three days.
FIRST = dt.timedelta(seconds=30)
GIVES_UP_AFTER = dt.timedelta(days=3)


def owe_prices(calls: Iterable[Call]) -> None:
    """Owe a question for the price of calls that ended just now; own phones tell none, nor do calls nobody was asked for."""
    due_at = timezone.now() + FIRST
    for call in calls:
        if call.provider != TelephonyAccount.Provider.OWN_PHONE and legs_of(call):
            work.schedule(PRICE, call.pk, due_at=due_at)


def legs_of(call: Call) -> list[str]:
    return [leg for leg in (call.agent_leg, call.customer_leg) if leg]


def waiting_for_price(call_id: uuid.UUID) -> Call | None:
    """Return the call when it is over and its price is not known yet."""
    charge = CallCharge.objects.filter(
        call=call_id, participant=None, price=None, call__ended_at__isnull=False
    ).select_related("call")
    found = charge.first()
    return found.call if found is not None else None


def next_question(call: Call) -> dt.datetime | None:
    """Return when the price is asked for again, None when it is given up and the estimate stands."""
    now = timezone.now()
    age = now - (call.ended_at or call.started_at)
    return None if age > GIVES_UP_AFTER else now + max(FIRST, age)


def write_price(call_id: uuid.UUID, price: Price) -> bool:
    """Keep the price, once; it takes the place of the estimate where it is, or can be made, the organisation's money."""
    rate = _rupees(price.currency)
    changes = {"price": price.amount, "currency": price.currency, "state": CallCharge.State.PRICED}
    if rate is not None:
        changes["amount"] = (price.amount * rate).quantize(Decimal("0.0001"))
    open_charges = CallCharge.objects.filter(call=call_id, participant=None, price=None).exclude(
        state=CallCharge.State.RESERVED
    )
    return bool(open_charges.update(**changes))


def _rupees(currency: str) -> Decimal | None:
    """What a unit of `currency` is in rupees, None when nobody has said."""
    if currency == "INR":
        return Decimal(1)
    rate: Decimal | None = Dialling.objects.values_list("dollar_rate", flat=True).get()
    return rate if currency == "USD" else None
