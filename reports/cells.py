"""Tables of figures: their cells, and what several parts put into them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from accounts.tenancy import current_organisation
from jini.lib.paging import COUNT_CAP
from jini.lib.words import grouped
from reports.metrics import ratio


@dataclass(frozen=True)
class Cell:
    """A value as text, as the CSV has it, and the address of the rows behind it."""

    text: str
    value: Any
    url: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its heading, its cells, and what a chart needs: lengths in per cent, a colour, a class."""

    head: Cell
    cells: Sequence[Cell]
    lengths: Sequence[float] = ()
    colour: str = ""


@dataclass(frozen=True)
class Part:
    """A table with a title; `note` says what it is about."""

    key: str
    title: Any
    columns: Sequence[Any]
    rows: Sequence[Row]
    note: str = ""


def in_words(count: int) -> str:
    """A count as a page says it, which reads no more rows than a list counts."""
    return f"{grouped(COUNT_CAP)}+" if count > COUNT_CAP else grouped(count)


def count_cell(count: int, url: str) -> Cell:
    """A count, with the address of the rows behind it."""
    return Cell(in_words(count) if count > COUNT_CAP else grouped(count), count, url)


def share_cell(part: float, whole: float) -> Cell:
    """What `part` is of `whole`; a dash of nothing."""
    share = ratio(part, whole)
    return Cell("–" if share is None else f"{share * 100:.0f} %", None if share is None else round(share, 4))


def names_of_people() -> dict[Any, str]:
    """The names of everybody in the organisation by id, in one question."""
    people = Membership.objects.of(current_organisation()).select_related("user")
    return {member.pk: member.name for member in people}
