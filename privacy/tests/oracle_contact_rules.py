"""A second opinion on `may_contact`, written from the words of the rules and not from the code, and people to try it on.

It works the other way round: it lists the moments at which anything can change and takes the first one that is free.
"""

import datetime as dt
import random
import zoneinfo
from decimal import Decimal

from privacy.contact_facts import (
    Attempts,
    Caller,
    Caps,
    Consent,
    Contact,
    Limits,
    Number,
    Purpose,
    RegistryResult,
    Rules,
    Spent,
    Stop,
    TelecallerState,
    Used,
    Window,
)

ZONES = [
    zoneinfo.ZoneInfo(name)
    for name in ("Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "UTC", "Pacific/Apia")
]
KINDS = ["mobile", "fixed", "fixed_or_mobile", "toll_free", "premium", "other"]
SERIES = ["140", "1600", "ordinary"]
EPOCH = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
HORIZON_DAYS = 12


def first_objection(contact: Contact, rules: Rules, now: dt.datetime) -> str:
    """The reason code of the first rule that objects at `now`, or "allowed"."""
    for objection in (permanent, clock, used_up, lines, money):
        if found := objection(contact, rules, now):
            return found
    return "allowed"


def switched_off(contact: Contact) -> str:
    if contact.organisation_is_cancelled:
        return "organisation_cancelled"
    if not contact.organisation_is_active:
        return "organisation_not_active"
    stops = {"organisation": "stopped", "installation": "stopped_by_operator"}
    return stops[contact.stop.value] if contact.stop else ""


def permanent(contact: Contact, rules: Rules, now: dt.datetime) -> str:
    if found := switched_off(contact):
        return found
    if not contact.number:
        return "number_invalid"
    if not {contact.number.country} & rules.countries:
        return "country_not_allowed"
    if not {contact.number.kind} & rules.kinds:
        return "kind_not_allowed"
    if contact.is_do_not_call:
        return "on_do_not_call"
    return paper(contact, rules, now) or shown(contact, rules)


def shown(contact: Contact, rules: Rules) -> str:
    """Whether the number that the person sees may carry such a call; India alone has a rule on it."""
    caller, kind = contact.caller, contact.purpose.value
    if caller and contact.number and contact.number.country == "IN":
        if not caller.is_active:
            return "caller_rests"
        if caller.series not in {one for purpose, many in rules.series.items() if purpose == kind for one in many}:
            return "not_promotional_series" if kind == "promotional" else "not_service_series"
    return ""


def paper(contact: Contact, rules: Rules, now: dt.datetime) -> str:
    word = contact.consent
    said_no = [
        name
        for name, since in (
            ("consent_refused", word and word.refused_at),
            ("consent_withdrawn", word and word.withdrawn_at),
        )
        if since and not now < since
    ]
    if said_no:
        return said_no[0]
    ran_out = bool(word and word.expires_at and now >= word.expires_at)
    holds = bool(word and word.given_at and now >= word.given_at) and not ran_out
    if rules.requires_consent and not holds:
        return "consent_expired" if ran_out else "consent_missing"
    if contact.purpose.name != "PROMOTIONAL" or (holds and word and word.is_explicit):
        return ""
    return registry(contact, rules, now)


def registry(contact: Contact, rules: Rules, now: dt.datetime) -> str:
    answer = contact.registry
    if answer and answer.is_registered:
        return "dnd_registered"
    if rules.requires_registry and not answer:
        return "dnd_not_checked"
    if rules.requires_registry and answer and now > answer.checked_at + rules.registry_max_age:
        return "dnd_stale"
    return ""


def clock(contact: Contact, rules: Rules, now: dt.datetime) -> str:
    if contact.is_practice:
        return ""
    if not any(rules.hours):
        return "no_hours"
    wall = now.astimezone(contact.zone)
    window = rules.hours[wall.weekday()]
    inside = window is not None and window.opens <= wall.time() and wall.time() < window.closes
    return "" if inside else "outside_hours"


def histories(contact: Contact, now: dt.datetime) -> list[list[dt.datetime]]:
    both = (contact.attempts_on_lead, contact.attempts_on_number)
    return [[moment for moment in attempts.recent if moment <= now] for attempts in both]


def limits(rules: Rules, kind: str) -> list[int | None]:
    """The limit for the lead and the limit for the number."""
    person = getattr(rules, f"{kind}_cap")
    return [person, getattr(rules.on_number, kind) if rules.on_number else person]


def part_of_day(moment: dt.datetime, contact: Contact) -> str:
    """The date and the part of the day, as the person would say it: "2026-03-01 afternoon"."""
    wall = moment.astimezone(contact.zone)
    name = "morning" if wall.hour < 12 else "afternoon" if wall.hour < 16 else "evening"
    return f"{wall:%Y-%m-%d} {name}"


def part_used(contact: Contact, rules: Rules, now: dt.datetime) -> bool:
    part = part_of_day(now, contact)
    limit = dict(zip(("morning", "afternoon", "evening"), rules.part_caps, strict=True))[part.split()[1]]
    counts = [[part_of_day(moment, contact) for moment in history].count(part) for history in histories(contact, now)]
    return limit is not None and not max(counts) < limit


def used_up(contact: Contact, rules: Rules, now: dt.datetime) -> str:
    both = (contact.attempts_on_lead, contact.attempts_on_number)
    for attempts, limit in zip(both, limits(rules, "lifetime"), strict=True):
        if limit is not None and not attempts.lifetime < limit:
            return "lifetime_used"
    midnight = now.astimezone(contact.zone).strftime("%Y-%m-%d")
    for history, limit in zip(histories(contact, now), limits(rules, "daily"), strict=True):
        same_day = [moment for moment in history if moment.astimezone(contact.zone).strftime("%Y-%m-%d") == midnight]
        if limit is not None and not len(same_day) < limit:
            return "day_used"
    if part_used(contact, rules, now):
        return "part_used"
    for history, limit in zip(histories(contact, now), limits(rules, "rolling"), strict=True):
        since = [moment for moment in history if moment > now - dt.timedelta(days=1)]
        if limit is not None and not len(since) < limit:
            return "rolling_used"
    too_close = [m for history in histories(contact, now) for m in history if m > now - rules.minimum_gap]
    return "gap_not_over" if too_close else ""


def lines(contact: Contact, _rules: Rules, _now: dt.datetime) -> str:
    if contact.lead_is_on_call:
        return "lead_on_call"
    return {
        "free": "",
        "on_call": "telecaller_on_call",
        "owes_outcome": "outcome_owed",
        "no_phone": "telecaller_no_phone",
    }[contact.telecaller.value]


def money(contact: Contact, rules: Rules, now: dt.datetime) -> str:
    spent, most = contact.spent, Decimal("Infinity")
    counts = 1 if spent.day == now.astimezone(spent.zone).date() else 0
    for who, used, limits in (("", spent.used, rules.on_day), ("member_", spent.by_member, rules.on_member)):
        measures = {
            "calls": (used.calls, 1, limits.calls),
            "minutes": (used.seconds, spent.next_call.seconds, None if limits.minutes is None else limits.minutes * 60),
            "spend": (used.amount, spent.next_call.amount, limits.amount),
        }
        for name, (taken, more, limit) in measures.items():
            if taken * counts + more > (most if limit is None else limit):
                return f"{who}{name}_used"
        if not who and rules.new_calls is not None and used.calls * counts >= rules.new_calls:
            return "new_calls_used"
    return ""


def some_used(dice: random.Random) -> Used:
    return Used(
        dice.choice([0, 10, 99, 100, 101]), dice.choice([0, 3600, 5900]), Decimal(dice.choice([0, 0, 499, 500]))
    )


def some_limits(dice: random.Random) -> Limits:
    calls = dice.choice([None, 5000, 0 if dice.random() < 0.1 else 100])
    minutes = dice.choice([None, None, 100 if dice.random() < 0.9 else 0])
    return Limits(calls, minutes, dice.choice([None, None, Decimal(500)]))


def first_free_moment(contact: Contact, rules: Rules, now: dt.datetime) -> dt.datetime | None:
    """The earliest moment from `now` at which nothing objects, if waiting alone leads there."""
    if lines(contact, rules, now):
        return None
    for moment in sorted({now, *turning_points(contact, rules, now)}):
        if permanent(contact, rules, moment):
            # A paper runs out before the clock allows the call: waiting does not help.
            return None
        if first_objection(contact, rules, moment) == "allowed":
            return moment
    return None


def turning_points(contact: Contact, rules: Rules, now: dt.datetime) -> list[dt.datetime]:
    """Every moment from `now` at which a day turns, a window opens, or an earlier call stops counting."""
    moments = []
    today = now.astimezone(contact.zone).date()
    for days in range(HORIZON_DAYS):
        day = today + dt.timedelta(days=days)
        moments += [wall(day, dt.time(hour), contact.zone) for hour in (0, 12, 16)]
        moments += [wall(contact.spent.day + dt.timedelta(days=days), dt.time(0), contact.spent.zone)]
        if window := rules.hours[day.weekday()]:
            moments += [wall(day, window.opens, contact.zone)]
    for attempts in (contact.attempts_on_lead, contact.attempts_on_number):
        for moment in attempts.recent:
            moments += [moment + dt.timedelta(days=1), moment + rules.minimum_gap]
    return [moment for moment in moments if moment >= now]


def wall(day: dt.date, time: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)


def some_time(dice: random.Random, around: dt.datetime, hours: float) -> dt.datetime:
    return around + dt.timedelta(seconds=int(dice.uniform(-hours, hours) * 3600))


def some_attempts(dice: random.Random, now: dt.datetime) -> Attempts:
    recent = tuple(now - dt.timedelta(minutes=dice.randrange(0, 3000)) for _ in range(dice.choice([0, 0, 1, 2, 3, 5])))
    return Attempts(len(recent) + dice.choice([0, 0, 1, 8]), recent)


def some_consent(dice: random.Random, now: dt.datetime) -> Consent | None:
    if dice.random() < 0.5:
        return None
    return Consent(
        # Never later than now: nobody has consented tomorrow.
        given_at=dice.choice([None, now, some_time(dice, now - dt.timedelta(days=30), 9)]),
        is_explicit=dice.random() < 0.5,
        expires_at=dice.choice([None, None, some_time(dice, now, 60)]),
        withdrawn_at=dice.choice([None, None, None, some_time(dice, now, 60)]),
        refused_at=None if dice.random() < 0.9 else now - dt.timedelta(seconds=dice.randrange(0, 99999)),
    )


def some_hours(dice: random.Random) -> tuple[Window | None, ...]:
    # No window before 04:00: clocks are changed at night, and a wall clock then reads the same time twice.
    if dice.random() < 0.4:
        return Rules().hours
    if dice.random() < 0.01:
        return (None,) * 7
    return tuple(
        Window(dt.time(dice.randrange(4, 12), dice.choice([0, 30])), dt.time(dice.randrange(12, 24), 59))
        if dice.random() < 0.7
        else None
        for _ in range(7)
    )


def some_rules(dice: random.Random) -> Rules:
    return Rules(
        version=dice.randrange(1, 9),
        hours=some_hours(dice),
        lifetime_cap=dice.choice([None, 10, 10, 3]),
        daily_cap=dice.choice([None, 3, 2, 1, 0] if dice.random() < 0.2 else [3, 2, None]),
        rolling_cap=dice.choice([None, 3, 2, 1, 0] if dice.random() < 0.2 else [3, 4, None]),
        on_number=None
        if dice.random() < 0.6
        else Caps(dice.choice([None, 10, 5]), dice.choice([None, 2, 1]), dice.choice([None, 3, 2, 1])),
        part_caps=(None, None, None)
        if dice.random() < 0.6
        else tuple(dice.choice([None, 2, 1, 0] if dice.random() < 0.3 else [None, 2, 1]) for _ in range(3)),
        minimum_gap=dt.timedelta(minutes=dice.choice([0, 30, 60, 240])),
        requires_consent=dice.random() < 0.1,
        requires_registry=dice.random() < 0.2,
        series={purpose: frozenset(dice.sample(SERIES, dice.randrange(4))) for purpose in Purpose}
        if dice.random() < 0.1
        else Rules().series,
        on_day=some_limits(dice),
        on_member=some_limits(dice) if dice.random() < 0.3 else Limits(),
        new_calls=None if dice.random() < 0.9 else 100,
    )


def some_contact(dice: random.Random, now: dt.datetime) -> Contact:
    zone = dice.choice(ZONES) if dice.random() < 0.5 else ZONES[0]
    is_plain = dice.random() < 0.8
    own_zone = dice.choice(ZONES[:2])
    country = "IN" if is_plain else dice.choice(["IN", "US", "PK", "001", ""])
    number = Number("+919000000001", country, "mobile" if is_plain else dice.choice(KINDS))
    return Contact(
        organisation_is_active=is_plain or dice.random() < 0.7,
        number=number if is_plain or dice.random() < 0.9 else None,
        zone=zone,
        spent=Spent(
            day=now.astimezone(own_zone).date() - dt.timedelta(days=0 if dice.random() < 0.9 else 1),
            zone=own_zone,
            used=some_used(dice),
            by_member=some_used(dice) if dice.random() < 0.3 else Used(),
            next_call=Used(1, dice.choice([0, 180]), Decimal(dice.choice([0, 1, 2]))),
        ),
        stop=dice.choice([None] * 60 + list(Stop)),
        organisation_is_cancelled=dice.random() < 0.01,
        is_do_not_call=not is_plain and dice.random() < 0.3,
        consent=None if dice.random() < 0.6 else some_consent(dice, now),
        registry=None
        if dice.random() < 0.6
        else RegistryResult(dice.random() < 0.4, some_time(dice, now - dt.timedelta(days=7), 30)),
        attempts_on_lead=some_attempts(dice, now),
        attempts_on_number=some_attempts(dice, now),
        lead_is_on_call=dice.random() < 0.03,
        purpose=dice.choice(list(Purpose)) if dice.random() < 0.6 else Purpose.SERVICE,
        caller=None if dice.random() < 0.5 else Caller(dice.choice([*SERIES, "ordinary"]), dice.random() < 0.95),
        telecaller=dice.choice([TelecallerState.FREE] * 20 + list(TelecallerState)),
        is_practice=dice.random() < 0.1,
    )


def some_now(dice: random.Random) -> dt.datetime:
    """A moment of 2026, often at the edge of a minute, an hour or a day."""
    now = EPOCH + dt.timedelta(seconds=dice.randrange(0, 365 * 86400))
    if dice.random() < 0.3:
        now = now.replace(minute=dice.choice([0, 30]), second=0)
    return now
