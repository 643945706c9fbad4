"""Rows of a call log as files write them: which column is what, and what its cells mean."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from dialer.device_calls.reading import Faulty, Outcome, Row, Verdict, read_number, read_seconds, started_within
from dialer.models import Call
from leads.custom.reading import DIGITS, read_date
from leads.importing.columns import key

FIELDS: dict[str, Any] = {
    "number": _("Number"),
    "started_at": _("Date and time"),
    "date": _("Date"),
    "time": _("Time"),
    "direction": _("Who called"),
    "duration": _("Talk time"),
}
_SYNONYMS = {
    "number": (
        "number phone phone_number mobile mobile_number to to_number called_number callee destination customer_number"
        " customer contact_number caller_number msisdn नंबर फोन फ़ोन मोबाइल"
    ),
    "started_at": (
        "started_at start start_time call_time date_time datetime timestamp call_date_time date_and_time when start_date"
        " call_start_time readable_date समय_और_तारीख"
    ),
    "date": "date call_date day तारीख दिनांक",
    "time": "time call_start समय",
    "direction": "direction type call_type call_direction inbound_outbound प्रकार दिशा",
    "duration": (
        "duration talk_time talktime duration_seconds call_duration seconds billsec billed_seconds duration_in_seconds"
        " conversation_duration अवधि"
    ),
}
_KNOWN = {word: field for field, words in _SYNONYMS.items() for word in words.split()}
_OUT = frozenset(["outgoing", "out", "outbound", "outgoing_call", "dialed", "dialled", "made", "2", "आउटगोइंग"])
_IN = frozenset(["incoming", "in", "inbound", "incoming_call", "received", "answered", "1", "इनकमिंग"])
_MISSED = frozenset(["missed", "missed_call", "rejected", "unanswered", "3", "5", "मिस्ड"])
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
_LENGTH = re.compile(r"(?:(\d+)\s*h[a-z]*)?\s*(?:(\d+)\s*m[a-z]*)?\s*(?:(\d+)\s*s[a-z]*)?", re.IGNORECASE)
_MILLISECONDS = re.compile(r"\d{13}")


def guess(header: Sequence[str]) -> dict[str, str]:
    """Return {number of the column: field} for the headings that are understood, each field once."""
    found: dict[str, str] = {}
    for column, heading in enumerate(header):
        field = _KNOWN.get(key(heading))
        if field and field not in found.values():
            found[str(column)] = field
    return found


def lacks(mapping: Mapping[str, str]) -> str:
    """Say what a mapping has no column for and needs one; empty when nothing is missing."""
    fields = set(mapping.values())
    if "number" not in fields:
        return str(_("Choose the column with the number."))
    if "started_at" not in fields and "date" not in fields:
        return str(_("Choose the column with date and time, or one with each."))
    if len(fields) < len(mapping):
        return str(_("Each field comes from one column."))
    return ""


class FileRows:
    """Reads the rows of one file: times without a zone are in `zone`, a call without a direction was made by us."""

    def __init__(self, mapping: Mapping[str, str], *, zone: zoneinfo.ZoneInfo, now: dt.datetime) -> None:
        self.columns = {field: int(column) for column, field in mapping.items()}
        self.zone, self.now = zone, now

    def read(self, number: int, cells: Sequence[str]) -> Row | Verdict:
        """Return the call that the row `number` tells of, or the verdict that refuses it."""
        try:
            return self._read(number, cells)
        except Faulty as fault:
            return Verdict(number, Outcome.REFUSED, code=fault.code, field=fault.field, message=fault.message)

    def _read(self, number: int, cells: Sequence[str]) -> Row:
        direction, is_missed = _direction(self._cell(cells, "direction"))
        moment = self._moment(cells).replace(microsecond=0)
        seconds = 0 if is_missed else _seconds(self._cell(cells, "duration"))
        phone = read_number(self._cell(cells, "number"))
        return Row(number, "", phone, direction, moment, started_within(moment, self.now), seconds)

    def _cell(self, cells: Sequence[str], field: str) -> str:
        column = self.columns.get(field)
        text = cells[column] if column is not None and column < len(cells) else ""
        return text.strip().translate(DIGITS)

    def _moment(self, cells: Sequence[str]) -> dt.datetime:
        whole = self._cell(cells, "started_at")
        text = whole or f"{self._cell(cells, 'date')} {self._cell(cells, 'time')}".strip()
        moment = _moment(text)
        if moment is None:
            raise Faulty("started_at_invalid", "started_at", _("This is no date with a time."))
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)


def _moment(text: str) -> dt.datetime | None:
    if _MILLISECONDS.fullmatch(text):
        return dt.datetime.fromtimestamp(int(text) / 1000, tz=dt.UTC)
    try:
        return dt.datetime.fromisoformat(text) if ":" in text else None
    except ValueError:
        pass
    clock = _CLOCK.search(text)
    if clock is None:
        return None
    day = read_date((text[: clock.start()] + text[clock.end() :]).strip(" ,T-"))
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock[4]:
        hour = hour % 12 + (12 if clock[4].lower() == "p" else 0)
    if day is None or hour > 23 or minute > 59 or second > 59:
        return None
    return dt.datetime.combine(day, dt.time(hour, minute, second))


def _direction(text: str) -> tuple[str, bool]:
    """Return who called, and whether nobody took the call."""
    word = key(text)
    if word in _MISSED:
        return Call.Direction.INCOMING, True
    if word in _IN:
        return Call.Direction.INCOMING, False
    if not word or word in _OUT:
        return Call.Direction.OUTGOING, False
    raise Faulty("direction_unknown", "direction", _("This is neither outgoing, incoming nor missed."))


def _seconds(text: str) -> int:
    """Return the seconds of "125", "2:05", "00:02:05" and "2m 5s"; none of an empty cell."""
    if not text:
        return 0
    if re.fullmatch(r"\d{1,6}(\.0+)?", text):
        return read_seconds(int(float(text)))
    if re.fullmatch(r"\d{1,3}(:\d{2}){1,2}", text):
        parts = [int(part) for part in text.split(":")]
        return read_seconds(sum(part * 60**place for place, part in enumerate(reversed(parts))))
    match = _LENGTH.fullmatch(text)
    if match is None or len(text) > 30:
        raise Faulty("duration_invalid", "duration", _("This is no length of time."))
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return read_seconds(hours * 3600 + minutes * 60 + seconds)
