"""Filters over custom fields: `f3=` a value, `f3_min=` and `f3_max=` of what can be measured."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import DecimalField, F, Func, JSONField, Q, Value
from django.db.models.fields.json import DataContains, KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import gettext as _

from accounts.tenancy import current_organisation
from jini.lib.forms import typed
from jini.lib.ids import OneOf
from leads.custom.reading import Value as Answer
from leads.custom.reading import read_value
from leads.custom.showing import in_words
from leads.models import CustomField
from leads.narrowing import NONE, Chip
from leads.searching import MOST_NAMED

Kind = CustomField.Kind
# What a filter over a custom field is called in a query string.
CUSTOM_NAME = re.compile(r"f[1-9][0-9]{0,4}(_min|_max)?")
_HOLDING = "SELECT cardinality(found), found::text FROM leads_holding(%s, %s::jsonb, %s) AS found"


@dataclass(frozen=True)
class CustomNarrowed:
    """`leads` as the filters leave them; `is_common` and `count` as in `leads.searching.Search`."""

    leads: Any
    chips: list[Chip]
    is_common: bool
    count: int | None


@dataclass(frozen=True)
class _Found:
    condition: Any
    text: str
    is_common: bool = True
    count: int | None = None


def narrow_custom(leads: Any, fields: Iterable[CustomField], query: Mapping[str, str]) -> CustomNarrowed:
    """Narrow `leads` by the filters of `query` over `fields`; what does not fit narrows nothing.

    `fields` are not asked for where no filter is.
    """
    chips: list[Chip] = []
    found: list[_Found] = []
    for field in fields if any(map(CUSTOM_NAME.fullmatch, query)) else ():
        for name, text, apply in _asked(field, query):
            if (one := apply(field, text)) is not None:
                found.append(one)
                leads = leads.filter(one.condition)
                chips.append(Chip(name, f"{field.label}: {one.text}"))
    return CustomNarrowed(
        leads,
        chips,
        is_common=any(one.is_common for one in found),
        count=found[0].count if len(found) == 1 else None,
    )


_Apply = Callable[[CustomField, str], _Found | None]


def _asked(field: CustomField, query: Mapping[str, str]) -> Iterator[tuple[str, str, _Apply]]:
    ways: dict[str, _Apply] = {"": _holding}
    if field.kind in CustomField.MEASURING:
        ways |= {"_min": _at_least, "_max": _at_most}
    for ending, apply in ways.items():
        name = f"{field.key}{ending}"
        if text := typed(query.get(name, "")).strip():
            yield name, text, apply


def _holding(field: CustomField, text: str) -> _Found | None:
    """Leads whose value is `text`: the key of a choice, or what was typed, in capitals or small letters."""
    if text == NONE:
        # No lead has a null there: what is not known has no key at all.
        return _Found(~Q(custom__has_key=field.key), _("empty"))
    value = _chosen(field, text) if field.has_choices else read_value(field, text).value
    if not value:
        return None
    part = {field.key: value}
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, [current_organisation().pk, json.dumps(part), MOST_NAMED])
        count, ids = cursor.fetchone() or (None, None)
    if count is not None and count <= MOST_NAMED:
        return _Found(OneOf(F("pk"), ids), in_words(field, value), is_common=False, count=count)
    held, wanted = F("custom"), Value(part, JSONField())
    # The key of a choice stands there as it is, and folding every row that is looked at takes as long as reading it.
    holds = DataContains(held, wanted) if field.has_choices else DataContains(_folded(held), _folded(wanted))
    return _Found(_every_other(holds), in_words(field, value), count=count)


def _chosen(field: CustomField, key: str) -> Answer:
    if key not in field.labels(kept=[key]):
        return None
    return [key] if field.kind == Kind.CHOICES else key


def _at_least(field: CustomField, text: str) -> _Found | None:
    return _measured(field, text, GreaterThanOrEqual, _("from %(value)s"))


def _at_most(field: CustomField, text: str) -> _Found | None:
    return _measured(field, text, LessThanOrEqual, _("up to %(value)s"))


def _measured(field: CustomField, text: str, compared: Any, said: str) -> _Found | None:
    value = read_value(field, text).value
    if not isinstance(value, str):
        return None
    has = KeyTextTransform(field.key, "custom")
    if field.kind == Kind.DATE:
        condition = compared(has, Value(value))
    else:
        number = DecimalField(max_digits=24, decimal_places=6)
        condition = compared(Cast(has, number), Value(Decimal(value), number))
    return _Found(_every_other(condition), said % {"value": in_words(field, value)})


def _folded(expression: Any) -> Func:
    return Func(expression, function="leads_custom_folded", output_field=JSONField())


def _every_other(condition: Any) -> Coalesce:
    """`condition`, of which the planner then guesses that every other row has it.

    So it reads the list in its order until the page is full, where it would else sort the whole table.
    """
    return Coalesce(condition, Value(value=False))
