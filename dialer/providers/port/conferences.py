"""Control of a running call: what may be done with the people of a conference while they speak."""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from dialer.providers.port.outcomes import DialAnswer, DialOutcome

# What a telephone's keypad has; Twilio's <Play digits> takes no more than these.
DIGITS, MOST_DIGITS = "0123456789*#", 32


class ControlRefusal(StrEnum):
    """Why a provider refused a change for good."""

    LEFT = "left_the_call"
    COACHED_ON_HOLD = "coached_on_hold"
    CREDENTIALS = "credentials_refused"
    OTHER = "provider_refused"


@dataclass(frozen=True, slots=True)
class LegSetting:
    """How somebody in a conference stands, as the provider says.

    `coaches` is the leg that alone hears them, "" when everybody does; with `ends_call` the call ends as they leave.
    """

    is_held: bool = False
    is_muted: bool = False
    coaches: str = ""
    ends_call: bool = False


@dataclass(frozen=True, slots=True)
class LegChange:
    """What is to change for `leg_id` in the conference of the call `token`; None leaves a thing as it is."""

    token: uuid.UUID
    leg_id: str
    is_held: bool | None = None
    is_muted: bool | None = None
    coaches: str | None = None
    ends_call: bool | None = None

    def fits(self, setting: LegSetting) -> bool:
        """Whether everything that was to change is so."""
        pairs = (
            (self.is_held, setting.is_held),
            (self.is_muted, setting.is_muted),
            (self.coaches, setting.coaches),
            (self.ends_call, setting.ends_call),
        )
        return all(wanted is None or wanted == found for wanted, found in pairs)


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """Ring a third person into the conference of the call `token`.

    They never begin it, never end it, and nobody hears a beep. `is_muted`: they only listen, and nobody hears them ring.
    """

    token: uuid.UUID
    leg: str
    to: str
    caller_id: str
    status_url: str
    ring_seconds: int
    is_muted: bool


@dataclass(frozen=True, slots=True)
class DigitsRequest:
    """Play `digits` to one leg. `url` gives them once to a provider that fetches what it plays."""

    token: uuid.UUID
    leg_id: str
    digits: str
    url: str


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """ACCEPTED: it is so now, as the provider confirmed. `refusal` when REFUSED; `code` as the provider gave it."""

    outcome: DialOutcome
    refusal: ControlRefusal | None = None
    code: str = ""


class Conferences(Protocol):
    """What a provider can do with a running call. No method may be called inside a transaction."""

    def add(self, request: JoinRequest) -> DialAnswer:
        """Ring a third person, once. Never raises for what the network or the provider does."""

    def change(self, change: LegChange) -> ControlAnswer:
        """Change how somebody stands. Never raises for what the network or the provider does."""

    def setting_of(self, token: uuid.UUID, leg_id: str) -> LegSetting | None:
        """Return how somebody stands, None when they are not there. Raises `ProviderUnavailable`."""

    def send_digits(self, request: DigitsRequest) -> ControlAnswer:
        """Play the tones of a keypad, once. Never raises for what the network or the provider does."""
