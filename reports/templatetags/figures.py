"""What charts and tables of figures need of their rows."""

from collections.abc import Iterator
from typing import Any

from django import template

from reports.cells import Cell, Part, Row

register = template.Library()


@register.filter
def from_top(length: float) -> float:
    """Where a column of `length` begins in a box of 100, seen from above."""
    return round(100 - length, 1)


@register.filter
def stepped(row: Row) -> Iterator[tuple[Cell, Any]]:
    """Each cell with its step of colour, 0 (none) to 5."""
    return zip(row.cells, row.lengths, strict=True)


@register.filter
def labelled(part: Part, row: Row) -> Iterator[tuple[Any, Cell]]:
    """Each cell with the heading of its column."""
    return zip(part.columns[1:], row.cells, strict=True)
