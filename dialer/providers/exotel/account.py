"""Exotel: connects two numbers by one request, the telecaller's first, and rings the customer by itself.

Facts read at https://developer.exotel.com (voice v1: connect two numbers, status callback, call details). It offers no
way to end, hold or join a call that was connected so; its two events are `answered` and `terminal`.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, ClassVar

import requests
from django.utils import timezone

from dialer.providers.address import check_address
from dialer.providers.exotel.client import Client, object_in, refused
from dialer.providers.exotel.reading import events_of, told_in_answer, told_in_post, written
from dialer.providers.exotel.recordings import ExotelRecordings
from dialer.providers.exotel.signing import is_signed, signed
from dialer.providers.exotel.spending import ExotelSpending
from dialer.providers.port import (
    CheckOutcome,
    CheckStep,
    DialAnswer,
    DialOutcome,
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
)
from dialer.providers.port.incoming import Incoming
from dialer.providers.port.numbers import Numbers

# The longest that Exotel lets a call last, which is longer than any talk and ends a line that nobody laid down.
LONGEST_CALL_SECONDS = 14_400
MOST_PAGES, MOST_LISTED = 20, "20"


class Exotel:
    """The port's adapter for one Exotel account.

    `secrets` make the key in the addresses that it posts to: the first for new calls, the rest are accepted as well.
    `caller_id` and `address` (where Exotel reaches us) are for `check` only.
    """

    rings_both: ClassVar[bool] = True
    can_hang_up: ClassVar[bool] = False
    # Its calls that come in run through an applet, which cannot be told while they last what to do next.
    incoming: Incoming | None = None
    # Its call is one connection of two phones, which nobody can join.
    conferences: ClassVar[None] = None
    numbers: Numbers | None = None
    hears_machines: ClassVar[bool] = False
    keeps_recordings: ClassVar[bool] = True
    recorder: Recorder | None = None
    machines: Machines | None = None
    # It rings telephones and SIP devices; a browser of ours is none.
    softphones: ClassVar[None] = None

    def __init__(self, client: Client, *, secrets: Sequence[str], caller_id: str = "", address: str = "") -> None:
        self.client = client
        self.keys = None
        self.spending = ExotelSpending(client)
        self.recordings: Recordings | None = ExotelRecordings(client)
        self.secrets = secrets
        self.caller_id = caller_id
        self.address = address

    def dial(self, request: DialRequest) -> DialAnswer:
        if request.leg is Leg.CUSTOMER:
            raise ValueError("Exotel rings the customer by itself.")
        try:
            answer = self.client.post("Calls/connect.json", self._form(request))
        except requests.ConnectTimeout:
            # No connection was made, so nothing was asked.
            return DialAnswer(DialOutcome.TRY_LATER, code="connect")
        except requests.RequestException as error:
            return DialAnswer(DialOutcome.UNCLEAR, code=type(error).__name__)
        if not answer.ok or answer.is_redirect:
            return refused(answer)
        call = object_in(answer).get("Call")
        sid = str(call.get("Sid") or "") if isinstance(call, dict) else ""
        return DialAnswer(DialOutcome.ACCEPTED, sid) if sid else DialAnswer(DialOutcome.UNCLEAR, code="no_sid")

    def hang_up(self, legs: Sequence[str]) -> None:
        raise NotImplementedError("Exotel ends no call that was connected between two numbers.")

    def fetch(self, query: LegQuery) -> list[ProviderEvent]:
        sid = query.provider_id or self._look_for(query)
        found = self.client.get(f"Calls/{sid}.json", {"details": "true"}) if sid else None
        call = found.get("Call") if found else None
        return events_of(told_in_answer(call), timezone.now()) if isinstance(call, dict) else []

    def check(self) -> list[CheckStep]:
        """Credentials and ExoPhones by one question, the number that is shown, and the way back to us."""
        try:
            numbers = self._exophones()
        except ProviderUnavailable as error:
            rest = [CheckStep(name, CheckOutcome.SKIPPED) for name in ("numbers", "caller_id", "reachable")]
            return [CheckStep("credentials", CheckOutcome.FAILED, str(error)), *rest]
        found = CheckOutcome.PASSED if numbers else CheckOutcome.FAILED
        return [
            CheckStep("credentials", CheckOutcome.PASSED),
            CheckStep("numbers", found, details={"count": len(numbers)}),
            self._check_caller_id(numbers),
            # A server in Exotel's place stands beside us.
            check_address(self.address, from_outside=not self.client.is_elsewhere),
        ]

    def verify(self, post: WebhookPost) -> None:
        if not is_signed(post.url, self.secrets):
            raise ForgedPost

    def parse(self, post: WebhookPost, leg: str) -> list[ProviderEvent]:
        return events_of(told_in_post(post), post.received_at)

    def _form(self, request: DialRequest) -> dict[str, str]:
        return {
            "From": request.to,
            "To": request.customer,
            "CallerId": exophone(request.caller_id),
            "CallType": "trans",
            "TimeLimit": str(LONGEST_CALL_SECONDS),
            "TimeOut": str(request.ring_seconds),
            "CustomField": str(request.token),
            "StatusCallback": signed(request.status_url, self.secrets[0]),
            "StatusCallbackContentType": "application/json",
            "StatusCallbackEvents[0]": "terminal",
            "StatusCallbackEvents[1]": "answered",
        } | _recording(request)

    def _look_for(self, query: LegQuery) -> str:
        """Return the id of the call whose answer never came, by what we gave it; empty when there is none."""
        since = query.since - dt.timedelta(minutes=1)
        asked = {
            "To": query.customer,
            "DateCreated": f"gte:{written(since)};lte:{written(timezone.now() + dt.timedelta(minutes=1))}",
            "SortBy": "DateCreated:desc",
            "PageSize": MOST_LISTED,
        }
        if query.leg is Leg.AGENT:
            asked["From"] = query.to
        listed = (self.client.get("Calls.json", asked) or {}).get("Calls")
        calls: list[dict[str, Any]] = [row for row in listed or [] if isinstance(row, dict)]
        ours = str(query.token)
        mine = [row for row in calls if row.get("CustomField") == ours]
        # Where the list does not say what we gave the call, its numbers and its time tell.
        unsaid = [row for row in calls if not row.get("CustomField")]
        return next((str(row["Sid"]) for row in mine + unsaid if row.get("Sid")), "")

    def _exophones(self) -> list[str]:
        """Return the numbers of the account as Exotel writes them."""
        numbers: list[str] = []
        for page in range(MOST_PAGES):
            found = self.client.get("IncomingPhoneNumbers", {"Page": str(page), "PageSize": "50"}, version="v2_beta")
            if found is None:
                raise ProviderUnavailable("404")
            rows = found.get("incoming_phone_numbers") or []
            numbers += [str(row["phone_number"]) for row in rows if isinstance(row, dict) and row.get("phone_number")]
            if not rows or not found.get("next_page_uri"):
                break
        return numbers

    def _check_caller_id(self, numbers: Sequence[str]) -> CheckStep:
        if not self.caller_id:
            return CheckStep("caller_id", CheckOutcome.SKIPPED)
        known = {"phone": self.caller_id}
        if any(_is_same(number, self.caller_id) for number in numbers):
            return CheckStep("caller_id", CheckOutcome.PASSED, "own", known)
        return CheckStep("caller_id", CheckOutcome.FAILED, "not_yours", known)


def _recording(request: DialRequest) -> dict[str, str]:
    """Return what is said of recording: said of every call, since an account may record those of which nothing is said.

    One channel, which every plan of Exotel's has. Both hear the announcement, so that the telecaller knows it was played.
    """
    if not request.announcement_url:
        return {"Record": "false"}
    return {
        "Record": "true",
        "RecordingChannels": "single",
        "RecordingFormat": "mp3",
        "StartPlaybackToNew": "Both",
        "StartPlaybackValueNew": request.announcement_url,
    }


def exophone(e164: str) -> str:
    """Return one of our numbers as Exotel writes ExoPhones: an Indian one nationally, with its 0."""
    return f"0{e164[3:]}" if e164.startswith("+91") else e164


def _is_same(listed: str, e164: str) -> bool:
    digits, wanted = re.sub(r"\D", "", listed).lstrip("0"), e164.lstrip("+")
    return digits == wanted or f"91{digits}" == wanted
