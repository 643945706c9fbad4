"""What JiNi asks of a telephony provider, and the shapes that pass through: no adapter's words leave its folder."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Leg(StrEnum):
    """A call is two legs in one conference: the telecaller's is rung first, then the customer's."""

    AGENT = "agent"
    CUSTOMER = "customer"


class Status(StrEnum):
    """Of a leg, in Twilio's words. INTENT is ours: nobody has been asked yet."""

    INTENT = "intent"
    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"
    FAILED = "failed"


TERMINAL = frozenset({Status.COMPLETED, Status.BUSY, Status.NO_ANSWER, Status.CANCELED, Status.FAILED})


# As other interfaces of the same providers, and other providers, spell them; read when an event is merged, so that a
# spelling that is added here holds for events that were kept before, once they are replayed.
SPELLINGS: dict[str, Status] = {
    "connecting": Status.INITIATED,
    "answered": Status.IN_PROGRESS,
    "connected": Status.IN_PROGRESS,
    "in_progress": Status.IN_PROGRESS,
    "complete": Status.COMPLETED,
    "no_answer": Status.NO_ANSWER,
    "cancelled": Status.CANCELED,
}
# No provider's clock is so far from ours: what says more is a slip, and the time of receipt is nearer.
FARTHEST = dt.timedelta(days=7)
LONGEST_CALL, MOST_EVENTS = 86_400, 100_000


def moment_of(at: dt.datetime | None, received_at: dt.datetime) -> dt.datetime:
    """Return when an event happened: `at`, in UTC where it names no zone, or the receipt where it can not be."""
    if at is None:
        return received_at
    aware = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return aware if abs(aware - received_at) <= FARTHEST else received_at


def number_in(text: str, most: int) -> int | None:
    """Return the whole number that `text` is, None when it is none or more than `most`."""
    # int() itself refuses thousands of digits.
    if not text.isdecimal() or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if number <= most else None


class ProviderUnavailable(Exception):
    """The provider could not be asked, or gave no usable answer. Asking again later is safe."""


class ForgedPost(Exception):
    """A webhook whose signature does not fit: answered 403, nothing is kept."""


class StalePost(Exception):
    """A webhook, rightly signed, that is too old to be anything but a replay: answered 403, nothing is kept."""


@dataclass(frozen=True, slots=True)
class DialRequest:
    """Ring one leg. `token` names the conference; `ring_seconds` after which the provider gives up."""

    token: uuid.UUID
    leg: Leg
    to: str
    caller_id: str
    status_url: str
    answer_url: str
    ring_seconds: int


class DialOutcome(StrEnum):
    """UNCLEAR: the provider may have taken it. It is asked what became of it and never told again."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TRY_LATER = "try_later"
    UNCLEAR = "unclear"


class Refusal(StrEnum):
    """Why a provider refused a dial for good, by who can put it right: the lead's data, or an admin."""

    NUMBER_INVALID = "number_invalid"
    CALLER_ID = "caller_id_refused"
    TRIAL_ACCOUNT = "trial_account"
    CREDENTIALS = "credentials_refused"
    OTHER = "provider_refused"


@dataclass(frozen=True, slots=True)
class DialAnswer:
    """`provider_id` of the leg when ACCEPTED; `refusal` when REFUSED; `code` as the provider gave it."""

    outcome: DialOutcome
    provider_id: str = ""
    refusal: Refusal | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """One fact about one leg, from a post or from an answer.

    `at` is the provider's clock in UTC, `duration` whole seconds from answer to end, `raw` what is kept of the post:
    ids, statuses and times, never a number or a name.
    """

    leg: Leg
    status: str
    at: dt.datetime
    provider_id: str = ""
    parent_id: str = ""
    sequence: int | None = None
    duration: int | None = None
    event_key: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LegQuery:
    """Which leg is asked about: by `provider_id`, else by its numbers and the time since which it was rung."""

    token: uuid.UUID
    leg: Leg
    provider_id: str
    to: str
    caller_id: str
    since: dt.datetime


class CheckOutcome(StrEnum):
    """SKIPPED: an earlier step failed, or the provider has no such thing."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step of a connection test. `name` and `reason` are codes that the page has words for."""

    name: str
    outcome: CheckOutcome
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WebhookPost:
    """A post as it arrived: `url` is the public one that the provider was given, `body` the bytes under `form`."""

    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: dt.datetime


class TelephonyProvider(Protocol):
    """An account with a provider. No method may be called inside a transaction but `verify` and `parse`."""

    def dial(self, request: DialRequest) -> DialAnswer:
        """Ring one leg, once. Never raises for what the network or the provider does: that is UNCLEAR or TRY_LATER."""

    def hang_up(self, legs: Sequence[str]) -> None:
        """End the legs; ending an ended leg is no error. Raises `ProviderUnavailable`."""

    def fetch(self, query: LegQuery) -> ProviderEvent | None:
        """Return how the leg stands now, None if the provider knows of none. Raises `ProviderUnavailable`."""

    def check(self) -> list[CheckStep]:
        """Try the credentials and the way back to us, step by step; what fails is in the steps."""

    def verify(self, post: WebhookPost) -> None:
        """Raise `ForgedPost` or `StalePost` unless the account's provider sent this post, now."""

    def parse(self, post: WebhookPost, leg: Leg) -> ProviderEvent:
        """Read a verified post. A status that we do not know is passed on as it is."""
