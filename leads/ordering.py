"""The orders of the lead list, and the leads before and after one in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from jini.lib.paging import neighbours
from jini.lib.words import moment_in_words, rupees
from leads.filters import find
from leads.models import NEVER_CALLED, NO_VALUE, Lead

# Says of an address that it names a lead within a list: without it there is no list to go on in.
SORT = "sort"
# What an address has for other reasons than to choose leads.
PLACES = ("older", "newer", "show", "to", "board", "column")


@dataclass(frozen=True)
class Column:
    """What a list can be sorted by. `expression` is never null and has an index of its own; see the model."""

    label: str | Promise
    expression: Any
    rising: str | Promise
    falling: str | Promise
    place: Callable[[Any], str]
    # A first press sorts so: names from A, everything else from the newest or the largest.
    falls_first: bool = True


COLUMNS: Mapping[str, Column] = {
    "created": Column(
        gettext_lazy("Created"),
        F("created_at"),
        gettext_lazy("Oldest first"),
        gettext_lazy("Newest first"),
        lambda lead: str(moment_in_words(lead.created_at)),
    ),
    "name": Column(
        gettext_lazy("Name"),
        # Begins with the name, in small letters.
        F("search_text"),
        gettext_lazy("Name, A to Z"),
        gettext_lazy("Name, Z to A"),
        lambda lead: lead.name or lead.phone,
        falls_first=False,
    ),
    "value": Column(
        gettext_lazy("Value"),
        Coalesce("value", Value(NO_VALUE)),
        gettext_lazy("Smallest value first"),
        gettext_lazy("Largest value first"),
        lambda lead: _("no value") if lead.value is None else rupees(lead.value),
    ),
    "called": Column(
        gettext_lazy("Last call"),
        Coalesce("last_called_at", Value(NEVER_CALLED)),
        gettext_lazy("Longest not called first"),
        gettext_lazy("Last called first"),
        lambda lead: str(moment_in_words(lead.last_called_at)) if lead.last_called_at else _("not called"),
    ),
}
NEWEST = "-created"


@dataclass(frozen=True)
class Order:
    """One column, rising or (with "-") falling, as the query string writes it."""

    key: str

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> "Order":
        """Return the order that `query` asks for; newest first when it asks for none that there is."""
        key = query.get(SORT, "")
        return cls(key if key.removeprefix("-") in COLUMNS else NEWEST)

    @property
    def name(self) -> str:
        return self.key.removeprefix("-")

    @property
    def falls(self) -> bool:
        return self.key.startswith("-")

    @property
    def column(self) -> Column:
        return COLUMNS[self.name]

    @property
    def by(self) -> str:
        """The sort key as `jini.lib.paging` takes it."""
        return f"{'-' if self.falls else ''}sort_value"

    def view(self, query: QueryDict) -> str:
        """Return the query string of the list `query` in this order, which an address of a lead carries along."""
        rest = without(query)
        rest[SORT] = self.key
        return rest.urlencode()

    def of(self, leads: Any) -> Any:
        """Return `leads` with the value that they are sorted by."""
        return leads.annotate(sort_value=self.column.expression)


@dataclass(frozen=True)
class Heading:
    """The heading of a column that sorts: where it leads, and how the list is sorted by it now, as ARIA says it."""

    label: str | Promise
    query: str
    sorted: str


def headings(query: QueryDict) -> dict[str, Heading]:
    """Return the heading of every column by its name; a press on the one in use turns the order round."""
    order = Order.asked(query)
    return {name: _heading(name, column, order, query) for name, column in COLUMNS.items()}


def _heading(name: str, column: Column, order: Order, query: QueryDict) -> Heading:
    is_in_use = name == order.name
    falls = not order.falls if is_in_use else column.falls_first
    target = without(query, SORT)
    target[SORT] = f"{'-' if falls else ''}{name}"
    now = ("descending" if order.falls else "ascending") if is_in_use else ""
    return Heading(column.label, target.urlencode(), now)


def orders() -> Iterator[tuple[str, str | Promise]]:
    """Yield every order with its words, newest first first."""
    for name, column in COLUMNS.items():
        ways = [(f"-{name}", column.falling), (name, column.rising)]
        yield from ways if column.falls_first else reversed(ways)


def without(query: QueryDict, *names: str) -> QueryDict:
    """Return `query` from its first page on, without `names`."""
    rest = query.copy()
    for gone in (*PLACES, *names):
        rest.pop(gone, None)
    return rest


def view_of(query: QueryDict) -> str:
    """Return the query string of the list that an address of a lead stands in; empty for a lead by itself."""
    return without(query).urlencode() if SORT in query else ""


@dataclass(frozen=True)
class Beside:
    """The leads before and after one in the list `view` (a query string)."""

    view: str
    previous: Lead | None
    next: Lead | None


def beside(lead: Lead, member: Membership, query: QueryDict) -> Beside | None:
    """Return the neighbours of `lead` in the list that `query` means, None when it means none.

    It has them also when it has left the list since, as a lead does whose status was changed.
    """
    if SORT not in query:
        return None
    order = Order.asked(query)
    placed = order.of(Lead.everything.filter(pk=lead.pk)).get()
    leads = order.of(find(member, query).leads)
    return Beside(view_of(query), *neighbours(leads, placed, by=order.by))
