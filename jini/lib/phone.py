"""Phone numbers as people write them, read into E.164 (ITU-T E.164: "+", country code, at most 15 digits)."""

import re
import unicodedata
from collections.abc import Container
from enum import StrEnum
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberType, shortnumberinfo

INDIA = frozenset({"IN"})
# Longer than any cell that holds numbers; keeps a pasted page from being searched for them.
LONGEST_CELL = 250


class Kind(StrEnum):
    """What a number is, by libphonenumber's metadata (the public numbering plans)."""

    MOBILE = "mobile"
    FIXED = "fixed"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    TOLL_FREE = "toll_free"
    VOIP = "voip"
    PREMIUM = "premium"
    SHORT = "short"
    OTHER = "other"


class Fault(StrEnum):
    """Why a cell holds no number that a lead can have."""

    EMPTY = "empty"
    LETTERS = "letters"
    SCIENTIFIC = "scientific"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    INVALID = "invalid"
    FOREIGN = "foreign"
    SPECIAL = "special"


class Reading(NamedTuple):
    """What was found in one cell: `numbers` in E.164 without repeats and in their order, or one `fault`.

    `unread` are the parts of a cell with several numbers that could not be read, as they stood.
    """

    numbers: tuple[str, ...]
    fault: Fault | None = None
    unread: tuple[str, ...] = ()


_KINDS = {
    PhoneNumberType.MOBILE: Kind.MOBILE,
    PhoneNumberType.FIXED_LINE: Kind.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Kind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: Kind.TOLL_FREE,
    PhoneNumberType.VOIP: Kind.VOIP,
    PhoneNumberType.PREMIUM_RATE: Kind.PREMIUM,
    PhoneNumberType.SHARED_COST: Kind.PREMIUM,
}
_CALLABLE = {Kind.MOBILE, Kind.FIXED, Kind.FIXED_OR_MOBILE, Kind.TOLL_FREE, Kind.VOIP}

# The fast path. Only what cannot change a number is deleted; a full stop can ("9000000012.0" of a spreadsheet).
_FILLING = str.maketrans("", "", " -()\u00a0")
_INDIA: Any = PhoneMetadata.metadata_for_region("IN")
_INDIAN_MOBILE = re.compile(r"(?:\+91|0091|91)?0?((?=[6-9])(?:" + _INDIA.mobile.national_number_pattern + r"))")

# The long way.
_SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?\s*e\s*\+?\d{1,2}", re.IGNORECASE)
_SPREADSHEET_FLOAT = re.compile(r"(\+?\d+)\.0+")
_LABEL = re.compile(
    r"(?:p|m|t|ph|phone|mob|mobile|tel|telephone|cell|contact|whatsapp|wa|फोन|फ़ोन|मो|मोबाइल)"
    r"\s*(?:no|number|नं|नंबर)?\s*[.:\-]*\s*(?=[+(\d])",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\s*\([^\d()]*\)\s*$")
_BETWEEN = re.compile(r"\s*(?:[/\\,;|&\r\n\t]|:::|\b(?:or|and)\b|(?<=[\s\d])(?:या|और)(?=[\s\d+]))\s*", re.IGNORECASE)
_APART = re.compile(r"(?<=\d)[\s\-]+(?=\+?\d{10})")
_ZERO_91 = re.compile(r"\+?0(91[6-9]\d{9})")


def read_phone(raw: str, *, region: str = "IN", countries: Container[str] = INDIA) -> Reading:
    """Read the phone numbers in `raw`, one cell or one form field.

    `region` (ISO 3166-1 alpha-2) is the country of numbers without a country code; a number of a country that is not
    in `countries` is a FOREIGN fault. Digits of any script are read. Indian mobile numbers take a path whose pattern
    is libphonenumber's own; a test holds it against `phonenumbers` itself.
    """
    if region == "IN" and "IN" in countries and (match := _INDIAN_MOBILE.fullmatch(raw.translate(_FILLING))):
        return Reading(("+91" + match[1],))
    return _read_slowly(raw, region, countries)


def kind_of(e164: str) -> Kind:
    """Return what kind of number `e164` is; OTHER when the numbering plan does not know it."""
    try:
        return _kind(phonenumbers.parse(e164))
    except NumberParseException:
        return Kind.OTHER


def format_national(e164: str, *, region: str = "IN") -> str:
    """Group `e164` for reading at home: "90000 00012", "022 2345 6789"; a number of another country keeps its code."""
    if region == "IN" and (match := re.fullmatch(r"\+91([6-9]\d{4})(\d{5})", e164)):
        return f"{match[1]} {match[2]}"
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException:
        return e164
    at_home = number.country_code == phonenumbers.country_code_for_region(region)
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def _read_slowly(raw: str, region: str, countries: Container[str]) -> Reading:
    text = _plain(raw)
    if not text:
        return Reading((), Fault.EMPTY)
    if len(text) > LONGEST_CELL:
        return Reading((), Fault.TOO_LONG)
    if _SCIENTIFIC.fullmatch(text):
        return Reading((), Fault.SCIENTIFIC)
    parts = [part for part in _BETWEEN.split(text) if part]
    if len(parts) > 1:
        return _read_parts(parts, region, countries)
    found = _read_one(parts[0] if parts else "", region, countries)
    if found is Fault.TOO_LONG and len(parts := _APART.split(text)) > 1:
        return _read_parts(parts, region, countries)
    return Reading((), found) if isinstance(found, Fault) else Reading((found,))


def _plain(raw: str) -> str:
    """`raw` in compatibility form, with decimal digits of every script as 0-9 and without invisible characters."""
    text = raw
    if not text.isascii():
        text = "".join(
            str(unicodedata.decimal(character)) if character.isdecimal() else character
            for character in unicodedata.normalize("NFKC", text)
            if unicodedata.category(character) != "Cf"
        )
    text = text.strip().lstrip("'").strip()
    if text[:4].lower() == "tel:":
        text = text[4:].split(";")[0].strip()
    return text


def _read_parts(parts: list[str], region: str, countries: Container[str]) -> Reading:
    found = [_read_one(part, region, countries) for part in parts]
    numbers = tuple(dict.fromkeys(number for number in found if not isinstance(number, Fault)))
    if numbers:
        unread = tuple(part for part, number in zip(parts, found, strict=True) if isinstance(number, Fault))
        return Reading(numbers, None, unread)
    # "98765/43210" and "9,876,543,210" are one number that was written with a separator.
    whole = _read_one("".join(parts), region, countries)
    if isinstance(whole, Fault):
        return Reading((), next(fault for fault in found if isinstance(fault, Fault)))
    return Reading((whole,))


def _read_one(part: str, region: str, countries: Container[str]) -> str | Fault:
    text = _REMARK.sub("", part)
    if label := _LABEL.match(text):
        text = text[label.end() :]
    if whole := _SPREADSHEET_FLOAT.fullmatch(text):
        text = whole[1]
    if any(character.isalpha() for character in text):
        return Fault.LETTERS
    if zero_91 := _ZERO_91.fullmatch(text.translate(_FILLING)):
        text = "+" + zero_91[1]
    return _parse(text, region, countries)


def _parse(text: str, region: str, countries: Container[str]) -> str | Fault:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        return _fault_of(error, text)
    if not phonenumbers.is_valid_number(number):
        return _why_invalid(number, text, region, countries)
    if phonenumbers.region_code_for_number(number) not in countries:
        return Fault.FOREIGN
    if _kind(number) not in _CALLABLE:
        return Fault.SPECIAL
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _fault_of(error: NumberParseException, text: str) -> Fault:
    if error.error_type == NumberParseException.TOO_LONG:
        return Fault.TOO_LONG
    if error.error_type in {NumberParseException.TOO_SHORT_NSN, NumberParseException.TOO_SHORT_AFTER_IDD}:
        return Fault.TOO_SHORT
    digits = sum(character.isdigit() for character in text)
    return Fault.TOO_SHORT if 0 < digits < 3 else Fault.INVALID


def _why_invalid(number: phonenumbers.PhoneNumber, text: str, region: str, countries: Container[str]) -> Fault:
    if shortnumberinfo.is_valid_short_number_for_region(number, region):
        return Fault.SPECIAL
    homes = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    if not any(home in countries for home in homes):
        return Fault.FOREIGN
    possible = phonenumbers.is_possible_number_with_reason(number)
    # libphonenumber calls a length that only local dialling has "possible"; for us it is a number cut short.
    if possible in {phonenumbers.ValidationResult.TOO_SHORT, phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY}:
        return Fault.TOO_SHORT
    return Fault.TOO_LONG if possible == phonenumbers.ValidationResult.TOO_LONG else Fault.INVALID


def _kind(number: phonenumbers.PhoneNumber) -> Kind:
    return _KINDS.get(phonenumbers.number_type(number), Kind.OTHER)
