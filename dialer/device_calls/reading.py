"""Rows of a call log as a phone or a file writes them, read one by one: each gets a verdict, whatever the others are."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dialer.models import Call
from jini.lib.phone import read_phone
from leads.phone_faults import PHONE_FAULTS

LONGEST_CALL = dt.timedelta(hours=24)
# Figures of a day are looked at for some weeks; a log that begins earlier is no news.
OLDEST = dt.timedelta(days=90)
# What is left of a wrong clock once it is corrected: the way of the request, and seconds that were cut off.
AHEAD = dt.timedelta(minutes=5)
LONGEST_ID = 64


class Outcome(StrEnum):
    """What became of a row. PERSONAL: no lead has the number, and nothing of the row is kept."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    PERSONAL = "personal"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Row:
    """One call by a log. `logged_at` is by the log's clock and `started_at` by ours; `seconds` of talk, 0 for none."""

    number: int
    log_id: str
    phone: str
    direction: str
    logged_at: dt.datetime
    started_at: dt.datetime
    seconds: int

    @property
    def ended_at(self) -> dt.datetime:
        return self.started_at + dt.timedelta(seconds=self.seconds)

    @property
    def content(self) -> tuple[str, dt.datetime, str, int]:
        """By which it is known under whatever id."""
        return self.phone, self.logged_at, self.direction, self.seconds


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the row `number` (from 0), and of a refused one which field is wrong and why."""

    number: int
    outcome: Outcome
    log_id: str = ""
    call: uuid.UUID | None = None
    code: str = ""
    field: str = ""
    message: str | Promise = ""


class Faulty(Exception):
    """A row cannot be read: a code, the field, and what is wrong with it."""

    def __init__(self, code: str, field: str, message: str | Promise) -> None:
        super().__init__(code)
        self.code, self.field, self.message = code, field, message


def read_row(number: int, sent: Any, *, skew: dt.timedelta, now: dt.datetime) -> Row | Verdict:
    """Read the row that a phone sent: {id, number, direction, started_at, duration}; a `Verdict` refuses it.

    `skew` is added to the phone's clock.
    """
    log_id = _id_of(sent)
    try:
        return _read(number, log_id, _object(sent), skew=skew, now=now)
    except Faulty as fault:
        return Verdict(number, Outcome.REFUSED, log_id, code=fault.code, field=fault.field, message=fault.message)


def _read(number: int, log_id: str, sent: Mapping[str, Any], *, skew: dt.timedelta, now: dt.datetime) -> Row:
    if not log_id:
        raise Faulty("id_invalid", "id", _("Give the row's id in the call log, at most 64 characters."))
    logged_at = _moment(sent.get("started_at"))
    return Row(
        number,
        log_id,
        read_number(sent.get("number")),
        _direction(sent.get("direction")),
        logged_at.replace(microsecond=0),
        started_within(logged_at + skew, now),
        read_seconds(sent.get("duration")),
    )


def _object(sent: Any) -> Mapping[str, Any]:
    if not isinstance(sent, Mapping):
        raise Faulty("not_an_object", "", _("A row is a JSON object."))
    return sent


def _id_of(sent: Any) -> str:
    given = sent.get("id") if isinstance(sent, Mapping) else None
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    return text if 0 < len(text) <= LONGEST_ID and text.isprintable() else ""


def read_number(value: Any) -> str:
    """Return the number in E.164; raise `Faulty` for one that no lead can have, a short or emergency number among them."""
    found = read_phone(value if isinstance(value, str) else "")
    if found.fault is not None or len(found.numbers) != 1:
        fault = found.fault
        code = f"number_{fault}" if fault else "number_several"
        raise Faulty(code, "number", PHONE_FAULTS[fault] if fault else _("Give one number."))
    return found.numbers[0]


def _direction(value: Any) -> str:
    if value not in Call.Direction.values:
        raise Faulty("direction_unknown", "direction", _("It is “outgoing” or “incoming”."))
    return str(value)


def _moment(value: Any) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = _("Give date, time and zone by ISO 8601, such as 2026-11-24T16:05:00+05:30.")
        raise Faulty("started_at_invalid", "started_at", message)
    return moment


def started_within(moment: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return `moment`; raise `Faulty` when it is still to come, or too long ago."""
    if moment > now + AHEAD:
        raise Faulty("in_future", "started_at", _("This time is still to come."))
    if moment < now - OLDEST:
        raise Faulty("too_old", "started_at", _("Calls of more than 90 days ago are not taken."))
    return moment


def read_seconds(value: Any) -> int:
    """Return whole seconds of talk; raise `Faulty` for what is none, or longer than a day."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_CALL.total_seconds():
        message = _("Give whole seconds of talk, from 0 to 86400.")
        raise Faulty("duration_invalid", "duration", message)
    return value
