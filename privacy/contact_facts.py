"""What the contact rules are given: the facts about one person, and one version of an organisation's rules."""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class TelecallerState(StrEnum):
    """Whether the telecaller can take a call."""

    FREE = "free"
    ON_CALL = "on_call"
    OWES_OUTCOME = "owes_outcome"
    NO_PHONE = "no_phone"


class Purpose(StrEnum):
    """What a call is, in the words of TCCCPR 2018. A call that is several of them counts as promotional."""

    PROMOTIONAL = "promotional"
    SERVICE = "service"
    TRANSACTIONAL = "transactional"


class Channel(StrEnum):
    """How somebody is reached."""

    CALL = "call"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"


# What somebody consents to, or not. What a purchase of theirs needs falls under service.
CONSENT_PURPOSES = (Purpose.PROMOTIONAL, Purpose.SERVICE)


def consent_purpose(purpose: Purpose) -> Purpose:
    """Return under which purpose of `CONSENT_PURPOSES` the person was asked about calls of this one."""
    return Purpose.PROMOTIONAL if purpose is Purpose.PROMOTIONAL else Purpose.SERVICE


class Series(StrEnum):
    """What the digits of a caller number say of its use in India; every other number, also a foreign one, is ordinary."""

    PROMOTIONAL = "140"
    SERVICE = "1600"
    ORDINARY = "ordinary"


def series_of(e164: str) -> Series:
    """Return the series of a caller number: 140xxxxxxx, or 1600xxxxxx and 1601xxxxxx (TRAI: governments, and finance)."""
    if e164.startswith("+91140"):
        return Series.PROMOTIONAL
    return Series.SERVICE if e164.startswith(("+911600", "+911601")) else Series.ORDINARY


def lawful_series() -> dict[Purpose, frozenset[str]]:
    """Return which series may carry which calls, unless the organisation says otherwise.

    TRAI: promotion from 140 only, and not from ordinary ten digits; 1600 for service and transactional calls. It is
    reserved for governments and finance, so that others make such calls from ordinary numbers.
    """
    other = frozenset({Series.SERVICE, Series.ORDINARY})
    return {Purpose.PROMOTIONAL: frozenset({Series.PROMOTIONAL}), Purpose.SERVICE: other, Purpose.TRANSACTIONAL: other}


@dataclass(frozen=True, slots=True)
class Caller:
    """The number that the person sees."""

    series: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Number:
    """A number as parsed: `country` in ISO 3166, `kind` in the words of `jini.lib.phone.Kind`."""

    e164: str
    country: str
    kind: str


@dataclass(frozen=True, slots=True)
class Consent:
    """The newest word of the person on being called for the purpose of the call.

    `given_at` and `refused_at` lie in the past; the other two may be yet to come. What has expired is as if it had
    never been given.
    """

    given_at: dt.datetime | None = None
    is_explicit: bool = False
    expires_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
    refused_at: dt.datetime | None = None

    def is_refused(self, now: dt.datetime) -> bool:
        return self.refused_at is not None and self.refused_at <= now

    def is_withdrawn(self, now: dt.datetime) -> bool:
        return self.withdrawn_at is not None and self.withdrawn_at <= now

    def is_expired(self, now: dt.datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def is_in_force(self, now: dt.datetime) -> bool:
        is_given = self.given_at is not None and self.given_at <= now
        return is_given and not (self.is_refused(now) or self.is_withdrawn(now) or self.is_expired(now))


@dataclass(frozen=True, slots=True)
class RegistryResult:
    """What the DND registry said of the number; it is about promotion alone."""

    is_registered: bool
    checked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Attempts:
    """Calls that reached, or may yet reach, the person.

    `recent` holds their starts in UTC, in any order, back to at least 48 hours and the minimum gap ago.
    """

    lifetime: int = 0
    recent: tuple[dt.datetime, ...] = ()


class Stop(StrEnum):
    """Who stopped all calls: an admin those of the organisation, or the operator those of everybody here."""

    ORGANISATION = "organisation"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True)
class Used:
    """What calls took, or have reserved: their number, their talk, and money in the organisation's currency."""

    calls: int = 0
    seconds: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of it a day may take; None sets no limit."""

    calls: int | None = None
    minutes: int | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What the organisation, and the member who is to call, used on `day` (in its own zone).

    `next_call` is what a call reserves before it is dialled; a line that is none of the calls of the day counts no call.
    """

    day: dt.date
    zone: zoneinfo.ZoneInfo
    used: Used = Used()
    by_member: Used = Used()
    next_call: Used = Used(1)


@dataclass(frozen=True, slots=True)
class Contact:
    """All facts about calling one person, as they stand. `zone` is the person's own.

    Without a `caller` the call is made on the telecaller's own phone, or it is not asked yet from which number.
    `is_practice`: the call would ring nobody, so that no hour of the day is wrong for it.
    """

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
    purpose: Purpose = Purpose.SERVICE
    caller: Caller | None = None
    stop: Stop | None = None
    organisation_is_cancelled: bool = False
    is_practice: bool = False


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
    not say otherwise. `part_caps` bind the calls of a morning, an afternoon and an evening (`PARTS_BEGIN`), each alone. `on_day` and `on_member` bind a day of the organisation
    and of who calls; `new_calls` is what the operator allows an organisation that is new here.
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
    series: Mapping[Purpose, frozenset[str]] = field(default_factory=lawful_series)
    on_day: Limits = Limits()
    on_member: Limits = Limits()
    new_calls: int | None = None

    def __post_init__(self) -> None:
        if len(self.hours) != 7:
            raise ValueError("hours are given for seven days")
