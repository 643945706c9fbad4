"""Calls to numbers at Twilio: what its posts say, and what it is told to do with the caller."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse

from dialer.providers.port import (
    LONGEST_CALL,
    TERMINAL,
    DialAnswer,
    DialRequest,
    Leg,
    ProviderUnavailable,
    WebhookPost,
    moment_of,
    number_in,
)
from dialer.providers.port.incoming import Arrival, Message, Reply, RingRequest, Spoken, e164
from dialer.providers.twilio.answers import conference
from dialer.providers.twilio.client import TOO_MANY, UNAUTHORISED

XML = "text/xml"
LONGEST_MESSAGE, SILENCE_ENDS = 180, 5
LANGUAGES = {"en": "en-IN", "hi": "hi-IN"}
# What stands for the number of a caller who withholds it: a word as the keys of a telephone spell it.
WITHHELD = {
    "+266696687",  # ANONYMOUS
    "+7378742833",  # RESTRICTED
    "+2562533",  # BLOCKED
    "+8656696",  # UNKNOWN
    "+86282452253",  # UNAVAILABLE
}


class TwilioIncoming:
    """The port's capability `incoming` of one Twilio account; `dial` is that of the account."""

    def __init__(self, client: Client, dial: Callable[[DialRequest], DialAnswer]) -> None:
        self.client = client
        self.dial = dial

    def read(self, post: WebhookPost) -> Arrival:
        form, at = post.form, None
        with suppress(ValueError):
            at = parsedate_to_datetime(form["Timestamp"]) if form.get("Timestamp") else None
        caller = form.get("From", "")
        return Arrival(
            provider_id=form.get("CallSid", ""),
            caller="" if caller in WITHHELD else e164(caller),
            called=e164(form.get("To", "")),
            at=moment_of(at, post.received_at),
            has_ended=form.get("CallStatus", "") in TERMINAL,
        )

    def read_message(self, post: WebhookPost) -> Message:
        seconds = number_in(post.form.get("RecordingDuration", ""), LONGEST_CALL)
        return Message(post.form.get("RecordingSid", ""), seconds)

    def wait(self, room: uuid.UUID) -> Reply:
        answer = VoiceResponse()
        dial = answer.dial()
        dial.conference(str(room), start_conference_on_enter=False, end_conference_on_exit=True, beep="false")
        return _reply(answer)

    def join(self, room: uuid.UUID) -> Reply:
        return Reply(conference(room), XML)

    def take_message(self, greeting: Spoken, message_url: str) -> Reply:
        answer = VoiceResponse()
        _say(answer, greeting)
        # Without an address of its own (`action`) the verb would begin this document anew.
        answer.record(
            max_length=LONGEST_MESSAGE, timeout=SILENCE_ENDS, play_beep=True, action=message_url, method="POST"
        )
        answer.hangup()
        return _reply(answer)

    def say(self, sentence: Spoken) -> Reply:
        answer = VoiceResponse()
        _say(answer, sentence)
        answer.hangup()
        return _reply(answer)

    def hang_up(self) -> Reply:
        answer = VoiceResponse()
        answer.hangup()
        return _reply(answer)

    def refuse(self) -> Reply:
        answer = VoiceResponse()
        answer.reject(reason="busy")
        return _reply(answer)

    def ring(self, request: RingRequest) -> DialAnswer:
        return self.dial(
            DialRequest(
                token=request.token,
                leg=Leg.AGENT,
                to=request.to,
                caller_id=request.caller_id,
                status_url=request.status_url,
                answer_url=request.answer_url,
                ring_seconds=request.ring_seconds,
            )
        )

    def move(self, caller_leg: str, url: str) -> None:
        try:
            self.client.calls(caller_leg).update(url=url, method="POST")
        except TwilioRestException as error:
            # Over already, or never there: its end is told like every other.
            if error.status >= 500 or error.status in {UNAUTHORISED, TOO_MANY}:
                raise ProviderUnavailable(str(error.code)) from error
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from error


def _say(answer: VoiceResponse, spoken: Spoken) -> None:
    answer.say(spoken.text, language=LANGUAGES[spoken.language])


def _reply(answer: VoiceResponse) -> Reply:
    return Reply(str(answer), XML)
