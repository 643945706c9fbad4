"""What a provider must be able to do so that calls to our numbers can be taken: the capability `incoming`."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Protocol

from dialer.providers.port.legs import WebhookPost
from dialer.providers.port.outcomes import DialAnswer

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def e164(text: str) -> str:
    """Return `text` when it is a number in E.164, else nothing: a word, a short code, no number at all."""
    return text if _E164.fullmatch(text) else ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A post about a call to one of our numbers: that it arrived, or with `has_ended` that it is over.

    `provider_id` of the caller's leg; `caller` and `called` in E.164, `caller` empty when the number is withheld or none.
    `token` where the provider itself says by which id of ours the call is to be known, as the simulator does.
    """

    provider_id: str
    caller: str
    called: str
    at: dt.datetime
    has_ended: bool = False
    event_key: str = ""
    token: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was spoken onto the voicemail: the recording's id at the provider, and its length in seconds."""

    provider_id: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence that the provider speaks, and its language ("en" or "hi")."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider that asks is to do with whoever is on the line, in its own format."""

    body: str
    content_type: str


@dataclass(frozen=True, slots=True)
class RingRequest:
    """Ring a member for a caller who waits in `room`. `token` is that of the ring, `caller_leg` the caller's leg.

    When the member answers, the provider asks `answer_url` what to do: only then is it decided who takes the call.
    """

    token: uuid.UUID
    room: uuid.UUID
    caller_leg: str
    to: str
    caller_id: str
    status_url: str
    answer_url: str
    ring_seconds: int


class Incoming(Protocol):
    """Calls to the numbers of one account. Those that read and those that make a `Reply` ask nobody."""

    def read(self, post: WebhookPost) -> Arrival:
        """Read a verified post about a call to a number of ours."""

    def read_message(self, post: WebhookPost) -> Message:
        """Read a verified post about a message that was left."""

    def wait(self, room: uuid.UUID) -> Reply:
        """Let the caller wait in `room` for a member; the caller's leaving ends it."""

    def join(self, room: uuid.UUID) -> Reply:
        """Bring the member who answered to the caller in `room`."""

    def take_message(self, greeting: Spoken, message_url: str) -> Reply:
        """Speak the greeting, record what is said after a tone, and post to `message_url` that it is there."""

    def say(self, sentence: Spoken) -> Reply:
        """Speak one sentence and hang up."""

    def hang_up(self) -> Reply:
        """Hang up."""

    def refuse(self) -> Reply:
        """Let the caller hear that the line is busy; the call is not taken, and costs nothing."""

    def ring(self, request: RingRequest) -> DialAnswer:
        """Ring a member, once, as `TelephonyProvider.dial` does. Not inside a transaction."""

    def move(self, caller_leg: str, url: str) -> None:
        """Have the provider ask `url` what to do with a caller who is on the line.

        Nothing is known of it until the provider asks there. Raises `ProviderUnavailable`. Not inside a transaction.
        """
