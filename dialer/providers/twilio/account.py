"""Twilio: both legs in one Conference, so that a call can later be held, coached or handed over.

Facts read at twilio 9.13.0's own documentation strings: a call's `status` values, status callback events, which never
come in a promised order; a conference is addressed by its friendly name, here the call's token.
"""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

import requests
from django.utils import timezone
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from dialer.providers.address import check_address
from dialer.providers.port import (
    LONGEST_CALL,
    MOST_EVENTS,
    TERMINAL,
    CheckOutcome,
    CheckStep,
    DialAnswer,
    DialRequest,
    ForgedPost,
    Leg,
    LegQuery,
    Machines,
    ProviderEvent,
    ProviderUnavailable,
    Recorder,
    Recordings,
    WebhookPost,
    moment_of,
    number_in,
)
from dialer.providers.port.incoming import Incoming
from dialer.providers.port.numbers import Numbers
from dialer.providers.twilio.client import EVENTS, NOT_FOUND, TOO_MANY, UNAUTHORISED, Redirected, dialled, key_of
from dialer.providers.twilio.conferences import TwilioConferences
from dialer.providers.twilio.incoming import TwilioIncoming
from dialer.providers.twilio.keys import TwilioKeys
from dialer.providers.twilio.machines import TwilioMachines
from dialer.providers.twilio.numbers import TwilioNumbers
from dialer.providers.twilio.recordings import TwilioRecordings
from dialer.providers.twilio.softphones import SigningKey, TwilioSoftphones
from dialer.providers.twilio.spending import TwilioSpending

MOST_NUMBERS = 20
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


class Twilio:
    """The port's adapter for one Twilio account. `address` is where Twilio reaches us.

    `tokens`: the auth token that requests are made with, then those by which its posts may be signed as well. `key` signs
    the tokens of browsers. `caller_id`, `address` and the `countries` that are called are for `check` only.
    """

    rings_both: ClassVar[bool] = False
    can_hang_up: ClassVar[bool] = True
    hears_machines: ClassVar[bool] = True
    keeps_recordings: ClassVar[bool] = False

    def __init__(
        self,
        *,
        account_sid: str,
        tokens: Sequence[str],
        base_url: str = "",
        caller_id: str = "",
        address: str = "",
        countries: Sequence[str] = (),
    ) -> None:
        self.tokens = [token for token in tokens if token]
        self.countries = countries
        self.key: SigningKey | None = None
        self.caller_id = caller_id
        self.address = address
        self.is_elsewhere = bool(base_url)
        # The library refuses to be made without credentials; Twilio's own refusal is the one we report.
        self.client = Client(account_sid or "none", tokens[0] or "none", http_client=Redirected(base_url))
        self.incoming: Incoming | None = TwilioIncoming(self.client, self.dial)
        self.numbers: Numbers | None = TwilioNumbers(self.client)
        self.spending = TwilioSpending(self.client)
        self.keys = TwilioKeys(self.client)
        self.recorder: Recorder | None = TwilioRecordings(self.client, auth_token=tokens[0], base_url=base_url)
        self.recordings: Recordings | None = self.recorder
        self.machines: Machines | None = TwilioMachines(self.client)

    @property
    def conferences(self) -> TwilioConferences:
        """Control of running calls."""
        return TwilioConferences(self.client)

    @property
    def softphones(self) -> TwilioSoftphones:
        """Browsers as phones."""
        return TwilioSoftphones(self.client, self.key)

    def dial(self, request: DialRequest) -> DialAnswer:
        # Who is to hear something first is rung by itself, and comes into the conference by what we answer.
        is_alone = request.leg is Leg.AGENT or request.announces
        return dialled(lambda: self._dial_alone(request) if is_alone else self._dial_customer(request))

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

    def fetch(self, query: LegQuery) -> list[ProviderEvent]:
        try:
            found = self._fetch(query)
        except TwilioRestException as error:
            if error.status == NOT_FOUND:
                return []
            raise ProviderUnavailable(str(error.code)) from error
        except (TwilioException, requests.RequestException, ValueError) as error:
            # A list that is answered with an error raises the wider of the library's two exceptions.
            raise ProviderUnavailable(type(error).__name__) from error
        return [] if found is None else [_event(query.leg, found)]

    def check(self) -> list[CheckStep]:
        """Credentials, the numbers of the account, the number that is shown, and the way back to us."""
        try:
            account = self.client.api.accounts(self.client.account_sid).fetch()
            numbers = [row.phone_number for row in self.client.incoming_phone_numbers.list(limit=MOST_NUMBERS)]
            shown = self._check_caller_id(numbers)
        except TwilioRestException as error:
            return _unchecked(str(error.code or error.status))
        except (TwilioException, requests.RequestException, ValueError) as error:
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
            self._check_permissions(),
            # A server in Twilio's place stands beside us.
            check_address(self.address, from_outside=not self.is_elsewhere),
        ]

    def _check_permissions(self) -> CheckStep:
        """Whether Twilio lets the account call the countries that the organisation calls, as its console says."""
        if not self.countries:
            return _skipped("permissions")
        try:
            barred = [
                country
                for country in self.countries
                if not self.client.voice.v1.dialing_permissions.countries(country).fetch().low_risk_numbers_enabled
            ]
        except (TwilioException, requests.RequestException):
            return CheckStep("permissions", CheckOutcome.SKIPPED, "unknown")
        outcome = CheckOutcome.FAILED if barred else CheckOutcome.PASSED
        return CheckStep("permissions", outcome, details={"countries": ", ".join(barred or self.countries)})

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
        form = dict(post.form)
        if not any(RequestValidator(token).validate(post.url, form, signed) for token in self.tokens):
            raise ForgedPost

    def parse(self, post: WebhookPost, leg: str) -> list[ProviderEvent]:
        form = post.form
        at = None
        if form.get("Timestamp"):
            with suppress(ValueError):
                at = parsedate_to_datetime(form["Timestamp"])
        event = ProviderEvent(
            leg=leg,
            status=form.get("CallStatus", ""),
            at=moment_of(at, post.received_at),
            provider_id=form.get("CallSid", ""),
            parent_id=form.get("ParentCallSid", ""),
            sequence=number_in(form.get("SequenceNumber", ""), MOST_EVENTS),
            duration=number_in(form.get("CallDuration", ""), LONGEST_CALL),
            event_key=key_of(post),
            raw={name: form[name] for name in KEPT if name in form},
        )
        return [event]

    def _dial_alone(self, request: DialRequest) -> str:
        hearing: dict[str, Any] = {}
        if request.machine_url:
            hearing = {
                "machine_detection": "Enable",
                "async_amd": "true",
                "async_amd_status_callback": request.machine_url,
            }
        created = self.client.calls.create(
            to=request.to,
            from_=request.caller_id,
            url=request.answer_url,
            method="POST",
            status_callback=request.status_url,
            status_callback_event=EVENTS,
            status_callback_method="POST",
            timeout=request.ring_seconds,
            **hearing,
        )
        return str(created.sid)

    def _dial_customer(self, request: DialRequest) -> str:
        hearing: dict[str, Any] = {}
        if request.machine_url:
            hearing = {"machine_detection": "Enable", "amd_status_callback": request.machine_url}
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
            **hearing,
        )
        return str(created.call_sid)

    def _fetch(self, query: LegQuery) -> Any:
        if query.provider_id:
            return self.client.calls(query.provider_id).fetch()
        rung = self.client.calls.list(
            to=query.to, from_=query.caller_id, start_time_after=query.since - dt.timedelta(minutes=1), limit=20
        )
        return rung[0] if rung else None


def _event(leg: str, call: Any) -> ProviderEvent:
    is_over = call.status in TERMINAL
    duration = str(call.duration or "")
    return ProviderEvent(
        leg=leg,
        status=str(call.status),
        at=(call.end_time if is_over else call.start_time) or timezone.now(),
        provider_id=str(call.sid),
        duration=int(duration) if is_over and duration.isdecimal() else None,
    )


def _skipped(name: str) -> CheckStep:
    return CheckStep(name, CheckOutcome.SKIPPED)


def _unchecked(reason: str) -> list[CheckStep]:
    """The steps of a test that ended at the credentials."""
    rest = [_skipped(name) for name in ("numbers", "caller_id", "permissions", "reachable")]
    return [CheckStep("credentials", CheckOutcome.FAILED, reason), *rest]
