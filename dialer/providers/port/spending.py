"""What a provider may be able to say of money."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` is not negative; `currency` in ISO 4217."""

    amount: Decimal
    currency: str


class Spending(Protocol):
    """Prices of calls. No method may be called inside a transaction."""

    def price_of(self, legs: Sequence[str]) -> Price | None:
        """Return what the legs cost together, None as long as one of them has no price. Raises `ProviderUnavailable`."""
