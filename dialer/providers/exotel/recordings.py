"""Recordings at Exotel: begun by the request to connect, and out of our reach from then on.

Facts read at https://developer.exotel.com: `Record` in connect-two-numbers; call details name `RecordingUrl` one to
fifteen minutes after the end (docs/reporting/recording-access), which since October 2024 wants the API key and token, or
a `PreSignedRecordingUrl` that wants nothing where the account has that. No page describes a way to pause, end or delete
one: it goes when the period that stands in the account's dashboard is over (docs/advanced-config/call-recording-config).
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from dialer.providers.exotel.client import Client
from dialer.providers.exotel.reading import told_in_answer
from dialer.providers.media import nobodys, opened
from dialer.providers.port import (
    TERMINAL,
    Media,
    MediaRefused,
    RecordingFacts,
    RecordingStatus,
)

# Where Exotel has its sounds: its own hosts, which know the account's key, and its shelf at Amazon, which must not see it.
HOSTS = (".exotel.com", ".exotel.in")
SHELF = re.compile(
    r"(//exotelrecordings\.s3[a-z0-9.-]*\.amazonaws\.com/|//s3[a-z0-9.-]*\.amazonaws\.com/exotelrecordings/).*"
)
# What a store says of bytes that it knows nothing of; what they are is looked at in any case.
UNSAID = ("application/octet-stream", "binary/octet-stream")


class ExotelRecordings:
    """The port's recordings for one Exotel account. The id of a recording is that of its call."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def fetch(self, provider_id: str) -> RecordingFacts | None:
        call = self._call(provider_id)
        if call is None:
            return None
        told = told_in_answer(call)
        if _where(call):
            return RecordingFacts(provider_id, RecordingStatus.COMPLETED, seconds=told.seconds, channels=1)
        is_over = told.status in TERMINAL
        return RecordingFacts(provider_id, RecordingStatus.PROCESSING if is_over else RecordingStatus.IN_PROGRESS)

    def of_leg(self, leg_id: str) -> Sequence[RecordingFacts]:
        found = self.fetch(leg_id)
        return [found] if found else []

    @contextmanager
    def media(self, provider_id: str, offset: int, *, channels: int = 2) -> Iterator[Media]:
        """Open the sound, which has one channel whatever is asked for: two are not in every plan of Exotel's."""
        call = self._call(provider_id)
        url = _where(call) if call else ""
        if not url:
            raise MediaRefused("gone")
        with opened(url, offset, self._credentials) as media:
            kind = media.content_type.partition(";")[0].strip().lower()
            yield replace(media, content_type="audio/mpeg") if kind in UNSAID else media

    def _call(self, sid: str) -> dict[str, Any] | None:
        if not sid.isalnum():
            return None
        found = self.client.get(f"Calls/{sid}.json", {"details": "true"})
        call = found.get("Call") if found else None
        return call if isinstance(call, dict) else None

    def _credentials(self, url: str) -> Any:
        there, own = urlsplit(url), urlsplit(self.client.base_url)
        if self.client.is_elsewhere and (there.scheme, there.netloc) == (own.scheme, own.netloc):
            return self.client.auth
        if there.scheme != "https" or there.port not in {None, 443} or there.username is not None:
            raise MediaRefused("foreign_address")
        if f".{there.hostname}".endswith(HOSTS):
            # An address that is signed wants no key beside it, and Amazon's refuses both together.
            return nobodys if "X-Amz-Signature=" in there.query else self.client.auth
        if SHELF.fullmatch(f"//{there.hostname}{there.path}"):
            return nobodys
        raise MediaRefused("foreign_address")


def _where(call: dict[str, Any]) -> str:
    """Return where the sound of a call lies, empty as long as there is none."""
    return str(call.get("PreSignedRecordingUrl") or call.get("RecordingUrl") or "")
