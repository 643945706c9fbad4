"""Keyset pages: the next page starts after the last row seen, so page 1,000 costs what page 1 does."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import CharField, Field, GeneratedField, Model, Q, QuerySet, TextField
from django.http import HttpRequest

from jini.lib.encryption import Undecipherable, decrypt, encrypt
from jini.lib.words import date_and_time, grouped

Row = TypeVar("Row", bound=Any)
COUNT_CAP = 10_000


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows. `newer_url` leads to the rows before it, `older_url` to those after; empty at the ends.

    `place` says where in the list it begins ("24 Nov, 10:41 am"); empty on the first page.
    """

    rows: Sequence[Row]
    newer_url: str
    older_url: str
    count_text: str = ""
    place: str = ""


def capped_count(queryset: "QuerySet[Any]", cap: int = COUNT_CAP) -> str:
    """The number of rows in words, "3,214" or "10,000+"; never reads more than `cap` + 1 rows."""
    return capped(queryset.order_by()[: cap + 1].count(), cap)


def capped(counted: int, cap: int = COUNT_CAP) -> str:
    """A number that was counted up to `cap` + 1, in words: "3,214" or "10,000+"."""
    return f"{grouped(cap)}+" if counted > cap else grouped(counted)


def keyset_page(
    request: HttpRequest,
    queryset: "QuerySet[Row]",
    *,
    by: str = "-created_at",
    size: int = 50,
    count_text: str = "",
    place_of: Callable[[Row], str] | None = None,
) -> Page[Row]:
    """The page that the query string of `request` asks for (`older=` or `newer=` a cursor; else the first).

    `count_text` says how many rows there are, where the caller knows or counts (`capped_count`).
    `by` is a field or annotation that is never null, with "-" for descending; `id` breaks ties in the same direction.
    `place_of` says in words where in the list a row stands; without it that is its sort value.
    A cursor that cannot be read (old, cut off, made up) gives the first page: there is nothing to protect in it, since
    the rows come from `queryset`, which is already narrowed to what the member may see. A program would
    begin again and take rows twice: it is told (`is_lost`).
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
        count_text=count_text,
        place=(place_of(rows[0]) if place_of else _said(getattr(rows[0], name))) if has_newer and rows else "",
    )


def is_lost(request: HttpRequest, queryset: "QuerySet[Any]", *, by: str) -> bool:
    """Whether the cursor of `request` is no place in the order `by`: cut off, made up, or of another order."""
    given = [text for way in ("older", "newer") if (text := request.GET.get(way))]
    return any(_read(text, queryset, by.removeprefix("-")) is None for text in given)


def neighbours(queryset: "QuerySet[Row]", row: Row, *, by: str) -> tuple[Row | None, Row | None]:
    """Return the rows of `queryset` right before and right after `row` in the order `by` (as in `keyset_page`).

    `row` carries the sort value, and need no longer be in `queryset` itself.
    """
    name, falls = by.removeprefix("-"), by.startswith("-")
    start = getattr(row, name), row.pk
    before, after = (
        _ordered(_beyond(queryset, name, start, falls=way), name, falls=way).first() for way in (not falls, falls)
    )
    return before, after


def _said(value: Any) -> str:
    return date_and_time(value) if isinstance(value, dt.date) else str(value)


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
        field: Any = queryset.query.annotations[name].output_field
    else:
        field = queryset.model._meta.get_field(name)  # noqa: SLF001 -- documented API of Django
    if not isinstance(field, Field):
        raise FieldDoesNotExist(name)
    found: Any = field.output_field if isinstance(field, GeneratedField) else field
    return cast("Field[Any, Any]", found)


def _read(text: str | None, queryset: "QuerySet[Any]", name: str) -> tuple[Any, Any] | None:
    if not text:
        return None
    field, key = _field(queryset, name), queryset.model._meta.pk  # noqa: SLF001 -- as above
    try:
        if isinstance(field, CharField | TextField):
            text = decrypt(text)
        value, pk = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
        start = field.to_python(value), key.to_python(pk)
    except (Undecipherable, binascii.Error, ValueError, TypeError, ValidationError):
        return None
    return None if None in start else start


def _url(request: HttpRequest, way: str = "", row: Model | None = None, name: str = "") -> str:
    """The current address with another place: filters and sort stay, the cursor changes."""
    query = request.GET.copy()
    for cursor in ("older", "newer"):
        query.pop(cursor, None)
    if row is not None:
        query[way] = cursor_of(row, name)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def cursor_of(row: Any, name: str) -> str:
    """Return the place of `row` in an order by `name`, as `older=` and `newer=` take it."""
    value = getattr(row, name)
    plain = value.isoformat() if hasattr(value, "isoformat") else str(value)
    packed = json.dumps([plain, str(row.pk)], separators=(",", ":"))
    cursor = base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")
    # What people typed, names above all, does not belong in addresses, which are logged and kept.
    return encrypt(cursor) if isinstance(value, str) else cursor
