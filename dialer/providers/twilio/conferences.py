"""What Twilio can do with the people of a running call: its Conference, named by the call's token.

Facts read at twilio 9.13.0's own documentation strings and at twilio.com/docs/api/errors.
"""

import uuid
from dataclasses import replace
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from dialer.providers.port import DialAnswer, DialOutcome, ProviderUnavailable
from dialer.providers.port.conferences import (
    ControlAnswer,
    ControlRefusal,
    DigitsRequest,
    JoinRequest,
    LegChange,
    LegSetting,
)
from dialer.providers.twilio.client import EVENTS, NOT_FOUND, TOO_MANY, UNAUTHORISED, dialled

REFUSALS = {
    # Somebody who is on hold cannot be coached.
    16027: ControlRefusal.COACHED_ON_HOLD,
    # Who is to be coached, or the conference itself, is not there (any more).
    13240: ControlRefusal.LEFT,
    16028: ControlRefusal.LEFT,
    16099: ControlRefusal.LEFT,
    20404: ControlRefusal.LEFT,
}


class TwilioConferences:
    """The port's `Conferences` for one Twilio account."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def add(self, request: JoinRequest) -> DialAnswer:
        return dialled(lambda: self._add(request))

    def _add(self, request: JoinRequest) -> str:
        # Added by its name: Twilio would begin a conference anew that is over, but nobody starts one here, so whoever
        # comes too late waits alone until they are let go.
        added = self.client.conferences(str(request.token)).participants.create(
            from_=request.caller_id,
            to=request.to,
            status_callback=request.status_url,
            status_callback_event=EVENTS,
            status_callback_method="POST",
            timeout=request.ring_seconds,
            beep="false",
            muted=request.is_muted,
            early_media=not request.is_muted,
            start_conference_on_enter=False,
            end_conference_on_exit=False,
        )
        return str(added.call_sid)

    def change(self, change: LegChange) -> ControlAnswer:
        return self._update(change.token, change.leg_id, change, **_fields(change))

    def setting_of(self, token: uuid.UUID, leg_id: str) -> LegSetting | None:
        try:
            conference = self._running(token)
            return _setting(conference.participants(leg_id).fetch()) if conference is not None else None
        except TwilioRestException as error:
            if error.status == NOT_FOUND:
                return None
            raise ProviderUnavailable(str(error.code)) from error
        except (TwilioException, requests.RequestException, ValueError) as error:
            raise ProviderUnavailable(type(error).__name__) from error

    def send_digits(self, request: DigitsRequest) -> ControlAnswer:
        # A conference takes no digits; an announcement to one participant may be tones, and is fetched from us.
        announcement = {"announce_url": request.url, "announce_method": "POST"}
        return self._update(request.token, request.leg_id, None, **announcement)

    def _update(self, token: uuid.UUID, leg_id: str, wanted: LegChange | None, **fields: Any) -> ControlAnswer:
        conference = self._conference(token)
        if isinstance(conference, ControlAnswer):
            return conference
        try:
            found = conference.participants(leg_id).update(**fields)
        except TwilioRestException as error:
            return _refused(error)
        except requests.ConnectTimeout:
            # No connection was made, so nothing was asked.
            return ControlAnswer(DialOutcome.TRY_LATER, code="connect")
        except (requests.RequestException, ValueError) as error:
            return ControlAnswer(DialOutcome.UNCLEAR, code=type(error).__name__)
        if wanted is not None and not wanted.fits(_setting(found)):
            return ControlAnswer(DialOutcome.UNCLEAR, code="differs")
        return ControlAnswer(DialOutcome.ACCEPTED)

    def _conference(self, token: uuid.UUID) -> Any:
        """Return the conference of a call, or the answer when there is none to be changed."""
        try:
            conference = self._running(token)
        except TwilioRestException as error:
            answer = _refused(error)
            return replace(answer, outcome=DialOutcome.TRY_LATER) if answer.refusal is None else answer
        except (TwilioException, requests.RequestException, ValueError) as error:
            # It was only asked which conference this is.
            return ControlAnswer(DialOutcome.TRY_LATER, code=type(error).__name__)
        return conference or ControlAnswer(DialOutcome.REFUSED, ControlRefusal.LEFT)

    def _running(self, token: uuid.UUID) -> Any:
        """Return the conference of a call, None when it is over.

        People are added to a conference by its name, but changed in it by its own id only.
        """
        named = self.client.conferences.list(friendly_name=str(token), status="in-progress", limit=1)
        return self.client.conferences(named[0].sid) if named else None


def _fields(change: LegChange) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "hold": change.is_held,
        "muted": change.is_muted,
        "coaching": None if change.coaches is None else bool(change.coaches),
        "call_sid_to_coach": change.coaches or None,
        "end_conference_on_exit": change.ends_call,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _setting(participant: Any) -> LegSetting:
    return LegSetting(
        is_held=bool(participant.hold),
        is_muted=bool(participant.muted),
        coaches=str(participant.call_sid_to_coach or "") if participant.coaching else "",
        ends_call=bool(participant.end_conference_on_exit),
    )


def _refused(error: TwilioRestException) -> ControlAnswer:
    code = str(error.code or error.status)
    if error.status == TOO_MANY:
        return ControlAnswer(DialOutcome.TRY_LATER, code=code)
    if error.status >= 500:
        return ControlAnswer(DialOutcome.UNCLEAR, code=code)
    by_status = {UNAUTHORISED: ControlRefusal.CREDENTIALS, NOT_FOUND: ControlRefusal.LEFT}
    refusal = REFUSALS.get(error.code, by_status.get(error.status, ControlRefusal.OTHER))
    return ControlAnswer(DialOutcome.REFUSED, refusal, code)
