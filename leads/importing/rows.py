"""One row of a file as a lead would have it."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from jini.lib.phone import read_phone
from leads.custom.reading import BAR, DIGITS, EMAIL, as_text, read_money, read_value
from leads.importing import consenting
from leads.importing.columns import FIELDS, Fields
from leads.languages import first_and_further
from leads.models import HIGHEST_SCORE, MOST_LANGUAGES, Lead

# The values of `FIELDS` and then of the custom fields that have a column, in their order; "" is nothing. The value is
# written as the database does, "3000.00", languages as "hi|mr", and an answer as `leads.custom.reading.as_text` does.
Values = tuple[str, ...]

_LONGEST: dict[str, int] = {
    field.name: field.max_length or 0
    for field in Lead._meta.concrete_fields  # noqa: SLF001 -- Django's documented name
    if field.name in FIELDS and field.name not in {"language", "value", "score"}
}
_LANGUAGES = {code.casefold(): code for code, __ in Lead.Language.choices} | {
    word.casefold(): code
    for code, words in {
        "en": "English अंग्रेज़ी अंग्रेजी",
        "hi": "Hindi हिन्दी हिंदी",
        "bn": "Bengali Bangla बंगाली",
        "gu": "Gujarati गुजराती",
        "kn": "Kannada कन्नड़",
        "ml": "Malayalam मलयालम",
        "mr": "Marathi मराठी",
        "or": "Odia Oriya ओड़िया",
        "pa": "Punjabi पंजाबी",
        "ta": "Tamil तमिल",
        "te": "Telugu तेलुगु",
        "ur": "Urdu उर्दू",
    }.items()
    for word in words.split()
}
# Of a score with zeros before it.
MOST_DIGITS = 10
_BETWEEN = re.compile(r"[\s,;/|&+]+(?:(?:and|और)\s+)?")
# How a spreadsheet program, or our own errors.csv, keeps a cell from being taken for a formula.
_GUARDED = re.compile(r"'(?=[=+\-@\t\r])")


class Row(NamedTuple):
    """A row as it was read: `phone` is "" when it holds none that a lead can have; `faults` are (field, code)."""

    number: int
    phone: str
    others: tuple[str, ...]
    values: Values
    note: str
    faults: tuple[tuple[str, str], ...]
    # Who the file says is the owner, as it stands there.
    owner: str = ""
    # What it says of consents, and what of that is taken once it is `agreed`: {target: (state, moment)}.
    said: consenting.Said | None = None
    consents: Mapping[str, tuple[str, dt.datetime]] = {}


class RowReader:
    """Reads rows by a mapping {column: field}, `fields` being its custom ones; `source` is that of rows that name none.

    `consents` reads what they say of consents, if the list does.
    """

    def __init__(
        self,
        mapping: Mapping[int, str],
        *,
        fields: Fields,
        source: str = "",
        consents: consenting.Reader | None = None,
    ) -> None:
        by_field = {field: column for column, field in mapping.items()}
        self._consents = consents
        self._phone = by_field["phone"]
        self._phone2 = by_field.get("phone2")
        self._note = by_field.get("note")
        self._owner = by_field.get("owner")
        self._names = [by_field[name] for name in ("first_name", "last_name") if name in by_field]
        self._columns = [(place, name, by_field[name]) for place, name in enumerate(FIELDS) if name in by_field]
        self._source = source
        self._answers = [
            (place, field, by_field[name]) for place, (name, field) in enumerate(fields.items(), start=len(FIELDS))
        ]
        self._blank = [""] * (len(FIELDS) + len(fields))
        self._blank[FIELDS.index("source")] = source

    def phone(self, cells: Sequence[str]) -> str:
        """Return the number by which the row is known, or ""."""
        numbers = read_phone(_cell(cells, self._phone)).numbers
        return numbers[0] if numbers else ""

    def read(self, number: int, cells: Sequence[str]) -> Row:
        """Return the row; what cannot be understood is left out of it and named among its faults."""
        faults: list[tuple[str, str]] = []
        phone, others = self._numbers(cells, faults)
        values = self._blank.copy()
        for place, name, column in self._columns:
            if text := " ".join(_cell(cells, column).split()):
                values[place] = _clean(name, text, faults)
        if self._names and not values[0]:
            values[0] = _clean(
                "name", " ".join(" ".join(_cell(cells, column) for column in self._names).split()), faults
            )
        for place, field, column in self._answers:
            answer, fault = read_value(field, _cell(cells, column))
            values[place] = as_text(answer)
            if fault or (field.is_required and answer is None):
                faults.append((field.key, fault or "missing"))
        note = _cell(cells, self._note).strip()[:4000] if self._note is not None else ""
        owner = " ".join(_cell(cells, self._owner).split())[:200] if self._owner is not None else ""
        said = self._consents.read(cells, faults) if self._consents is not None else None
        return Row(number, phone, others, tuple(values), note, tuple(faults), owner, said)

    def _numbers(self, cells: Sequence[str], faults: list[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
        found = read_phone(_cell(cells, self._phone))
        if found.fault is not None:
            faults.append(("phone", f"phone_{found.fault}"))
        if found.unread:
            faults.append(("phone", "phone_unread"))
        numbers = found.numbers
        if self._phone2 is not None and (text := _cell(cells, self._phone2).strip()):
            more = read_phone(text)
            if more.fault is not None or more.unread:
                faults.append(("phone2", f"phone_{more.fault}" if more.fault else "phone_unread"))
            numbers = tuple(dict.fromkeys(numbers + more.numbers))
        if not found.numbers and numbers:
            # The further number is the only one there is.
            faults.clear()
        return (numbers[0], numbers[1:]) if numbers else ("", ())


_FAULTY = {"consent_unproven": consenting.WORDING}


def agreed(rows: Sequence[Row], zone: zoneinfo.ZoneInfo, now: dt.datetime) -> Iterator[Row]:
    """Yield `rows` with the consents that are taken, and as faults why others are not. Days are those of `zone`."""
    for row in rows:
        if row.said is None:
            yield row
        else:
            found, wrong = consenting.dated(row.said, zone, now)
            faults = (*row.faults, *((_FAULTY.get(code, consenting.AT), code) for code in wrong))
            yield row._replace(consents=found, faults=faults)


def _cell(cells: Sequence[str], column: int) -> str:
    text = cells[column] if column < len(cells) else ""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text


def _languages(text: str) -> tuple[str, str]:
    """Return the codes of "marathi" and "हिन्दी/english", the first foremost; or "" and a fault."""
    if (one := _LANGUAGES.get(text)) is not None:
        return one, ""
    codes = [_LANGUAGES.get(word, "") for word in _BETWEEN.split(text) if word]
    if not codes or not all(codes):
        return "", "language_unknown"
    first, further = first_and_further(codes)
    return (BAR.join([first, *further]), "") if len(further) <= MOST_LANGUAGES else ("", "languages_many")


def _score(text: str) -> tuple[str, str]:
    """Return a score as the database has it, "72" of "72.0" or "७२"; or "" and a fault."""
    plain = text.translate(DIGITS).removesuffix(".0")
    is_one = plain.isascii() and plain.isdigit() and len(plain) < MOST_DIGITS and int(plain) <= HIGHEST_SCORE
    return (str(int(plain)), "") if is_one else ("", "score_invalid")


def _clean(name: str, text: str, faults: list[tuple[str, str]]) -> str:
    code = ""
    if name == "email":
        text = text.lower()
        code = "" if EMAIL.fullmatch(text) else "email_invalid"
    elif name == "value":
        text, code = read_money(text)
    elif name == "score":
        text, code = _score(text)
    elif name == "language":
        text, code = _languages(text.casefold())
    elif name == "pin":
        text = text.translate(DIGITS).removesuffix(".0")
    if not code and name in _LONGEST and len(text) > _LONGEST[name]:
        code = "too_long"
    if code:
        faults.append((name, code))
        return ""
    return text
