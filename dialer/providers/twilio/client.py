"""The way to Twilio: where requests are sent, and what a refusal means."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient

from dialer.providers.port import DialAnswer, DialOutcome, Refusal, WebhookPost

TIMEOUT_SECONDS = 10
# What is told of a leg.
EVENTS = ["initiated", "ringing", "answered", "completed"]
# https://www.twilio.com/docs/api/errors
REFUSALS = {
    20003: Refusal.CREDENTIALS,
    21205: Refusal.OTHER,
    21210: Refusal.CALLER_ID,
    21212: Refusal.CALLER_ID,
    21211: Refusal.NUMBER_INVALID,
    21214: Refusal.NUMBER_INVALID,
    21217: Refusal.NUMBER_INVALID,
    21219: Refusal.TRIAL_ACCOUNT,
    21608: Refusal.TRIAL_ACCOUNT,
}
TOO_MANY = 429
NOT_FOUND = 404
UNAUTHORISED = 401


class Redirected(TwilioHttpClient):  # type: ignore[misc]
    """Sends every request to another server that speaks Twilio's API, and never a second time by itself."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS, max_retries=0)
        self.base_url = base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self.base_url:
            base, parts = urlsplit(self.base_url), urlsplit(url)
            url = urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))
        return super().request(method, url, *args, **kwargs)


def refused(error: TwilioRestException) -> DialAnswer:
    code = str(error.code or error.status)
    if error.status == TOO_MANY:
        return DialAnswer(DialOutcome.TRY_LATER, code=code)
    if error.status >= 500:
        # Twilio's own page on 20500: the request may have been carried out.
        return DialAnswer(DialOutcome.UNCLEAR, code=code)
    refusal = REFUSALS.get(error.code, Refusal.CREDENTIALS if error.status == UNAUTHORISED else Refusal.OTHER)
    return DialAnswer(DialOutcome.REFUSED, refusal=refusal, code=code)


def dialled(ring: Callable[[], str]) -> DialAnswer:
    """Ring somebody, once; `ring` asks Twilio and returns the id of the leg."""
    try:
        leg = ring()
    except TwilioRestException as error:
        return refused(error)
    except requests.ConnectTimeout:
        # No connection was made, so nothing was asked.
        return DialAnswer(DialOutcome.TRY_LATER, code="connect")
    except (requests.RequestException, ValueError) as error:
        # No answer, or one that is no JSON: it may have been carried out.
        return DialAnswer(DialOutcome.UNCLEAR, code=type(error).__name__)
    return DialAnswer(DialOutcome.ACCEPTED, leg)


def key_of(post: WebhookPost) -> str:
    """Return the key under which a second delivery of the same post is known again (its signature carries no time)."""
    given = post.headers.get("I-Twilio-Idempotency-Token")
    return hashlib.sha256((given or urlencode(sorted(post.form.items()))).encode()).hexdigest()
