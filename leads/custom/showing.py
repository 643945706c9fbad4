"""Values of custom fields in words."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jini.lib.words import date_and_time, phone_number, rupees
from leads.custom.reading import BAR, Value
from leads.models import CustomField

Kind = CustomField.Kind


def in_words(field: CustomField, value: Value) -> str:
    """Return `value`, or what `reading.as_text` made of it, as a page shows it; "" for nothing."""
    if not value:
        return ""
    if field.has_choices:
        keys = value if isinstance(value, list) else value.split(BAR)
        labels = field.labels(kept=keys)
        return ", ".join(labels.get(key, key) for key in keys)
    return _WORDS.get(Kind(field.kind), str)(value)


_WORDS: dict[Kind, Callable[[Any], str]] = {
    Kind.YES_NO: lambda value: _("Yes") if value == "1" else _("No"),
    Kind.MONEY: lambda value: rupees(Decimal(value)),
    Kind.DATE: lambda value: str(date_and_time(dt.date.fromisoformat(value))),
    Kind.PHONE: phone_number,
}


@dataclass(frozen=True)
class Fact:
    """One answer of a lead: the question, the answer in words, and where it leads."""

    label: str
    text: str
    url: str = ""


def facts(fields: Iterable[CustomField], custom: Mapping[str, Any]) -> list[Fact]:
    """Return the answers in `custom` to `fields`, in their order; what is not known is left out."""
    known = [(field, custom[field.key]) for field in fields if custom.get(field.key)]
    return [Fact(field.label, in_words(field, value), _url(field, value)) for field, value in known]


def _url(field: CustomField, value: Value) -> str:
    if field.kind == Kind.URL:
        return str(value)
    return f"mailto:{value}" if field.kind == Kind.EMAIL else ""
