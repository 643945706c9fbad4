"""What a provider must be able to do so that we can say where calls to a number of ours go: the capability `numbers`."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number of the account, and where its calls go: whom the provider asks, and tells of the end.

    `application` is a set of addresses at the provider that goes before these two; it is taken away there, not by us.
    """

    provider_id: str
    phone: str
    asks: str = ""
    tells: str = ""
    application: str = ""


class Numbers(Protocol):
    """The numbers of one account. Both ask over the network, raise `ProviderUnavailable`, and may be asked again."""

    def find(self, phone: str) -> OwnNumber | None:
        """Return the number `phone` (E.164) as it is set up now; None when the account has no such number."""

    def point(self, provider_id: str, *, asks: str, tells: str) -> OwnNumber:
        """Let calls to a number ask at `asks` what to do, and tell at `tells` when they are over; return it as it is then."""
