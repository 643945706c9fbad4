"""Rows of a DND check as registered telemarketers and DLT portals write them: which column is what, what a cell means."""

import csv
import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from jini.lib.phone import read_phone
from privacy.contact_facts import Channel

MOST_ROWS = 20_000
# What is older proves nothing that is still kept (see the rule "registry" of jini/lib/retention.py).
OLDEST = dt.timedelta(days=396)
_HEADINGS = {
    "phone": "phone number mobile mobileno mobilenumber msisdn phonenumber phoneno contact contactnumber नंबर मोबाइल फोन",
    "status": "status dnd dndstatus isdnd ncpr ncprstatus result preferencestatus registered स्थिति",
    "checked": "date checked checkedat checkedon scrubdate scrubbedon scrubtime timestamp datetime तारीख दिनांक",
    "preference": "preference preferences category categories blockedcategories mode band श्रेणी",
    "channel": "channel communication type माध्यम",
}
_KNOWN = {word: field for field, words in _HEADINGS.items() for word in words.split()}
_REGISTERED = frozenset(
    [
        "dnd",
        "yes",
        "y",
        "1",
        "true",
        "registered",
        "blocked",
        "block",
        "ncpr",
        "active",
        "full",
        "fullyblocked",
        "partial",
        "partiallyblocked",
        "listed",
        "हाँ",
    ]
)
_CLEAR = frozenset(
    [
        "nondnd",
        "notdnd",
        "no",
        "n",
        "0",
        "false",
        "notregistered",
        "unregistered",
        "allowed",
        "allow",
        "clear",
        "clean",
        "inactive",
        "notlisted",
        "ok",
        "नहीं",
    ]
)
_CHANNELS = {
    "call": Channel.CALL,
    "calls": Channel.CALL,
    "voice": Channel.CALL,
    "sms": Channel.SMS,
    "text": Channel.SMS,
}
_DATES = ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S")


class Result(NamedTuple):
    """What the registry said of one number."""

    phone: str
    channel: Channel
    is_registered: bool
    checked_at: dt.datetime
    preference: str = ""


class Faulty(NamedTuple):
    """A row of which no result came: what is wrong in which of `_HEADINGS`."""

    number: int
    cells: Sequence[str]
    field: str
    message: str


class Unreadable(Exception):
    """The file is no list of results; the text says why, in the language of the page."""


class Table(NamedTuple):
    header: list[str]
    rows: list[list[str]]


def read_table(content: bytes) -> Table:
    """Return the rows of a CSV file, the heading apart; raise `Unreadable`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_("Save the file as CSV in UTF-8.")) from error
    if "\0" in text:
        raise Unreadable(_("Save the file as CSV in UTF-8."))
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise Unreadable(_("The file is no list of rows.")) from error
    if len(rows) < 2:
        raise Unreadable(_("The file has a heading and at least one row."))
    if len(rows) > MOST_ROWS + 1:
        raise Unreadable(_("The file has more than 20,000 rows. Divide it."))
    missing = {"phone", "status"} - set(columns_of(rows[0]).values())
    if missing:
        raise Unreadable(_("The first row names the columns; there must be “Phone” and “Status” among them."))
    return Table(rows[0], rows[1:])


def columns_of(header: Sequence[str]) -> dict[int, str]:
    """Return {number of the column: field} for the headings that are understood, each field once."""
    found: dict[int, str] = {}
    for column, heading in enumerate(header):
        field = _KNOWN.get(_plain(heading))
        if field and field not in found.values():
            found[column] = field
    return found


def read_rows(table: Table, *, checked_at: dt.datetime, channel: Channel) -> tuple[list[Result], list[Faulty]]:
    """Return the results and the rows of which none came. `checked_at` and `channel` are of rows that name none."""
    columns = {field: column for column, field in columns_of(table.header).items()}
    results: list[Result] = []
    faulty: list[Faulty] = []
    for number, cells in enumerate(table.rows, start=2):
        said = {field: cells[column].strip() if column < len(cells) else "" for field, column in columns.items()}
        read = _read(said, checked_at, channel)
        if isinstance(read, Result):
            results.append(read)
        else:
            faulty.append(Faulty(number, [cell[:200] for cell in cells[:20]], *read))
    return results, faulty


def _read(said: dict[str, Any], checked_at: dt.datetime, channel: Channel) -> Result | tuple[str, str]:
    numbers = read_phone(said["phone"]).numbers
    if len(numbers) != 1:
        return "phone", _("This is no phone number.")
    status = _plain(said["status"])
    if status not in _REGISTERED | _CLEAR:
        return "status", _("This says neither that the number is registered nor that it is not.")
    at = moment_of(said["checked"]) if said.get("checked") else checked_at
    if at is None or at > timezone.now() or at < timezone.now() - OLDEST:
        return "checked", _("This is no date of the last 13 months.")
    by = _CHANNELS.get(_plain(said["channel"])) if said.get("channel") else channel
    if by is None:
        return "channel", _("This is neither calls nor SMS.")
    return Result(numbers[0], by, status in _REGISTERED, at, said.get("preference", "")[:200])


def moment_of(text: str) -> dt.datetime | None:
    """Return the moment that `text` names, where the organisation is; None when it names none."""
    for day in _DATES:
        for time in _TIMES:
            try:
                return timezone.make_aware(dt.datetime.strptime(text, day + time))  # noqa: DTZ007 -- the next call gives the zone
            except ValueError:
                continue
    return None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.strip().lower().replace("'", ""))
