"""The text of a script with the fields of the lead filled in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from leads.custom.showing import in_words
from leads.models import CustomField, Lead

_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# What every organisation's scripts may have between {{ }}, and how a page calls it.
FIELDS: dict[str, Any] = {
    "first_name": _("First name"),
    "name": _("Name"),
    "city": _("City"),
    "source": _("Source"),
    "telecaller": _("Telecaller"),
    "organisation": _("Our organisation"),
}


@dataclass(frozen=True)
class Piece:
    """A run of text; `is_filled` where it came from the lead, so that the telecaller sees what to check."""

    text: str
    is_filled: bool = False


def unknown_fields(script: str) -> list[str]:
    """Return the fields in `script` that nothing fills."""
    known = fields()
    return sorted({name for name in _FIELD.findall(script) if name not in known})


def fields() -> dict[str, Any]:
    """Return what may stand between {{ }} in a script of the organisation with its label, custom fields last."""
    return FIELDS | {field.word: field.label for field in CustomField.objects.in_order() if field.word not in FIELDS}


def paragraphs(script: str, lead: Lead, telecaller: Membership) -> list[list[Piece]]:
    """Return the script in paragraphs of pieces; a field without a value is shown as a gap to fill in speaking."""
    answers = {
        field.word: in_words(field, lead.custom.get(field.key))
        for field in (CustomField.objects.in_order() if _FIELD.search(script) else ())
    }
    values = answers | {
        "first_name": lead.first_name,
        "name": lead.name,
        "city": lead.city,
        "source": lead.source,
        "telecaller": telecaller.user.first_name or telecaller.name,
        "organisation": telecaller.organisation.name,
    }
    return [list(_pieces(part, values)) for part in re.split(r"\n\s*\n", script.strip()) if part.strip()]


def _pieces(text: str, values: dict[str, str]) -> Iterator[Piece]:
    place = 0
    for field in _FIELD.finditer(text):
        if field.start() > place:
            yield Piece(text[place : field.start()])
        yield Piece(values.get(field[1], "") or "…", is_filled=True)
        place = field.end()
    if place < len(text):
        yield Piece(text[place:])


def sample_lead() -> Lead:
    """Return an invented lead, which is not saved, to show what a script sounds like."""
    return Lead(name=gettext("Kavita Rao"), city=gettext("Pune"), source=gettext("Website form"))
