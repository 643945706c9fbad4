"""Values of custom fields as people write them, read into what `Lead.custom` holds."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from jini.lib.phone import read_phone
from leads.models import CustomField

Value = str | list[str] | None
Kind = CustomField.Kind

LONGEST = 500
EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]{2,}")
DIGITS = str.maketrans("०१२३४५६७८९", "0123456789")
_MONEY = re.compile(r"(?:₹|rs\.?|inr)?\s*([0-9][0-9,]*(?:\.[0-9]{1,4})?)\s*(?:/-|₹|inr)?", re.IGNORECASE)
_MOST_MONEY = Decimal("9999999999.99")
_NUMBER = re.compile(r"([+-]?)([0-9][0-9,]*|(?=\.))(\.[0-9]{1,6})?")
_MOST_DIGITS = 15
# Days come before months, as they are written in India; a year of two digits is one of this century.
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y",
          "%d-%b-%Y", "%d-%b-%y")  # fmt: skip
_TIME = re.compile(r"[T ]00:00(:00(\.0+)?)?$")
_YES = frozenset(["yes", "y", "true", "1", "on", "हाँ", "हां", "हा", "जी"])
_NO = frozenset(["no", "n", "false", "0", "off", "नहीं", "नही", "ना"])
_BETWEEN = re.compile(r"\s*[;,|/\n]\s*")
_is_url = URLValidator(schemes=["http", "https"])


# Between the keys of several choices, where a value has to be one text.
BAR = "|"


class Reading(NamedTuple):
    """What was read; `fault` says why it was not, and then the value is None. Nothing was written: both are empty."""

    value: Value
    fault: str = ""


def read_value(field: CustomField, text: str) -> Reading:
    """Read `text`, which somebody typed or a file holds, for `field`."""
    text = text.strip()
    if not text:
        return Reading(None)
    if len(text) > LONGEST:
        return Reading(None, "too_long")
    return _READERS[Kind(field.kind)](field, text)


def as_text(value: Value) -> str:
    """Return `value` as one text, "" for nothing; `as_value` makes the value of it again."""
    return BAR.join(value) if isinstance(value, list) else value or ""


def as_value(field: CustomField, text: str) -> Value:
    """Return the value that `text`, made by `as_text`, stands for."""
    return text.split(BAR) if text and field.kind == Kind.CHOICES else text or None


def read_money(text: str) -> tuple[str, str]:
    """Return the amount as the database writes it, of "₹1,85,000", "Rs. 3,000/-" and "२९५०"; or "" and a fault."""
    if not (match := _MONEY.fullmatch(text.translate(DIGITS))):
        return "", "value_invalid"
    try:
        amount = Decimal(match[1].replace(",", "")).quantize(Decimal("0.01"))
    except InvalidOperation:
        return "", "value_invalid"
    return (str(amount), "") if amount <= _MOST_MONEY else ("", "value_invalid")


def read_date(text: str) -> dt.date | None:
    """Return the day that `text` names, from 1900 to 2899; None when it names none."""
    plain = _TIME.sub("", text.strip().translate(DIGITS))
    for pattern in _DATES:
        try:
            day = dt.datetime.strptime(plain, pattern).date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
        return day if 1900 <= day.year < 2900 else None
    return None


def _text(_field: CustomField, text: str) -> Reading:
    return Reading(" ".join(text.replace("\0", "").split()))


def _number(_field: CustomField, text: str) -> Reading:
    match = _NUMBER.fullmatch(text.translate(DIGITS).replace(" ", ""))
    if match is None or len(re.sub(r"\D", "", text)) > _MOST_DIGITS:
        return Reading(None, "number_invalid")
    plain = f"{match[2].replace(',', '') or '0'}{match[3] or ''}"
    number = Decimal(plain).normalize()
    sign = "-" if match[1] == "-" and number else ""
    return Reading(f"{sign}{number:f}")


def _money(_field: CustomField, text: str) -> Reading:
    amount, fault = read_money(text)
    return Reading(amount or None, fault)


def _date(_field: CustomField, text: str) -> Reading:
    day = read_date(text)
    return Reading(day.isoformat()) if day else Reading(None, "date_invalid")


def _choice(field: CustomField, text: str) -> Reading:
    key = _key_of(field, text)
    return Reading(key) if key else Reading(None, "choice_unknown")


def _choices(field: CustomField, text: str) -> Reading:
    whole = _key_of(field, text)
    keys = [whole] if whole else [_key_of(field, part) for part in _BETWEEN.split(text) if part]
    if not all(keys):
        return Reading(None, "choice_unknown")
    return Reading(in_order(field, keys))


def in_order(field: CustomField, keys: list[str]) -> list[str] | None:
    """Return `keys` once each in the order of the field's choices, so that the same choices are the same value."""
    return [choice["key"] for choice in field.choices if choice["key"] in keys] or None


def same_word(text: str) -> str:
    """Return what two ways of writing one choice have in common."""
    return " ".join(text.split()).casefold()


def _key_of(field: CustomField, text: str) -> str:
    word = same_word(text)
    for choice in field.choices:
        if word in {same_word(choice["name"]), same_word(choice["name_hi"])}:
            return str(choice["key"])
    return ""


def _phone(_field: CustomField, text: str) -> Reading:
    found = read_phone(text)
    return Reading(None, f"phone_{found.fault}") if found.fault else Reading(found.numbers[0])


def _email(_field: CustomField, text: str) -> Reading:
    return Reading(text.lower()) if EMAIL.fullmatch(text) else Reading(None, "email_invalid")


def _url(_field: CustomField, text: str) -> Reading:
    address = text if "://" in text else f"https://{text}"
    try:
        _is_url(address)
    except ValidationError:
        return Reading(None, "url_invalid")
    return Reading(address)


def _yes_no(_field: CustomField, text: str) -> Reading:
    word = text.casefold()
    if word in _YES:
        return Reading("1")
    return Reading("0") if word in _NO else Reading(None, "yes_no_invalid")


_READERS: dict[Kind, Callable[[CustomField, str], Reading]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.URL: _url,
    Kind.YES_NO: _yes_no,
}
