"""What JiNi asks of a telephony provider, and the shapes that pass through: no adapter's words leave its folder."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from dialer.providers.port.incoming import Incoming
    from dialer.providers.port.machines import Machines
    from dialer.providers.port.numbers import Numbers
    from dialer.providers.port.recordings import Recorder, Recordings
    from dialer.providers.port.softphones import Softphones

from dialer.providers.port.conferences import Conferences
from dialer.providers.port.keys import Keys
from dialer.providers.port.outcomes import DialAnswer
from dialer.providers.port.spending import Spending


class Leg(StrEnum):
    """A call is two legs in one conference: the telecaller's is rung first, then the customer's.

    Third people on the call have legs of their own, named by `third_leg`.
    """

    AGENT = "agent"
    CUSTOMER = "customer"


THIRD = "third-"


def third_leg(number: int) -> str:
    """Return the name of the leg of the call's third person of this number, counted from 1."""
    return f"{THIRD}{number}"


def is_third(leg: str) -> bool:
    return leg.startswith(THIRD)


class Beside(StrEnum):
    """What else is told of a call than how its legs stand."""

    RECORDING = "recording"
    MACHINE = "machine"


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
    """Ring one leg. `token` names the conference; `ring_seconds` after which the provider gives up.

    `customer` is whom a provider that rings both legs by itself is to ring once the telecaller has answered.
    `announces`: before the leg joins, it is told what `answer_url` says of the recording. `machine_url`: where it is to be
    posted, while the call is on, whether a machine has answered; empty when nobody wants to know. `announcement_url`:
    where a provider that keeps its recordings finds the sound that tells of the recording; with it, it records.
    """

    token: uuid.UUID
    leg: Leg
    to: str
    caller_id: str
    status_url: str
    answer_url: str
    ring_seconds: int
    customer: str = ""
    announces: bool = False
    machine_url: str = ""
    announcement_url: str = ""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """One fact about one leg, or beside them, from a post or from an answer.

    `at` is the provider's clock in UTC, `duration` whole seconds from answer to end, `raw` what is kept of the post:
    ids, statuses and times, never a number or a name.
    """

    leg: str
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
    """Which leg is asked about: by `provider_id`, else by its numbers and the time since which it was rung.

    `customer` is the other number of a call whose two legs the provider knows as one.
    """

    token: uuid.UUID
    leg: str
    provider_id: str
    to: str
    caller_id: str
    since: dt.datetime
    customer: str = ""


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
    """An account with a provider. No method may be called inside a transaction but `verify` and `parse`.

    `rings_both`: the one dial of the telecaller's leg rings the customer too, as soon as the telecaller answers; the
    customer's leg is never dialled by itself. `can_hang_up`: a live call can be ended from here; where it cannot,
    `hang_up` is never called, and only who is on the line ends it. `incoming` takes calls to the account's numbers, and
    `numbers` says where those calls go. What not every provider can do besides has an attribute each, None where it cannot;
    `hears_machines` says so of `machines` without an account. `keeps_recordings`: it is told to record when it is told to
    dial (`DialRequest.announcement_url`), records to the end then, and keeps its copy: what it recorded is out of reach.
    """

    rings_both: ClassVar[bool]
    can_hang_up: ClassVar[bool]
    incoming: "Incoming | None"
    numbers: "Numbers | None"
    hears_machines: ClassVar[bool]
    keeps_recordings: ClassVar[bool]
    recordings: "Recordings | None"
    recorder: "Recorder | None"
    machines: "Machines | None"

    @property
    def conferences(self) -> Conferences | None:
        """Control of running calls; None for a provider that has none."""

    @property
    def spending(self) -> Spending | None:
        """Prices of calls; None where the provider tells none."""

    @property
    def keys(self) -> Keys | None:
        """Two keys of the account; None where only its owner renews them, at the provider's."""

    @property
    def softphones(self) -> "Softphones | None":
        """Browsers as phones; None for a provider that rings telephones only."""

    def dial(self, request: DialRequest) -> DialAnswer:
        """Ring one leg, once. Never raises for what the network or the provider does: that is UNCLEAR or TRY_LATER."""

    def hang_up(self, legs: Sequence[str]) -> None:
        """End the legs; ending an ended leg is no error. Raises `ProviderUnavailable`."""

    def fetch(self, query: LegQuery) -> Sequence[ProviderEvent]:
        """Return how the leg stands now, and the other one if that is told with it; nothing if the provider knows of none.

        Raises `ProviderUnavailable`.
        """

    def check(self) -> list[CheckStep]:
        """Try the credentials and the way back to us, step by step; what fails is in the steps."""

    def verify(self, post: WebhookPost) -> None:
        """Raise `ForgedPost` or `StalePost` unless the account's provider sent this post, now."""

    def parse(self, post: WebhookPost, leg: str) -> Sequence[ProviderEvent]:
        """Read a verified post that came to the address of `leg`: what it tells of that leg, or of both.

        A status that we do not know is passed on as it is. There is at least one event, each with a key of its own.
        """
