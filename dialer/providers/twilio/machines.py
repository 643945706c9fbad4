"""Answering machines at Twilio: heard while the call is on, and left a message.

Facts read at twilio 9.13.0's own documentation strings: with `AsyncAmd` a call is put through first and what was heard is
posted to `AsyncAmdStatusCallback`; a participant's detection is posted to `AmdStatusCallback`. A call that is given new
TwiML leaves what it was in.
"""

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse

from dialer.providers.port import Beside, DialAnswer, DialOutcome, ProviderEvent, WebhookPost
from dialer.providers.twilio.client import key_of, refused

KEPT = ("CallSid", "AnsweredBy", "MachineDetectionDuration")


class TwilioMachines:
    """The port's machines for one Twilio account."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def leave(self, leg_id: str, media_url: str) -> DialAnswer:
        message = VoiceResponse()
        message.play(media_url)
        message.hangup()
        try:
            self.client.calls(leg_id).update(twiml=str(message))
        except TwilioRestException as error:
            return refused(error)
        except requests.ConnectTimeout:
            return DialAnswer(DialOutcome.TRY_LATER, code="connect")
        except requests.RequestException as error:
            return DialAnswer(DialOutcome.UNCLEAR, code=type(error).__name__)
        return DialAnswer(DialOutcome.ACCEPTED, leg_id)

    def parse(self, post: WebhookPost) -> ProviderEvent:
        form = post.form
        return ProviderEvent(
            leg=Beside.MACHINE,
            status=form.get("AnsweredBy", ""),
            at=post.received_at,
            provider_id=form.get("CallSid", ""),
            event_key=key_of(post),
            raw={name: form[name] for name in KEPT if name in form},
        )
