"""The days a page of figures is about, and the equal time before them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.utils.dateformat import DateFormat
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.days import DAY

CHOICES: dict[str, Any] = {
    "today": gettext_lazy("Today"),
    "yesterday": gettext_lazy("Yesterday"),
    "7d": gettext_lazy("7 days"),
    "30d": gettext_lazy("30 days"),
    "month": gettext_lazy("This month"),
    "custom": gettext_lazy("From … to …"),
}
USUAL = "7d"
LONGEST = 366


@dataclass(frozen=True)
class Period:
    """Whole days from `first` to `last`, both included; `key` is the choice of `CHOICES` that it came from."""

    key: str
    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Self:
        """The equally long time that ends where this one begins."""
        return type(self)("custom", self.first - self.days * DAY, self.first - DAY)

    @property
    def in_words(self) -> str:
        if self.first == self.last:
            return DateFormat(self.first).format("D j M Y")
        first = DateFormat(self.first).format("D j M" if self.first.year == self.last.year else "D j M Y")
        return _("%(first)s to %(last)s") % {"first": first, "last": DateFormat(self.last).format("D j M Y")}


def read_period(query: Mapping[str, str], today: dt.date) -> Period:
    """Return the period that `period`, `from` and `to` of a query string mean; what cannot be read means 7 days.

    Nothing lies in the future, and a year and a day is the longest.
    """
    key = query.get("period", "")
    starts = {
        "today": today,
        "7d": today - 6 * DAY,
        "30d": today - 29 * DAY,
        "month": today.replace(day=1),
    }
    if key == "yesterday":
        return Period(key, today - DAY, today - DAY)
    if key in starts:
        return Period(key, starts[key], today)
    return _custom(query, today) or Period(USUAL, starts[USUAL], today)


def _custom(query: Mapping[str, str], today: dt.date) -> Period | None:
    try:
        given = parse_date(query.get("from", "")), parse_date(query.get("to", ""))
    except ValueError:
        return None
    if given[0] is None or given[1] is None:
        return None
    first, last = sorted(min(day, today) for day in given if day)
    return Period("custom", max(first, last - (LONGEST - 1) * DAY), last)
