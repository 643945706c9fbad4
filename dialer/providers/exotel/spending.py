"""What calls cost at Exotel, which says so about two minutes after their end."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from dialer.providers.exotel.client import Client
from dialer.providers.port.spending import Price


class ExotelSpending:
    """One call connects both legs, and has one `Price`, in rupees: its accounts are billed in India."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def price_of(self, legs: Sequence[str]) -> Price | None:
        prices = [self._price_of(sid) for sid in dict.fromkeys(legs)]
        known = [price for price in prices if price is not None]
        return Price(sum(known, Decimal(0)), "INR") if known and len(known) == len(prices) else None

    def _price_of(self, sid: str) -> Decimal | None:
        call = (self.client.get(f"Calls/{sid}.json", {"details": "true"}) or {}).get("Call")
        return _read(call.get("Price")) if isinstance(call, dict) else None


def _read(said: Any) -> Decimal | None:
    """A price as it stands in JSON, a number or a text; None where there is none yet."""
    try:
        amount = Decimal(str(said)) if isinstance(said, str | int | float) and not isinstance(said, bool) else None
    except InvalidOperation:
        return None
    return abs(amount) if amount is not None and amount.is_finite() else None
