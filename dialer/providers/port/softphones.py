"""What a provider can do for a browser that is a phone: rung like a number, and let in by a token of short life."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dialer.providers.port.legs import CheckStep

# How a browser's address begins, where a telephone's is a number.
CLIENT = "client:"
# Tokens are renewed before their end; a longer life would only serve whoever stole one.
TOKEN_LASTS = dt.timedelta(hours=1)


class NotReady(Exception):
    """The account has nothing to sign tokens with; a connection test makes it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing an account came to: `credentials` to keep beside those it has, and the step as the test tells it."""

    step: CheckStep
    credentials: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page needs to be a phone of this provider.

    `scripts` is the template of its scripts; `policy` what the content policy of that page allows besides, by directive.
    """

    scripts: str
    policy: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Softphones(Protocol):
    """The browsers of one account. No method asks the provider but `prepare` and `retire`."""

    def token(self, identity: str) -> str:
        """Return what lets a browser be rung as `identity` for `TOKEN_LASTS`, and do nothing else. Raises `NotReady`."""

    def prepare(self, name: str) -> Prepared:
        """See to it that tokens can be signed; what is made for that at the provider is called `name` there."""

    def retire(self, name: str) -> None:
        """Delete at the provider what `prepare` made there. Raises `ProviderUnavailable`; safe to repeat."""

    @property
    def key_id(self) -> str:
        """The provider's id of what signs, which is no secret; "" while there is nothing to delete."""
