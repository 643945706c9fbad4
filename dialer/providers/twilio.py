"""Twilio: both legs in one Conference, so that a call can later be held, coached or handed over.

Facts read at twilio 9.13.0's own documentation strings: a call's `status` values, status callback events, which never
come in a promised order; a conference is addressed by its friendly name, here the call's token.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests
from django.utils import timezone
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse

from dialer.providers.address import check_address
from dialer.providers.port import (
    LONGEST_CALL,
    MOST_EVENTS,
    TERMINAL,
    CheckOutcome,
    CheckStep,
    DialAnswer,
    DialOutcome,
    DialRequest,
    ForgedPost,
    Leg,
    LegQuery,
    ProviderEvent,
    ProviderUnavailable,
    Refusal,
    WebhookPost,
    moment_of,
    number_in,
)

TIMEOUT_SECONDS = 10
MOST_NUMBERS = 20
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
# What is kept of a post: no field of a number, name or place.
KEPT = (
    "CallSid",
    "ParentCallSid",
    "CallStatus",
    "Timestamp",
    "SequenceNumber",
    "CallDuration",
    "Duration",
    "SipResponseCode",
    "AnsweredBy",
    "Direction",
)


class _Redirected(TwilioHttpClient):  # type: ignore[misc]
    """Sends every request to another server that speaks Twilio's API, and never a second time by itself."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS, max_retries=0)
        self.base_url = base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self.base_url:
            base, parts = urlsplit(self.base_url), urlsplit(url)
            url = urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))
        return super().request(method, url, *args, **kwargs)


class Twilio:
    """The port's adapter for one Twilio account. `address` is where Twilio reaches us; both are for `check` only."""

    def __init__(
        self, *, account_sid: str, auth_token: str, base_url: str = "", caller_id: str = "", address: str = ""
    ) -> None:
        self.auth_token = auth_token
        self.caller_id = caller_id
        self.address = address
        # The library refuses to be made without credentials; Twilio's own refusal is the one we report.
        self.client = Client(account_sid or "none", auth_token or "none", http_client=_Redirected(base_url))

    def dial(self, request: DialRequest) -> DialAnswer:
        try:
            leg = self._dial_agent(request) if request.leg is Leg.AGENT else self._dial_customer(request)
        except TwilioRestException as error:
            return _refused(error)
        except requests.ConnectTimeout:
            # No connection was made, so nothing was asked.
            return DialAnswer(DialOutcome.TRY_LATER, code="connect")
        except requests.RequestException as error:
            return DialAnswer(DialOutcome.UNCLEAR, code=type(error).__name__)
        return DialAnswer(DialOutcome.ACCEPTED, leg)

    def hang_up(self, legs: Sequence[str]) -> None:
        for leg in legs:
            try:
                self.client.calls(leg).update(status="completed")
            except TwilioRestException as error:
                # Over already, or never there.
                if error.status >= 500 or error.status in {UNAUTHORISED, TOO_MANY}:
                    raise ProviderUnavailable(str(error.code)) from error
            except requests.RequestException as error:
                raise ProviderUnavailable(type(error).__name__) from error

    def fetch(self, query: LegQuery) -> ProviderEvent | None:
        try:
            found = self._fetch(query)
        except TwilioRestException as error:
            if error.status == NOT_FOUND:
                return None
            raise ProviderUnavailable(str(error.code)) from error
        except (TwilioException, requests.RequestException) as error:
            # A list that is answered with an error raises the wider of the library's two exceptions.
            raise ProviderUnavailable(type(error).__name__) from error
        return None if found is None else _event(query.leg, found)

    def check(self) -> list[CheckStep]:
        """Credentials, the numbers of the account, the number that is shown, and the way back to us."""
        try:
            account = self.client.api.accounts(self.client.account_sid).fetch()
            numbers = [row.phone_number for row in self.client.incoming_phone_numbers.list(limit=MOST_NUMBERS)]
            shown = self._check_caller_id(numbers)
        except TwilioRestException as error:
            return _unchecked(str(error.code or error.status))
        except (TwilioException, requests.RequestException) as error:
            return _unchecked(type(error).__name__)
        known = {"status": str(account.status), "type": str(account.type)}
        is_active = account.status == "active"
        return [
            CheckStep(
                "credentials",
                CheckOutcome.PASSED if is_active else CheckOutcome.FAILED,
                "" if is_active else "not_active",
                known,
            ),
            # A number of somebody else may be shown when Twilio has verified it.
            CheckStep(
                "numbers",
                CheckOutcome.PASSED
                if numbers
                else CheckOutcome.SKIPPED
                if shown.outcome is CheckOutcome.PASSED
                else CheckOutcome.FAILED,
                details={"count": len(numbers)},
            ),
            shown,
            check_address(self.address),
        ]

    def _check_caller_id(self, numbers: list[str]) -> CheckStep:
        if not self.caller_id:
            return _skipped("caller_id")
        known = {"phone": self.caller_id}
        if self.caller_id in numbers or self.client.incoming_phone_numbers.list(phone_number=self.caller_id, limit=1):
            return CheckStep("caller_id", CheckOutcome.PASSED, "own", known)
        if self.client.outgoing_caller_ids.list(phone_number=self.caller_id, limit=1):
            return CheckStep("caller_id", CheckOutcome.PASSED, "verified", known)
        return CheckStep("caller_id", CheckOutcome.FAILED, "not_yours", known)

    def verify(self, post: WebhookPost) -> None:
        signed = post.headers.get("X-Twilio-Signature", "")
        if not self.auth_token or not RequestValidator(self.auth_token).validate(post.url, dict(post.form), signed):
            raise ForgedPost

    def parse(self, post: WebhookPost, leg: Leg) -> ProviderEvent:
        form = post.form
        at = None
        if form.get("Timestamp"):
            with suppress(ValueError):
                at = parsedate_to_datetime(form["Timestamp"])
        return ProviderEvent(
            leg=leg,
            status=form.get("CallStatus", ""),
            at=moment_of(at, post.received_at),
            provider_id=form.get("CallSid", ""),
            parent_id=form.get("ParentCallSid", ""),
            sequence=number_in(form.get("SequenceNumber", ""), MOST_EVENTS),
            duration=number_in(form.get("CallDuration", ""), LONGEST_CALL),
            event_key=_key(post),
            raw={name: form[name] for name in KEPT if name in form},
        )

    def _dial_agent(self, request: DialRequest) -> str:
        created = self.client.calls.create(
            to=request.to,
            from_=request.caller_id,
            url=request.answer_url,
            method="POST",
            status_callback=request.status_url,
            status_callback_event=EVENTS,
            status_callback_method="POST",
            timeout=request.ring_seconds,
        )
        return str(created.sid)

    def _dial_customer(self, request: DialRequest) -> str:
        created = self.client.conferences(str(request.token)).participants.create(
            from_=request.caller_id,
            to=request.to,
            status_callback=request.status_url,
            status_callback_event=EVENTS,
            status_callback_method="POST",
            timeout=request.ring_seconds,
            beep="false",
            early_media=True,
            end_conference_on_exit=True,
        )
        return str(created.call_sid)

    def _fetch(self, query: LegQuery) -> Any:
        if query.provider_id:
            return self.client.calls(query.provider_id).fetch()
        rung = self.client.calls.list(
            to=query.to, from_=query.caller_id, start_time_after=query.since - dt.timedelta(minutes=1), limit=20
        )
        return rung[0] if rung else None


def conference(token: object) -> str:
    """Return the TwiML that puts the telecaller into the call's conference; it ends when they leave."""
    answer = VoiceResponse()
    room = answer.dial()
    room.conference(str(token), start_conference_on_enter=True, end_conference_on_exit=True, beep="false", wait_url="")
    return str(answer)


def _refused(error: TwilioRestException) -> DialAnswer:
    code = str(error.code or error.status)
    if error.status == TOO_MANY:
        return DialAnswer(DialOutcome.TRY_LATER, code=code)
    if error.status >= 500:
        # Twilio's own page on 20500: the request may have been carried out.
        return DialAnswer(DialOutcome.UNCLEAR, code=code)
    refusal = REFUSALS.get(error.code, Refusal.CREDENTIALS if error.status == UNAUTHORISED else Refusal.OTHER)
    return DialAnswer(DialOutcome.REFUSED, refusal=refusal, code=code)


def _event(leg: Leg, call: Any) -> ProviderEvent:
    is_over = call.status in TERMINAL
    duration = str(call.duration or "")
    return ProviderEvent(
        leg=leg,
        status=str(call.status),
        at=(call.end_time if is_over else call.start_time) or timezone.now(),
        provider_id=str(call.sid),
        duration=int(duration) if is_over and duration.isdecimal() else None,
    )


def _key(post: WebhookPost) -> str:
    """The key under which a second delivery of the same post is known again (its signature carries no time)."""
    given = post.headers.get("I-Twilio-Idempotency-Token")
    return hashlib.sha256((given or urlencode(sorted(post.form.items()))).encode()).hexdigest()


def _skipped(name: str) -> CheckStep:
    return CheckStep(name, CheckOutcome.SKIPPED)


def _unchecked(reason: str) -> list[CheckStep]:
    """The steps of a test that ended at the credentials."""
    rest = [_skipped(name) for name in ("numbers", "caller_id", "reachable")]
    return [CheckStep("credentials", CheckOutcome.FAILED, reason), *rest]
