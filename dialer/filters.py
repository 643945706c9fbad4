"""Which calls a query string means: on the call log, in its file, and behind every figure of calls."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.utils.dateparse import parse_date
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.models import Call, Campaign, Disposition
from dialer.recordings import coverage
from jini.lib.forms import typed
from jini.lib.phone import read_phone
from jini.lib.words import date_and_time
from leads import searching
from leads.models import Lead
from teams.models import Team
from teams.visibility import people_in, sight_of, teams_seen_by

NONE = "none"


@dataclass(frozen=True)
class Chip:
    """A filter that is on: its name in the query string, and what it says."""

    name: str
    text: str


@dataclass(frozen=True)
class Found:
    """The calls, and what of the query string was understood; `values` are the choices for the form."""

    calls: Any
    chips: list[Chip] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


Narrowed = tuple[Any, str] | None


def find_calls(member: Membership, query: Mapping[str, str]) -> Found:
    """Return the calls that `member` may see and `query` means.

    Days (`from`, `to`) and hours are those of the organisation's zone. `attempts=1` are the calls that figures count,
    `per_lead=1` only the first call to each lead among those found. What does not fit narrows nothing.
    """
    found = Found(Call.objects.visible_to(member).with_flags())
    calls = found.calls
    for name, narrow in FILTERS.items():
        value = typed(query.get(name, "")).strip()
        if value and (narrowed := narrow(calls, value, member)) is not None:
            calls, text = narrowed
            found.values[name] = value
            found.chips.append(Chip(name, text))
    return Found(calls, found.chips, found.values)


def _from(calls: Any, value: str, _member: Membership) -> Narrowed:
    if (day := _day(value)) is None:
        return None
    return calls.filter(started_at__gte=_start(day)), _("from %(day)s") % {"day": date_and_time(day)}


def _to(calls: Any, value: str, _member: Membership) -> Narrowed:
    if (day := _day(value)) is None:
        return None
    after = _start(day + dt.timedelta(days=1))
    return calls.filter(started_at__lt=after), _("to %(day)s") % {"day": date_and_time(day)}


def _day(value: str) -> dt.date | None:
    try:
        day = parse_date(value)
    except ValueError:
        return None
    # The calendar's own edges have no day before or after them.
    return day if day and 1900 < day.year < 2900 else None


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=current_organisation().zone)


def _telecaller(calls: Any, value: str, member: Membership) -> Narrowed:
    who = _one(Membership.objects.of(current_organisation()), value)
    if who is None:
        return None
    return calls.filter(telecaller=who), _named(who.name, is_seen=sight_of(member).covers(who.pk))


def _team(calls: Any, value: str, member: Membership) -> Narrowed:
    team = _one(Team.objects.all(), value)
    if team is None:
        return None
    is_seen = teams_seen_by(member).filter(pk=team.pk).exists()
    return calls.filter(telecaller__in=sorted(people_in(team))), _named(team.name, is_seen=is_seen)


def _campaign(calls: Any, value: str, member: Membership) -> Narrowed:
    if value == NONE:
        return calls.filter(campaign=None), _("No campaign")
    campaign = _one(Campaign.objects.all(), value)
    if campaign is None:
        return None
    is_seen = Campaign.objects.visible_to(member).filter(pk=campaign.pk).exists()
    return calls.filter(campaign=campaign), _named(campaign.name, is_seen=is_seen)


def _disposition(calls: Any, value: str, _member: Membership) -> Narrowed:
    if value == NONE:
        return calls.filter(disposition=None), _("No outcome")
    disposition = _one(Disposition.objects.all(), value)
    return (calls.filter(disposition=disposition), disposition.label) if disposition else None


def _lead(calls: Any, value: str, member: Membership) -> Narrowed:
    lead = _one(Lead.objects.visible_to(member), value)
    return (calls.filter(lead=lead), lead.display_name) if lead else None


def _connected(calls: Any, value: str, _member: Membership) -> Narrowed:
    said = {"1": _("Connected"), "0": _("Not connected")}.get(value)
    return (calls.filter(was_connected=value == "1"), said) if said else None


def _contact(calls: Any, value: str, _member: Membership) -> Narrowed:
    return (calls.filter(was_contact=True), _("Spoke with the lead")) if value == "1" else None


def _open(calls: Any, value: str, _member: Membership) -> Narrowed:
    return (calls.open(), _("Not wrapped up")) if value == "1" else None


def _forgotten(calls: Any, value: str, _member: Membership) -> Narrowed:
    return (calls.filter(disposition__system_code__gt=""), _("Closed by JiNi")) if value == "1" else None


def _status(calls: Any, value: str, _member: Membership) -> Narrowed:
    return (calls.filter(status=value), str(Call.Status(value).label)) if value in Call.Status.values else None


def _direction(calls: Any, value: str, _member: Membership) -> Narrowed:
    if value not in Call.Direction.values:
        return None
    return calls.filter(direction=value), str(Call.Direction(value).label)


def _hour(calls: Any, value: str, _member: Membership) -> Narrowed:
    if not value.isascii() or not value.isdigit() or int(value) > 23:
        return None
    hours = calls.annotate(hour=ExtractHour("started_at", tzinfo=current_organisation().zone))
    text = _("%(hour)s:00 to %(hour)s:59") % {"hour": int(value)}
    return hours.filter(hour=int(value)), text


def _weekday(calls: Any, value: str, _member: Membership) -> Narrowed:
    if value not in {"1", "2", "3", "4", "5", "6", "7"}:
        return None
    days = calls.annotate(weekday=ExtractIsoWeekDay("started_at", tzinfo=current_organisation().zone))
    return days.filter(weekday=int(value)), str(WEEKDAYS[int(value) - 1])


def _attempts(calls: Any, value: str, _member: Membership) -> Narrowed:
    return (calls.attempts(), _("Reached the carrier")) if value == "1" else None


def _digits(calls: Any, value: str, _member: Membership) -> Narrowed:
    """Calls to a number with these digits: of a lead that has it now or, of a whole number, had it then."""
    digits = "".join(str(int(character)) for character in value if character.isdecimal())
    if len(digits) < 3:
        return None
    found = searching.search(Lead.objects.all(), digits)
    if found.is_common:
        # So many that the log is full before it is read to its end.
        return calls.filter(phone__contains=digits), digits
    # Each has an index: among all calls, digits could only be looked for one row after the other.
    to_number = Call.objects.filter(phone__in=read_phone(digits).numbers)
    to_lead = Call.objects.filter(lead__in=found.leads.values("pk"))
    return calls.filter(pk__in=to_number.values("pk").union(to_lead.values("pk"))), digits


def _per_lead(calls: Any, value: str, _member: Membership) -> Narrowed:
    if value != "1":
        return None
    first = calls.order_by("lead", "started_at", "pk").distinct("lead").values("pk")
    return calls.filter(pk__in=first), _("First call to each lead")


def _recording(calls: Any, value: str, _member: Membership) -> Narrowed:
    if value not in coverage.WORDS:
        return None
    return coverage.narrowed(calls, value), _("Recording: %(state)s") % {"state": coverage.WORDS[value]}


def _named(name: str, *, is_seen: bool) -> str:
    """What a chip says: what the member does not see narrows their calls too, and is not named."""
    return name if is_seen else "–"


def _one(rows: Any, value: str) -> Any:
    try:
        return rows.filter(pk=uuid.UUID(value)).first()
    except ValueError:
        return None


# In this order: the last one looks at what the others left.
FILTERS: dict[str, Callable[[Any, str, Membership], Narrowed]] = {
    "from": _from,
    "to": _to,
    "telecaller": _telecaller,
    "team": _team,
    "campaign": _campaign,
    "disposition": _disposition,
    "lead": _lead,
    "connected": _connected,
    "contact": _contact,
    "open": _open,
    "forgotten": _forgotten,
    "status": _status,
    "direction": _direction,
    "recording": _recording,
    "hour": _hour,
    "weekday": _weekday,
    "attempts": _attempts,
    "q": _digits,
    "per_lead": _per_lead,
}
