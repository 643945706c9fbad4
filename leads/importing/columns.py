"""Which column of a file is which field of a lead: guessed from its heading in English or Hindi, then asked."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from jini.lib.phone import read_phone
from leads.importing.consenting import TARGETS as CONSENTS
from leads.models import CustomField

# What a column may become. The first ones are the lead's own fields; the others are put together or stand beside it.
FIELDS = ("name", "email", "address", "city", "region", "pin", "language", "source", "value", "score")
TARGETS = {
    "phone": _("Phone"),
    "phone2": _("Further phone"),
    "name": _("Name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "email": _("E-mail"),
    "address": _("Address"),
    "city": _("City"),
    "region": _("State"),
    "pin": _("PIN code"),
    "language": _("Language"),
    "source": _("Source"),
    "value": _("Value in rupees"),
    "score": _("Score"),
    "note": _("Note"),
    "owner": _("Owner"),
}
Fields = Mapping[str, CustomField]


def targets(fields: Fields) -> dict[str, Any]:
    """Return {target: its words} of what a column may become, `fields` last.

    What people agreed to is said by a person and never guessed: of what, and in which way, a heading seldom tells.
    """
    return {**TARGETS, **CONSENTS, **{name: field.label for name, field in fields.items()}}


def custom_fields() -> dict[str, CustomField]:
    """Return the custom fields of the open scope by their keys, which are their targets."""
    return {field.key: field for field in CustomField.objects.in_order()}


def mapped(mapping: Mapping[Any, str], fields: Fields) -> dict[str, CustomField]:
    """Return those of `fields` that `mapping` has a column for."""
    return {name: field for name, field in fields.items() if name in mapping.values()}


_SYNONYMS = {
    "phone": (
        "phone phone_number phone_no phoneno mobile mobile_number mobile_no mobileno mob cell cell_phone cellphone"
        " contact contact_number contact_no telephone tel number whatsapp whatsapp_number phone_1_value primary_phone"
        " mobile_phone phone1 mobile1 फोन फ़ोन फोन_नंबर फ़ोन_नंबर मोबाइल मोबाइल_नंबर मोबाईल नंबर संपर्क संपर्क_नंबर दूरभाष"
    ),
    "phone2": (
        "phone_2 phone2 mobile_2 mobile2 alternate alternate_number alternate_phone alternate_mobile alt_phone alt_number"
        " other_phone home_phone business_phone work_phone secondary_phone phone_2_value landline दूसरा_नंबर दूसरा_फोन"
        " वैकल्पिक_नंबर"
    ),
    "name": (
        "name full_name fullname customer customer_name lead_name contact_name client client_name person lead नाम"
        " पूरा_नाम ग्राहक ग्राहक_का_नाम"
    ),
    "first_name": "first_name firstname given_name first forename पहला_नाम",
    "last_name": "last_name lastname surname family_name last उपनाम सरनेम",
    "email": ("email e_mail email_address e_mail_address mail email_id emailid e_mail_1_value ईमेल ई_मेल ईमेल_पता"),
    "address": "address street street_address address_1 address1 postal_address location पता",
    "city": "city town city_name district शहर नगर जिला ज़िला",
    "region": "state region province राज्य प्रदेश",
    "pin": "pin pincode pin_code zip zip_code zipcode postal_code postcode पिन पिन_कोड पिनकोड",
    "language": "language lang preferred_language भाषा",
    "source": "source lead_source campaign_name utm_source platform channel स्रोत",
    "value": "value amount deal_value budget lead_value price monthly_bill राशि रकम मूल्य बजट",
    "score": "score lead_score rating स्कोर अंक",
    "note": "note notes remark remarks comment comments description टिप्पणी नोट विवरण",
}
_KNOWN = {_word: field for field, words in _SYNONYMS.items() for _word in words.split()}


def key(heading: str) -> str:
    """Return `heading` as the synonyms are written: "Phone No." and "phone_no" alike, Hindi vowel signs kept."""
    text = unicodedata.normalize("NFKC", heading).strip().lower()
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else "_" for c in text)
    return re.sub(r"_+", "_", kept).strip("_")


def signature(header: Sequence[str]) -> str:
    """Return what two files with the same headings share, so that the second is mapped as the first was."""
    return hashlib.sha256("\n".join(key(heading) for heading in header).encode()).hexdigest()


def has_header(first_row: Sequence[str]) -> bool:
    """Whether the first row names the columns: a row with a phone number in it is a lead."""
    return not any(read_phone(cell).numbers for cell in first_row)


def guess(header: Sequence[str], rows: Sequence[Sequence[str]], fields: Fields) -> dict[int, str]:
    """Return {column: field} for the columns whose heading is understood, each field once.

    A custom field is understood by its own name in either language.

    When no heading says phone, the column of `rows` in which most cells read as one is the phone.
    """
    found: dict[int, str] = {}
    own = {key(name): target for target, field in fields.items() for name in (field.name, field.name_hi) if name}
    for column, heading in enumerate(header):
        field = own.get(key(heading)) or _KNOWN.get(key(heading), "")
        if field == "phone" and "phone" in found.values():
            field = "phone2"
        if field and field not in found.values():
            found[column] = field
    if "phone" not in found.values() and (likely := _phone_column(rows, taken=found)) is not None:
        found[likely] = "phone"
    return found


def by_heading(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return {heading: field} of a mapping {column: field}, to be carried to other files."""
    return {key(header[int(column)]): field for column, field in mapping.items() if key(header[int(column)])}


def carried(fields: Mapping[str, str], header: Sequence[str]) -> dict[int, str]:
    """Return {column: field} of a file with `header`, whose headings `fields` knows; of two alike the first one counts."""
    found: dict[int, str] = {}
    for column, heading in enumerate(header):
        field = fields.get(key(heading), "")
        if field and field not in found.values():
            found[column] = field
    return found


def _phone_column(rows: Sequence[Sequence[str]], taken: Mapping[int, str]) -> int | None:
    width = max((len(row) for row in rows), default=0)
    numbers = {
        column: sum(bool(read_phone(row[column]).numbers) for row in rows if column < len(row))
        for column in range(width)
        if column not in taken
    }
    best = max(numbers, key=lambda column: numbers[column], default=None)
    return best if best is not None and numbers[best] * 2 > len(rows) else None
