"""A provider on the bench: its account, what its network answers, and the posts that it would send."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
import responses
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import Organisation
from dialer.calls import line
from dialer.models import Call, TelephonyAccount
from dialer.providers.accounts import provider_of
from dialer.providers.port import DialRequest, Leg, LegQuery, TelephonyProvider, WebhookPost
from dialer.views.hooks import post_of

SECOND = dt.timedelta(seconds=1)


class Fate(StrEnum):
    """What becomes of a request."""

    TAKEN = "taken"
    BAD_NUMBER = "bad number"
    BAD_CALLER_ID = "bad caller id"
    BAD_CREDENTIALS = "bad credentials"
    TOO_MANY = "too many"
    BROKEN = "broken"
    NONSENSE = "nonsense"
    CUT = "cut"
    SILENCE = "silence"
    UNREACHABLE = "unreachable"


FAULTS: dict[Fate, Exception] = {
    Fate.CUT: requests.ConnectionError("cut"),
    Fate.SILENCE: requests.ReadTimeout(),
    Fate.UNREACHABLE: requests.ConnectTimeout(),
}


class Story(StrEnum):
    """How a call goes."""

    TALK = "they talk for 40 seconds"
    BUSY = "the customer is busy"
    NO_ANSWER = "the customer does not answer"
    NO_TELECALLER = "the telecaller does not answer"


@dataclass(frozen=True)
class Sent:
    """A post on its way to us."""

    path: str
    body: bytes
    content_type: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = field(default_factory=dict)

    def deliver(self) -> HttpResponse:
        """Post it to the product."""
        return Client().post(self.path, self.body, content_type=self.content_type, headers=self.headers)

    def read(self) -> WebhookPost:
        """Return it as the view hands it to the adapter."""
        return post_of(self._request())

    def to(self, path: str) -> "Sent":
        """Return the same post, sent to another address under its own key."""
        return replace(self, path=f"{path}?{urlsplit(self.path).query}")

    def _request(self) -> HttpRequest:
        return RequestFactory().post(self.path, self.body, content_type=self.content_type, headers=self.headers)


class Bench:
    """A provider for the contract's tests. A new one is a subclass, in `BENCHES`.

    `has_network`: something stands between us and it that can fail. `signs_body`: what was changed on its way is
    noticed.
    """

    provider: ClassVar[str]
    has_network: ClassVar[bool] = True
    signs_body: ClassVar[bool] = True
    signs_address: ClassVar[bool] = True
    ends_calls: ClassVar[bool] = True
    takes_calls: ClassVar[bool] = True
    keeps_recordings: ClassVar[bool] = False
    caller_id: ClassVar[str] = "+918047180000"

    def __init__(self, organisation: Organisation, mock: responses.RequestsMock) -> None:
        self.organisation, self.mock = organisation, mock
        self.account = self.make_account()
        self.listeners: list[Callable[[], None]] = []

    @property
    def adapter(self) -> TelephonyProvider:
        return provider_of(self.account, self.organisation, countries=["IN"])

    def make_account(self) -> TelephonyAccount:
        """Return the active account with the provider."""
        raise NotImplementedError

    def on_dial(self, fate: Fate) -> None:
        """Let every request to ring somebody go so."""
        raise NotImplementedError

    def on_fetch(self, fate: Fate, *, status: str = "", seconds: int = 0) -> None:
        """Let every question about a leg go so; TAKEN with a status tells that one, TAKEN without one knows of none."""
        raise NotImplementedError

    def on_hang_up(self, fate: Fate) -> None:
        """Let every wish to end a leg go so; TAKEN: it is over already."""

    def on_check(self, fate: Fate) -> None:
        """Let every question about the account go so."""
        raise NotImplementedError

    def posts(self, call: Call, story: Story, began: dt.datetime) -> list[Sent]:
        """Return what is posted in the course of a call, in the order of what it tells."""
        raise NotImplementedError

    def post(self, call: Call, status: str, **fields: str) -> Sent:
        """Return one post about the customer's leg of this status, with more fields of the provider's own."""
        raise NotImplementedError

    def forged(self, sent: Sent) -> Sequence[Sent]:
        """Return posts like `sent` that somebody else made."""
        raise NotImplementedError

    def request(self, call: Call, leg: Leg) -> DialRequest:
        return line.request_of(call, leg, self.organisation)

    def query(self, call: Call, leg: Leg, *, provider_id: str) -> LegQuery:
        return replace(line.query_of(call, leg), provider_id=provider_id)

    def path(self, call: Call, leg: Leg) -> str:
        return urlsplit(line.address("status", self.provider, self.organisation.pk, call.pk, leg)).path

    def answer(self, method: str, url: Any, fate: Fate, body: Any = None, status: int = 200) -> None:
        """Answer requests so, after whoever listens was told of them."""

        def reply(_request: requests.PreparedRequest) -> Any:
            for listener in self.listeners:
                listener()
            if fate in FAULTS:
                return FAULTS[fate]
            if fate is Fate.NONSENSE:
                return 200, {}, "<html>"
            return status, {"Content-Type": "application/json"}, json.dumps(body)

        self.mock.remove(method, url)
        self.mock.add_callback(method, url, reply)

    def activate(self, **credentials: Any) -> TelephonyAccount:
        TelephonyAccount.objects.update(is_active=False)
        return TelephonyAccount.objects.create(
            provider=self.provider, credentials=credentials, caller_id=self.caller_id, is_active=True
        )


def at_of(call: Call) -> dt.datetime:
    """Return when the events of a call begin: a whole second of now, since not every provider knows less."""
    return timezone.now().replace(microsecond=0)
