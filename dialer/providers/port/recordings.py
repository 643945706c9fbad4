"""What JiNi asks of a provider that can record calls."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from dialer.providers.port.legs import ProviderEvent, WebhookPost
from dialer.providers.port.outcomes import DialAnswer


class RecordingStatus(StrEnum):
    """Of a recording at its provider, in Twilio's words."""

    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    STOPPED = "stopped"
    PROCESSING = "processing"
    COMPLETED = "completed"
    ABSENT = "absent"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """How a recording stands: `seconds` and `channels` once they are known, `error` as the provider codes it."""

    provider_id: str
    status: str
    started_at: dt.datetime | None = None
    seconds: int | None = None
    channels: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """The bytes of a recording from `offset` on, as they come; `total` bytes in all, None when that is not said."""

    offset: int
    total: int | None
    content_type: str
    pieces: Iterator[bytes]


class RecordingRefused(Exception):
    """The provider will not pause, go on or stop: the message is its code. Asking again would be refused again."""


class MediaRefused(Exception):
    """What stands where the recording should be is none, or an address that is not the provider's."""


class Recordings(Protocol):
    """Recordings of the legs of an account. Nothing here may be called inside a transaction.

    Raises `ProviderUnavailable` when the provider could not be asked.
    """

    def fetch(self, provider_id: str) -> RecordingFacts | None:
        """Return how the recording stands, None when the provider has none of this id."""

    def of_leg(self, leg_id: str) -> Sequence[RecordingFacts]:
        """Return every recording of a leg."""

    def media(self, provider_id: str, offset: int, *, channels: int = 2) -> AbstractContextManager[Media]:
        """Open the bytes from `offset` on, or from the start where the provider cannot. Raises `MediaRefused`.

        `channels`: 2 of a call, 1 of a caller's message.
        """


class Recorder(Recordings, Protocol):
    """Recordings that begin, pause, end and are deleted as we say. Nothing here may be called inside a transaction but `parse`.

    Everything but `start` raises `ProviderUnavailable` when the provider could not be asked.
    """

    def start(self, leg_id: str, status_url: str) -> DialAnswer:
        """Begin to record a leg that is on the line, once; like a dial it never raises and may be UNCLEAR."""

    def pause(self, leg_id: str, provider_id: str) -> None:
        """Record silence until `resume`. Raises `RecordingRefused`; pausing what is paused is no error."""

    def resume(self, leg_id: str, provider_id: str) -> None:
        """Go on after a pause. Raises `RecordingRefused`."""

    def stop(self, leg_id: str, provider_id: str) -> None:
        """End the recording for good; ending what is over is no error."""

    def delete(self, provider_id: str) -> None:
        """Delete the recording at the provider; one that is gone is no error."""

    def parse(self, post: WebhookPost) -> ProviderEvent:
        """Read a verified post about a recording: `leg` is `Beside.RECORDING`."""
