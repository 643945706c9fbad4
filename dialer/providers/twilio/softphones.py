"""Browsers as phones at Twilio: registered by an access token, rung like a number as `client:` and their identity.

A token lets a browser be rung and nothing else: it names no application, so no call can be begun with it. It is signed
with an API key of the account's own, which the connection test makes.
"""

from dataclasses import dataclass, field
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.rest import Client

from dialer.providers.port import CheckOutcome, CheckStep, ProviderUnavailable
from dialer.providers.port.softphones import TOKEN_LASTS, NotReady, Page, Prepared
from dialer.providers.twilio.client import NOT_FOUND

STEP = "softphone"
MOST_KEYS = 100
# The README of @twilio/voice-sdk 2.18.5, "Content Security Policy (CSP)", for the default edge. The library's sounds,
# for which it names two hosts more, are ours.
POLICY = {
    "connect-src": ("https://eventgw.twilio.com", "wss://voice-js.roaming.twilio.com"),
    "media-src": ("mediastream:",),
}
PAGE = Page(scripts="dialer/_phone_twilio.html", policy=POLICY)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An API key of the account."""

    sid: str
    secret: str = field(repr=False)


class TwilioSoftphones:
    """The port's `Softphones` for one Twilio account; `key` signs, None until a test has made it."""

    def __init__(self, client: Client, key: SigningKey | None) -> None:
        self.client = client
        self.key = key

    def token(self, identity: str) -> str:
        if self.key is None:
            raise NotReady
        token = AccessToken(
            self.client.account_sid,
            self.key.sid,
            self.key.secret,
            grants=[VoiceGrant(incoming_allow=True)],
            identity=identity,
            ttl=int(TOKEN_LASTS.total_seconds()),
        )
        return str(token.to_jwt())

    def prepare(self, name: str) -> Prepared:
        """Look whether Twilio still knows the key; else make one.

        Keys called `name` whose secret we do not have are of no use to anybody: they are left over from a request whose
        answer never came, and go first.
        """
        try:
            if self.key is not None and self._is_known(self.key):
                return Prepared(CheckStep(STEP, CheckOutcome.PASSED))
            for sid in self._called(name):
                self._delete(sid)
            made: Any = self.client.new_keys.create(friendly_name=name)
        except TwilioRestException as error:
            return _failed(str(error.code or error.status))
        except (TwilioException, requests.RequestException) as error:
            return _failed(type(error).__name__)
        if not made.secret:
            return _failed("no_secret")
        return Prepared(
            CheckStep(STEP, CheckOutcome.PASSED), {"key_sid": str(made.sid), "key_secret": str(made.secret)}
        )

    def retire(self, name: str) -> None:
        """Delete the key that signs, and whatever else is called `name`; what Twilio does not know any more is gone."""
        try:
            for sid in self._called(name) | ({self.key_id} - {""}):
                self._delete(sid)
        except TwilioRestException as error:
            raise ProviderUnavailable(str(error.code or error.status)) from error
        except (TwilioException, requests.RequestException) as error:
            raise ProviderUnavailable(type(error).__name__) from error

    @property
    def key_id(self) -> str:
        return self.key.sid if self.key is not None else ""

    def _called(self, name: str) -> set[str]:
        return {row.sid for row in self.client.keys.list(limit=MOST_KEYS) if row.friendly_name == name}

    def _delete(self, sid: str) -> None:
        try:
            self.client.keys(sid).delete()
        except TwilioRestException as error:
            if error.status != NOT_FOUND:
                raise

    def _is_known(self, key: SigningKey) -> bool:
        try:
            self.client.keys(key.sid).fetch()
        except TwilioRestException as error:
            if error.status == NOT_FOUND:
                return False
            raise
        return True


def _failed(reason: str) -> Prepared:
    return Prepared(CheckStep(STEP, CheckOutcome.FAILED, reason))
