"""What JiNi asks of a provider that hears whether a person or a machine has answered, and that can leave a message."""

from enum import StrEnum
from typing import Protocol

from dialer.providers.port.legs import ProviderEvent, WebhookPost
from dialer.providers.port.outcomes import DialAnswer


class AnsweredBy(StrEnum):
    """Who answered, in Twilio's words. HUMAN and UNKNOWN are people until somebody knows better."""

    HUMAN = "human"
    UNKNOWN = "unknown"
    FAX = "fax"
    MACHINE = "machine_start"
    AFTER_BEEP = "machine_end_beep"
    AFTER_SILENCE = "machine_end_silence"
    AFTER_GREETING = "machine_end_other"


class Machines(Protocol):
    """Answering machines on the legs of an account. The call is put through at once; what is heard is posted later."""

    def leave(self, leg_id: str, media_url: str) -> DialAnswer:
        """Play the sound at `media_url` to a leg that is on the line, then hang up; once, like a dial.

        The leg leaves its conference, so whoever else is in it is free.
        """

    def parse(self, post: WebhookPost) -> ProviderEvent:
        """Read a verified post about who answered: `leg` is `Beside.MACHINE`, `status` the provider's own word."""
