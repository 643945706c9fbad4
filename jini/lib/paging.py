"""Keyset pages: the next page starts after the last row seen, so page 1,000 costs what page 1 does."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest

from jini.lib.words import date_and_time, grouped

Row = TypeVar("Row", bound=Model)
COUNT_CAP = 10_000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows. `newer_url` leads to the rows before it, `older_url` to those after; empty at the ends.

    `starts_at` is the sort value of the first row ("from 24 Nov, 10:41 am"), None on the first page.
    """

    rows: Sequence[Row]
    newer_url: str
    older_url: str
    count_text: str = ""
    starts_at: Any = None

    @property
    def place(self) -> str:
        """Where in the list this page begins, in words; empty on the first page."""
        if self.starts_at is None:
            return ""
        return date_and_time(self.starts_at) if isinstance(self.starts_at, dt.date) else str(self.starts_at)


def capped_count(queryset: "QuerySet[Any]", cap: int = COUNT_CAP) -> str:
    """The number of rows in words, "3,214" or "10,000+"; never reads more than `cap` + 1 rows."""
    counted = queryset.order_by()[: cap + 1].count()
    return f"{grouped(cap)}+" if counted > cap else grouped(counted)


def keyset_page(
    request: HttpRequest,
    queryset: "QuerySet[Row]",
    *,
    by: str = "-created_at",
    size: int = 50,
    counted: bool = False,
    count_text: str = "",
) -> Page[Row]:
    """The page that the query string of `request` asks for (`older=` or `newer=` a cursor; else the first).

    `counted` has the rows counted; who knows their number says it in `count_text`.
    `by` is a field or annotation that is never null, with "-" for descending; `id` breaks ties in the same direction.
    A cursor that cannot be read (old, cut off, made up) gives the first page: there is nothing to protect in it, since
    the rows come from `queryset`, which is already narrowed to what the member may see.
    """
    name, falls = by.removeprefix("-"), by.startswith("-")
    older, newer = (_read(request.GET.get(way), queryset, name) for way in ("older", "newer"))
    backwards = older is None and newer is not None
    start = newer if backwards else older
    rows = list(
        _ordered(_beyond(queryset, name, start, falls=falls ^ backwards), name, falls=falls ^ backwards)[: size + 1]
    )
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_newer, has_older = (more, True) if backwards else (start is not None, more)
    return Page(
        rows=rows,
        newer_url=_url(request, "newer", rows[0], name) if has_newer and rows else _url(request) if has_newer else "",
        older_url=_url(request, "older", rows[-1], name) if has_older and rows else "",
        count_text=capped_count(queryset) if counted else count_text,
        starts_at=getattr(rows[0], name) if has_newer and rows else None,
    )


def _ordered(queryset: "QuerySet[Row]", name: str, *, falls: bool) -> "QuerySet[Row]":
    sign = "-" if falls else ""
    return queryset.order_by(f"{sign}{name}", f"{sign}pk")


def _beyond(queryset: "QuerySet[Row]", name: str, start: tuple[Any, Any] | None, *, falls: bool) -> "QuerySet[Row]":
    if start is None:
        return queryset
    value, pk = start
    past = "lt" if falls else "gt"
    # The first condition says nothing new to the second; it is what lets PostgreSQL start inside the index.
    return queryset.filter(**{f"{name}__{past}e": value}).filter(
        Q(**{f"{name}__{past}": value}) | Q(**{f"pk__{past}": pk})
    )


def _field(queryset: "QuerySet[Any]", name: str) -> "Field[Any, Any]":
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    field = queryset.model._meta.get_field(name)  # noqa: SLF001 -- documented API of Django
    if not isinstance(field, Field):
        raise FieldDoesNotExist(name)
    return field


def _read(text: str | None, queryset: "QuerySet[Any]", name: str) -> tuple[Any, Any] | None:
    if not text:
        return None
    field, key = _field(queryset, name), queryset.model._meta.pk  # noqa: SLF001 -- as above
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
        start = field.to_python(value), key.to_python(pk)
    except (binascii.Error, ValueError, TypeError, ValidationError):
        return None
    return None if None in start else start


def _url(request: HttpRequest, way: str = "", row: Model | None = None, name: str = "") -> str:
    """The current address with another place: filters and sort stay, the cursor changes."""
    query = request.GET.copy()
    for cursor in ("older", "newer"):
        query.pop(cursor, None)
    if row is not None:
        value = getattr(row, name)
        plain = value.isoformat() if hasattr(value, "isoformat") else str(value)
        packed = json.dumps([plain, str(row.pk)], separators=(",", ":"))
        query[way] = base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")
    return f"{request.path}?{query.urlencode()}" if query else request.path
