"""The providers that there are, each on its bench."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import responses
from django.conf import settings
from django.utils import timezone
from twilio.request_validator import RequestValidator

from dialer.models import Call, TelephonyAccount
from dialer.providers import simulator
from dialer.providers.exotel.signing import signed
from dialer.providers.port import Leg
from dialer.tests.providers.bench import SECOND, Bench, Fate, Sent, Story

# (leg, status, seconds after the begin, seconds of talk) of each event, for providers that tell of one leg at a time.
Event = tuple[Leg, str, int, int | None]
_BEGUN: list[Event] = [
    (Leg.AGENT, "initiated", 0, None),
    (Leg.AGENT, "ringing", 1, None),
    (Leg.AGENT, "in-progress", 2, None),
    (Leg.CUSTOMER, "initiated", 2, None),
    (Leg.CUSTOMER, "ringing", 3, None),
]
EVENTS: dict[Story, list[Event]] = {
    Story.TALK: [
        *_BEGUN,
        (Leg.CUSTOMER, "in-progress", 5, None),
        (Leg.CUSTOMER, "completed", 45, 40),
        (Leg.AGENT, "completed", 46, None),
    ],
    Story.BUSY: [*_BEGUN, (Leg.CUSTOMER, "busy", 45, None), (Leg.AGENT, "completed", 46, None)],
    Story.NO_ANSWER: [*_BEGUN, (Leg.CUSTOMER, "no-answer", 45, None), (Leg.AGENT, "completed", 46, None)],
    Story.NO_TELECALLER: [*_BEGUN[:2], (Leg.AGENT, "no-answer", 45, None)],
}


class SimulatorBench(Bench):
    """Nothing stands between us and the simulator: it is told, and tells, in this process."""

    provider = "simulator"
    has_network = False
    # It posts from this process; the ids in what it signs hold the call.
    signs_address = False

    def make_account(self) -> TelephonyAccount:
        account: TelephonyAccount = TelephonyAccount.objects.get(provider="simulator")
        return account

    def on_dial(self, fate: Fate) -> None:
        """It takes every call."""

    def on_check(self, fate: Fate) -> None:
        """It asks for our own address alone."""

    def posts(self, call: Call, story: Story, began: dt.datetime) -> list[Sent]:
        return [
            self._sent(call, leg, {"status": status, "at": (began + after * SECOND).isoformat()}, number, talk)
            for number, (leg, status, after, talk) in enumerate(EVENTS[story])
        ]

    def post(self, call: Call, status: str, **fields: str) -> Sent:
        at = fields.pop("at", timezone.now().isoformat())
        return self._sent(call, Leg.CUSTOMER, {"status": status, "at": at} | fields, 7, None)

    def forged(self, sent: Sent) -> Sequence[Sent]:
        stamp = sent.headers["X-Jini-Timestamp"]
        return [
            replace(sent, headers={"X-Jini-Timestamp": stamp, "X-Jini-Signature": "0" * 64}),
            replace(sent, headers={"X-Jini-Timestamp": stamp, "X-Jini-Signature": "é" * 64}),
            replace(sent, headers={}),
        ]

    def _sent(self, call: Call, leg: Leg, form: dict[str, str], sequence: int, talk: int | None) -> Sent:
        form = {"leg_id": f"{leg[0]}-{call.pk}", "sequence": str(sequence)} | form
        form |= {} if talk is None else {"duration": str(talk)}
        body, stamp = urlencode(form).encode(), str(int(timezone.now().timestamp()))
        signature = simulator.signature(self.account.credentials["secret"], stamp, body)
        headers = {"X-Jini-Timestamp": stamp, "X-Jini-Signature": signature}
        return Sent(self.path(call, leg), body, headers=headers)


class TwilioBench(Bench):
    """Twilio, behind its library's HTTP client."""

    provider = "twilio"
    sid: ClassVar[str] = "AC" + "a" * 32
    api: ClassVar[str] = f"https://api.twilio.com/2010-04-01/Accounts/{sid}"
    refusals: ClassVar[dict[Fate, tuple[int, int]]] = {
        Fate.BAD_NUMBER: (400, 21211),
        Fate.BAD_CALLER_ID: (400, 21210),
        Fate.BAD_CREDENTIALS: (401, 20003),
        Fate.TOO_MANY: (429, 20429),
        Fate.BROKEN: (500, 20500),
    }

    def make_account(self) -> TelephonyAccount:
        return self.activate(account_sid=self.sid, auth_token="token")

    def on_dial(self, fate: Fate) -> None:
        taken = {"sid": "CA" + "b" * 32, "call_sid": "CA" + "c" * 32, "status": "queued"}
        for url in (f"{self.api}/Calls.json", re.compile(rf"{re.escape(self.api)}/Conferences/.*/Participants.json")):
            self._reply(responses.POST, url, fate, taken, 201)

    def on_fetch(self, fate: Fate, *, status: str = "", seconds: int = 0) -> None:
        now = format_datetime(timezone.now())
        leg = {"sid": "CA" + "c" * 32, "status": status, "duration": str(seconds), "start_time": now, "end_time": now}
        one = re.compile(rf"{re.escape(self.api)}/Calls/CA\w+.json")
        if fate is Fate.TAKEN and not status:
            self.answer(responses.GET, one, fate, {"code": 20404, "message": "none", "status": 404}, 404)
        else:
            self._reply(responses.GET, one, fate, leg, 200)
        self._reply(responses.GET, f"{self.api}/Calls.json", fate, {"calls": [leg] if status else []}, 200)

    def on_hang_up(self, fate: Fate) -> None:
        over = (400, 21220) if fate is Fate.TAKEN else self.refusals.get(fate, (200, 0))
        url = re.compile(rf"{re.escape(self.api)}/Calls/CA\w+.json")
        self.answer(responses.POST, url, fate, {"code": over[1], "message": fate, "status": over[0]}, over[0])

    def on_check(self, fate: Fate) -> None:
        numbers = {"incoming_phone_numbers": [{"phone_number": self.caller_id}]}
        self._reply(responses.GET, f"{self.api}.json", fate, {"status": "active", "type": "Full"}, 200)
        self._reply(responses.GET, f"{self.api}/IncomingPhoneNumbers.json", fate, numbers, 200)
        allowed = {"iso_code": "IN", "low_risk_numbers_enabled": True}
        self._reply(responses.GET, "https://voice.twilio.com/v1/DialingPermissions/Countries/IN", fate, allowed, 200)

    def posts(self, call: Call, story: Story, began: dt.datetime) -> list[Sent]:
        return [
            self._sent(call, leg, status, began + after * SECOND, {"SequenceNumber": str(number)}, talk)
            for number, (leg, status, after, talk) in enumerate(EVENTS[story])
        ]

    def post(self, call: Call, status: str, **fields: str) -> Sent:
        return self._sent(call, Leg.CUSTOMER, status, timezone.now(), fields, None)

    def forged(self, sent: Sent) -> Sequence[Sent]:
        return [
            replace(sent, headers={"X-Twilio-Signature": "guessed"}),
            replace(sent, headers={"X-Twilio-Signature": "é"}),
            replace(sent, headers={}),
        ]

    def _sent(
        self, call: Call, leg: Leg, status: str, at: dt.datetime, fields: dict[str, str], talk: int | None
    ) -> Sent:
        form = {"CallSid": "CA" + str(leg)[0] * 32, "CallStatus": status, "Timestamp": format_datetime(at)}
        form |= {"To": call.phone, "From": self.caller_id, "Caller": self.caller_id} | fields
        form |= {} if talk is None else {"CallDuration": str(talk)}
        path = self.path(call, leg)
        signature = RequestValidator("token").compute_signature(settings.PUBLIC_URL + path, form)
        return Sent(path, urlencode(form).encode(), headers={"X-Twilio-Signature": signature})

    def _reply(self, method: str, url: Any, fate: Fate, taken: dict[str, Any], status: int) -> None:
        if fate in self.refusals:
            refused, code = self.refusals[fate]
            self.answer(method, url, fate, {"code": code, "message": fate, "status": refused}, refused)
        else:
            self.answer(method, url, fate, taken, status)


class ExotelBench(Bench):
    """Exotel: one request for both legs, one post for both, no signature but the key in the address."""

    provider = "exotel"
    signs_body = False
    ends_calls = False
    takes_calls = False
    keeps_recordings = True
    api: ClassVar[str] = "https://api.in.exotel.com/v1/Accounts/acme1"
    numbers: ClassVar[str] = "https://api.in.exotel.com/v2_beta/Accounts/acme1/IncomingPhoneNumbers"
    zone: ClassVar[ZoneInfo] = ZoneInfo("Asia/Kolkata")
    refusals: ClassVar[dict[Fate, tuple[int, str]]] = {
        Fate.BAD_NUMBER: (400, "Bad Request: To number is invalid"),
        Fate.BAD_CALLER_ID: (400, "The CallerId is not an ExoPhone of this account"),
        Fate.BAD_CREDENTIALS: (401, "Authentication failed"),
        Fate.TOO_MANY: (429, "Too many requests"),
        Fate.BROKEN: (500, "Internal server error"),
    }

    def make_account(self) -> TelephonyAccount:
        return self.activate(account_sid="acme1", api_key="key", api_token="token", region="mumbai", secret="s3cret")

    def on_dial(self, fate: Fate) -> None:
        self._reply(responses.POST, f"{self.api}/Calls/connect.json", fate, {"Call": {"Sid": "e" * 32}})

    def on_fetch(self, fate: Fate, *, status: str = "", seconds: int = 0) -> None:
        call = {"Sid": "e" * 32, "Status": status, "DateUpdated": self._written(timezone.now()), "Details": {
            "ConversationDuration": seconds, "Leg1Status": "completed", "Leg2Status": status, "Legs": []}}  # fmt: skip
        one = re.compile(rf"{re.escape(self.api)}/Calls/\w+.json")
        if fate is Fate.TAKEN and not status:
            self.answer(responses.GET, one, fate, {"RestException": {"Status": 404}}, 404)
        else:
            self._reply(responses.GET, one, fate, {"Call": call})
        self._reply(responses.GET, f"{self.api}/Calls.json", fate, {"Calls": [call] if status else []})

    def on_check(self, fate: Fate) -> None:
        rows = [{"sid": "1", "phone_number": "08047180000"}]
        self._reply(responses.GET, self.numbers, fate, {"incoming_phone_numbers": rows, "next_page_uri": None})

    def posts(self, call: Call, story: Story, began: dt.datetime) -> list[Sent]:
        end = {Story.BUSY: "busy", Story.NO_ANSWER: "no-answer"}.get(story, "completed")
        if story is Story.NO_TELECALLER:
            return [self._told(call, "terminal", began + 45 * SECOND, "no-answer", ("no-answer", ""), 0)]
        told = [self._told(call, "answered", began + 2 * SECOND, "in-progress", ("in-progress", ""), 0)]
        if story is Story.TALK:
            told.append(
                self._told(call, "answered", began + 5 * SECOND, "in-progress", ("in-progress", "in-progress"), 0)
            )
        talk = 40 if story is Story.TALK else 0
        return [*told, self._told(call, "terminal", began + 45 * SECOND, end, ("completed", end), talk)]

    def post(self, call: Call, status: str, **fields: str) -> Sent:
        return self._told(call, "terminal", timezone.now(), status, ("completed", status), 0, **fields)

    def forged(self, sent: Sent) -> Sequence[Sent]:
        bare = sent.path.split("?", maxsplit=1)[0]
        return [
            replace(sent, path=f"{bare}?key={'0' * 64}"),
            replace(sent, path=f"{bare}?key=%C3%A9"),
            replace(sent, path=bare),
        ]

    def _told(
        self, call: Call, event: str, at: dt.datetime, status: str, legs: tuple[str, str], talk: int, **fields: str
    ) -> Sent:
        said: dict[str, Any] = {
            "CallSid": "e" * 32,
            "EventType": event,
            "Status": status,
            "DateUpdated": self._written(at),
            "EndTime": self._written(at) if event == "terminal" else "1970-01-01 05:30:00",
            "To": call.phone,
            "From": call.telecaller.phone,
            "RecordingUrl": "https://recordings.example/1.mp3",
            "ConversationDuration": talk,
            "CustomField": str(call.pk),
            "Legs": [{"OnCallDuration": talk, "Status": leg} for leg in legs],
        } | fields
        path = signed(self.path(call, Leg.AGENT), "s3cret")
        return Sent(path, json.dumps(said).encode(), "application/json")

    def _written(self, at: dt.datetime) -> str:
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def _reply(self, method: str, url: Any, fate: Fate, taken: dict[str, Any]) -> None:
        status, sentence = self.refusals.get(fate, (200, ""))
        body = {"RestException": {"Status": status, "Message": sentence}} if fate in self.refusals else taken
        self.answer(method, url, fate, body, status)


BENCHES: dict[str, type[Bench]] = {bench.provider: bench for bench in (SimulatorBench, TwilioBench, ExotelBench)}


def names_of(**wanted: bool) -> list[str]:
    """Return the providers whose bench says so of itself: `names_of(has_network=True)`."""
    return [name for name, made in BENCHES.items() if all(getattr(made, key) is value for key, value in wanted.items())]
