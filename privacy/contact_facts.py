"""What the contact rules are given: the facts about one person, and one version of an organisation's rules."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class TelecallerState(StrEnum):
    """Whether the telecaller can take a call."""

    FREE = "free"
    ON_CALL = "on_call"
    OWES_OUTCOME = "owes_outcome"
    NO_PHONE = "no_phone"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as parsed: `country` in ISO 3166, `kind` in the words of `jini.lib.phone.Kind`."""

    e164: str
    country: str
    kind: str


@dataclass(frozen=True, slots=True)
class Consent:
    """The newest word of the person on being called. `given_at` lies in the past; the other two may be yet to come."""

    given_at: dt.datetime | None = None
    is_explicit: bool = False
    expires_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None

    def is_withdrawn(self, now: dt.datetime) -> bool:
        return self.withdrawn_at is not None and self.withdrawn_at <= now

    def is_expired(self, now: dt.datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def is_in_force(self, now: dt.datetime) -> bool:
        is_given = self.given_at is not None and self.given_at <= now
        return is_given and not self.is_withdrawn(now) and not self.is_expired(now)


@dataclass(frozen=True, slots=True)
class RegistryResult:
    """What the DND registry said of the number."""

    is_registered: bool
    checked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Attempts:
    """Calls that reached, or may yet reach, the person.

    `recent` holds their starts in UTC, in any order, back to at least 48 hours and the minimum gap ago.
    """

    lifetime: int = 0
    recent: tuple[dt.datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What the organisation has used on `day` (in its own zone): calls, and money in its currency."""

    day: dt.date
    zone: zoneinfo.ZoneInfo
    calls: int = 0
    amount: Decimal = Decimal(0)
    next_call: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Contact:
    """All facts about calling one person, as they stand. `zone` is the person's own."""

    organisation_is_active: bool
    number: Number | None
    zone: zoneinfo.ZoneInfo
    spent: Spent
    is_do_not_call: bool = False
    consent: Consent | None = None
    registry: RegistryResult | None = None
    attempts_on_lead: Attempts = Attempts()
    attempts_on_number: Attempts = Attempts()
    lead_is_on_call: bool = False
    telecaller: TelecallerState = TelecallerState.FREE


@dataclass(frozen=True, slots=True)
class Window:
    """Calling hours of a day: `opens` is inside, `closes` is not."""

    opens: dt.time
    closes: dt.time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("a window opens before it closes, on the same day")


DEFAULT_WINDOW = Window(dt.time(10), dt.time(21))


@dataclass(frozen=True, slots=True)
class Caps:
    """How often one number may be called: in all, on a day, and in any 24 hours. None sets no limit."""

    lifetime: int | None = None
    daily: int | None = None
    rolling: int | None = None


# When the afternoon and the evening begin: the sessions of a call quota in VICIdial (CALL_QUOTA_LEAD_RANKING.txt).
PARTS_BEGIN = (dt.time(0), dt.time(12), dt.time(16))


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of an organisation's contact rules. A cap of None sets no limit. `hours` run Monday to Sunday.

    `lifetime_cap`, `daily_cap` and `rolling_cap` bind the calls to a lead, and those to its number where `on_number` does
    not say otherwise. `part_caps` bind the calls of a morning, an afternoon and an evening (`PARTS_BEGIN`), each alone.
    """

    version: int = 1
    countries: frozenset[str] = frozenset({"IN"})
    kinds: frozenset[str] = frozenset({"mobile", "fixed", "fixed_or_mobile"})
    hours: tuple[Window | None, ...] = (DEFAULT_WINDOW,) * 7
    lifetime_cap: int | None = 10
    daily_cap: int | None = 3
    rolling_cap: int | None = 3
    on_number: Caps | None = None
    part_caps: tuple[int | None, int | None, int | None] = (None, None, None)
    minimum_gap: dt.timedelta = dt.timedelta(minutes=60)
    requires_consent: bool = False
    requires_registry: bool = False
    registry_max_age: dt.timedelta = dt.timedelta(days=7)
    daily_calls: int | None = None
    daily_spend: Decimal | None = None

    def __post_init__(self) -> None:
        if len(self.hours) != 7:
            raise ValueError("hours are given for seven days")
