"""What Twilio is told to do with somebody who is on the line."""

from typing import Protocol

from twilio.twiml.voice_response import VoiceResponse


class Spoken(Protocol):
    """A sentence, and the language in which it is spoken."""

    @property
    def text(self) -> str: ...
    @property
    def voice(self) -> str: ...


def goodbye() -> str:
    """Return the TwiML for who comes too late, or to a call that is not theirs."""
    answer = VoiceResponse()
    answer.hangup()
    return str(answer)


def conference(token: object, first: Spoken | None = None) -> str:
    """Return the TwiML that puts somebody into the call's conference, which ends when they leave; `first` is said before."""
    answer = VoiceResponse()
    if first is not None:
        answer.say(first.text, language=first.voice)
    room = answer.dial()
    room.conference(str(token), start_conference_on_enter=True, end_conference_on_exit=True, beep="false", wait_url="")
    return str(answer)


def tones(digits: str) -> str:
    """Return the TwiML that plays the tones of `digits`, or nothing; "w" waits half a second."""
    answer = VoiceResponse()
    if digits:
        answer.play(digits=f"w{digits}")
    return str(answer)
