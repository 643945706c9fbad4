"""Filters of the lead list that a higher app adds: registered in `AppConfig.ready()`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class LeadFilter:
    """A filter in the query string: `?name=value`, repeated for several values.

    `choices(member)` gives (value, label) of what the member may choose. `apply(leads, values)` narrows a queryset
    of leads; `values` are chosen ones only, so they need no further check.
    """

    name: str
    label: Any
    choices: Callable[[Any], Sequence[tuple[str, Any]]]
    apply: Callable[["QuerySet[Any]", Sequence[str]], "QuerySet[Any]"]


_filters: dict[str, LeadFilter] = {}


def register(added: LeadFilter) -> None:
    """Offer `added` on the lead list and wherever leads are chosen by its query string."""
    _filters[added.name] = added


def registered() -> list[LeadFilter]:
    """Return the filters that were added, in the order of their registration."""
    return list(_filters.values())
