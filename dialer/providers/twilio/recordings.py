"""Recordings at Twilio: of the customer's leg, begun by us once they are on the line.

Facts read at twilio 9.13.0's own documentation strings: `/Calls/{leg}/Recordings` starts, pauses and stops, and
`/Recordings/{id}` fetches and deletes; what is posted names the parent leg as its CallSid, so the call is known by the
token in our own address; `absent` comes with an ErrorCode.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from django.utils import timezone
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from dialer.providers.media import nobodys, opened
from dialer.providers.port import (
    LONGEST_CALL,
    Beside,
    DialAnswer,
    DialOutcome,
    Media,
    MediaRefused,
    ProviderEvent,
    ProviderUnavailable,
    RecordingFacts,
    RecordingRefused,
    RecordingStatus,
    WebhookPost,
    number_in,
)
from dialer.providers.twilio.client import NOT_FOUND, TOO_MANY, UNAUTHORISED, key_of, refused

API = "https://api.twilio.com"
# Where Twilio itself sends on who asks for a recording. Nobody else is asked, whatever an answer says.
MEDIA_HOSTS = (".twilio.com", ".twiliocdn.com")
NUMBER = re.compile("RE[0-9a-fA-F]{32}")
EVENTS = ["in-progress", "completed", "absent"]
KEPT = ("RecordingSid", "CallSid", "RecordingStatus", "RecordingDuration", "RecordingChannels", "ErrorCode")
OVER = {RecordingStatus.STOPPED, RecordingStatus.PROCESSING, RecordingStatus.COMPLETED, RecordingStatus.ABSENT}


class TwilioRecordings:
    """The port's recordings for one Twilio account."""

    def __init__(self, client: Client, *, auth_token: str, base_url: str = "") -> None:
        self.client = client
        self.auth_token = auth_token
        self.base_url = base_url or API

    def start(self, leg_id: str, status_url: str) -> DialAnswer:
        try:
            made = self.client.calls(leg_id).recordings.create(
                recording_status_callback=status_url,
                recording_status_callback_event=EVENTS,
                recording_status_callback_method="POST",
                recording_channels="dual",
                recording_track="both",
                trim="do-not-trim",
            )
        except TwilioRestException as error:
            return refused(error)
        except requests.ConnectTimeout:
            return DialAnswer(DialOutcome.TRY_LATER, code="connect")
        except requests.RequestException as error:
            return DialAnswer(DialOutcome.UNCLEAR, code=type(error).__name__)
        return DialAnswer(DialOutcome.ACCEPTED, str(made.sid))

    def pause(self, leg_id: str, provider_id: str) -> None:
        self._steer(leg_id, provider_id, RecordingStatus.PAUSED, pause_behavior="silence")

    def resume(self, leg_id: str, provider_id: str) -> None:
        self._steer(leg_id, provider_id, RecordingStatus.IN_PROGRESS)

    def stop(self, leg_id: str, provider_id: str) -> None:
        self._steer(leg_id, provider_id, RecordingStatus.STOPPED)

    def _steer(self, leg_id: str, provider_id: str, to: RecordingStatus, **options: Any) -> None:
        try:
            self.client.calls(leg_id).recordings(provider_id).update(status=str(to), **options)
        except TwilioRestException as error:
            _rise(error)
            # Refused: because it is so already, or because there is nothing left to steer.
            found = self.fetch(provider_id)
            if found is not None and found.status != to and found.status not in OVER:
                raise RecordingRefused(str(error.code)) from error
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from error

    def fetch(self, provider_id: str) -> RecordingFacts | None:
        try:
            return _facts(self.client.recordings(provider_id).fetch())
        except TwilioRestException as error:
            if error.status == NOT_FOUND:
                return None
            raise ProviderUnavailable(str(error.code)) from error
        except (TwilioException, requests.RequestException) as error:
            raise ProviderUnavailable(type(error).__name__) from error

    def of_leg(self, leg_id: str) -> Sequence[RecordingFacts]:
        try:
            return [_facts(row) for row in self.client.calls(leg_id).recordings.list(limit=20)]
        except (TwilioException, requests.RequestException) as error:
            raise ProviderUnavailable(type(error).__name__) from error

    def delete(self, provider_id: str) -> None:
        try:
            self.client.recordings(provider_id).delete()
        except TwilioRestException as error:
            if error.status != NOT_FOUND:
                raise ProviderUnavailable(str(error.code)) from error
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from error

    @contextmanager
    def media(self, provider_id: str, offset: int, *, channels: int = 2) -> Iterator[Media]:
        if not NUMBER.fullmatch(provider_id):
            raise MediaRefused("no_such_id")
        url = f"{self.base_url}/2010-04-01/Accounts/{self.client.account_sid}/Recordings/{provider_id}.wav?RequestedChannels={channels}"
        with opened(url, offset, self._credentials) as media:
            yield media

    def _credentials(self, url: str) -> Any:
        there, own = urlsplit(url), urlsplit(self.base_url)
        if (there.scheme, there.netloc) == (own.scheme, own.netloc):
            return self.client.account_sid, self.auth_token
        if there.scheme != "https" or there.port not in {None, 443} or there.username is not None:
            raise MediaRefused("foreign_address")
        if not f".{there.hostname}".endswith(MEDIA_HOSTS):
            raise MediaRefused("foreign_address")
        return nobodys

    def parse(self, post: WebhookPost) -> ProviderEvent:
        form = post.form
        raw = {name: form[name] for name in KEPT if name in form}
        return ProviderEvent(
            leg=Beside.RECORDING,
            status=form.get("RecordingStatus", ""),
            at=post.received_at,
            provider_id=form.get("RecordingSid", ""),
            duration=number_in(form.get("RecordingDuration", ""), LONGEST_CALL),
            event_key=key_of(post),
            raw=raw | {"channels": form.get("RecordingChannels", ""), "error": form.get("ErrorCode", "")},
        )


def _rise(error: TwilioRestException) -> None:
    if error.status >= 500 or error.status in {UNAUTHORISED, TOO_MANY}:
        raise ProviderUnavailable(str(error.code)) from error


def _facts(row: Any) -> RecordingFacts:
    channels = row.channels if isinstance(row.channels, int) and row.channels in {1, 2} else None
    seconds = number_in(str(row.duration or ""), LONGEST_CALL)
    return RecordingFacts(
        provider_id=str(row.sid),
        status=str(row.status),
        started_at=row.start_time if row.start_time and row.start_time < timezone.now() else None,
        # A recording that is not over has a length of nothing, or of -1.
        seconds=seconds if row.status == RecordingStatus.COMPLETED else None,
        channels=channels,
        error=str(row.error_code or ""),
    )
