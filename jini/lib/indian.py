"""Registration numbers and postal codes of India, and the states they belong to."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

_PAN = re.compile(r"[A-Z]{3}[PCHFATBLJG][A-Z](?!0000)[0-9]{4}[A-Z]")
_GSTIN = re.compile(r"([0-9]{2})([A-Z]{5}[0-9]{4}[A-Z])[1-9A-Z][A-Z][0-9A-Z]")
_PIN = re.compile(r"[1-9][0-9]{5}")
# 1 to 38 are states and union territories (38: Ladakh), 97 is other territory, 99 the centre.
STATE_CODES = frozenset({*(f"{number:02d}" for number in range(1, 39)), "97", "99"})
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

STATES = [
    gettext_noop("Andaman and Nicobar Islands"), gettext_noop("Andhra Pradesh"), gettext_noop("Arunachal Pradesh"),
    gettext_noop("Assam"), gettext_noop("Bihar"), gettext_noop("Chandigarh"), gettext_noop("Chhattisgarh"),
    gettext_noop("Dadra and Nagar Haveli and Daman and Diu"), gettext_noop("Delhi"), gettext_noop("Goa"),
    gettext_noop("Gujarat"), gettext_noop("Haryana"), gettext_noop("Himachal Pradesh"),
    gettext_noop("Jammu and Kashmir"), gettext_noop("Jharkhand"), gettext_noop("Karnataka"), gettext_noop("Kerala"),
    gettext_noop("Ladakh"), gettext_noop("Lakshadweep"), gettext_noop("Madhya Pradesh"), gettext_noop("Maharashtra"),
    gettext_noop("Manipur"), gettext_noop("Meghalaya"), gettext_noop("Mizoram"), gettext_noop("Nagaland"),
    gettext_noop("Odisha"), gettext_noop("Puducherry"), gettext_noop("Punjab"), gettext_noop("Rajasthan"),
    gettext_noop("Sikkim"), gettext_noop("Tamil Nadu"), gettext_noop("Telangana"), gettext_noop("Tripura"),
    gettext_noop("Uttar Pradesh"), gettext_noop("Uttarakhand"), gettext_noop("West Bengal"),
]  # fmt: skip


def state_choices() -> list[tuple[str, Any]]:
    """Return the states for a menu: what is stored is the English name, what is shown the one of the page."""
    return [("", "–"), *((name, _(name)) for name in STATES)]


def compact(text: str) -> str:
    """`text` as such numbers are stored: capitals without the spaces and hyphens people group them with."""
    return re.sub(r"[\s-]", "", text).upper()


def gstin_check_character(first_fourteen: str) -> str:
    """Return the fifteenth character of a GSTIN.

    Code points 0 to 35, factors 1, 2, 1, 2 …; the sum of quotient and remainder by 36 of each product, up to the next
    multiple of 36 (GSTN's published algorithm, as in python-stdnum's `in_.gstin` and Frappe's india-compliance).
    """
    total = 0
    for place, character in enumerate(first_fourteen):
        quotient, remainder = divmod(_ALPHABET.index(character) * (1 + place % 2), 36)
        total += quotient + remainder
    return _ALPHABET[-total % 36]


def validate_gstin(gstin: str) -> None:
    """Refuse what is not a GSTIN: 15 characters, a state, a PAN, and a check character that fits.

    The fourteenth is Z for ordinary registrations and another letter for special ones. A digit there is refused: 0 and Z
    at the end, swapped, are the one slip that the check character does not see.
    """
    if len(gstin) != 15:
        raise ValidationError(
            _("It has %(length)s characters; a GSTIN has 15, such as 27AAPFU0939F1ZV."), params={"length": len(gstin)}
        )
    match = _GSTIN.fullmatch(gstin)
    if match is None:
        raise ValidationError(_("This is not a GSTIN; one looks like 27AAPFU0939F1ZV."))
    if match[1] not in STATE_CODES:
        raise ValidationError(_("No state has the code %(code)s, the first two digits."), params={"code": match[1]})
    if gstin_check_character(gstin[:14]) != gstin[14]:
        raise ValidationError(_("The last character does not fit the rest; one of them is mistyped."))


def pan_of_gstin(gstin: str) -> str:
    """Return the PAN within a valid GSTIN."""
    return gstin[2:12]


def validate_pan(pan: str) -> None:
    """Refuse what does not have the form of a PAN. There is no check character: the form is all that can be known."""
    if _PAN.fullmatch(pan) is None:
        raise ValidationError(
            _("This is not a PAN; one has five letters, four digits and a letter, such as AAPFU0939F.")
        )


def validate_pin(pin: str) -> None:
    if _PIN.fullmatch(pin) is None:
        raise ValidationError(_("A PIN code has 6 digits and does not begin with 0."))
