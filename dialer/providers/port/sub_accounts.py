"""What whoever runs an installation can do with a master account: open an account for each organisation, stop it, end it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from dialer.providers.port.outcomes import DialOutcome


class AccountStatus(StrEnum):
    """Of an account below the master's, in Twilio's words. What is closed is never opened again."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SubAccountFacts:
    """An account below the master's: its id, the token that requests to it are made with, and how it stands."""

    provider_id: str
    token: str = field(repr=False)
    status: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of the wish for an account. TRY_LATER: none was made; UNCLEAR: one may have been. `code` as it was given."""

    outcome: DialOutcome
    facts: SubAccountFacts | None = None
    code: str = ""


class Master(Protocol):
    """The master account. No method may be called inside a transaction; all but `create` raise `ProviderUnavailable`."""

    def create(self, name: str) -> Opened:
        """Open an account called `name`, once. Never raises for what the network or the provider does."""

    def find(self, name: str) -> SubAccountFacts | None:
        """Return the account called `name` that is not closed, the oldest of several; None when there is none."""

    def fetch(self, provider_id: str) -> SubAccountFacts | None:
        """Return how an account stands, None when the master has none of this id."""

    def set_status(self, provider_id: str, status: AccountStatus) -> None:
        """Let it call, not call, or end for good; what is so already is no error, nor is one that is not there."""
