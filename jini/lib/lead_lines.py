"""What happened with a lead and stands in the records of another app: lines of its timeline that are read, not written.

Where one deed touches very many leads (a campaign takes 100,000), a line written for each would cost more than the deed.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LeadLine:
    """One line: what, when, who and what more; `sound` is where something said can be played."""

    at: dt.datetime
    icon: str
    title: str
    more: str = ""
    sound: str = ""


Source = Callable[[Any, Any], Sequence[LeadLine]]

# Of one source on one timeline.
MOST = 50

_sources: list[Source] = []


def register(source: Source) -> Source:
    """Have `source(lead, member)` give the lines that `member` may see, `MOST` at most, with a constant number of queries."""
    if source not in _sources:
        _sources.append(source)
    return source


def lines_of(lead: Any, member: Any) -> list[LeadLine]:
    """Return the lines of every source."""
    return [line for source in _sources for line in source(lead, member)]
