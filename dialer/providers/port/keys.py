"""What a provider may be able to do about the key of an account: have two of them hold, so that no call is lost."""

from typing import Protocol


class Keys(Protocol):
    """Two keys of one account. No method may be called inside a transaction."""

    def second(self) -> str:
        """Make a second key, which holds beside the first one; an unused one from before is thrown away.

        Raises `ProviderUnavailable`. Safe to repeat as long as what it returned is not in use.
        """

    def promote(self) -> None:
        """Let the second key alone hold; nothing happens when it does. Raises `ProviderUnavailable`."""
