"""What is recorded about people at work, line by line, for their own eyes; filled by the apps in `AppConfig.ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from jini.lib.paging import capped_count


@dataclass(frozen=True)
class Line:
    """One thing that is recorded. `says(member)` is how much of it there is, in words; `who(member)` names who used it.

    `keep` names a rule of `jini.lib.retention.SCHEDULE`, `view` the page where the person sees it.
    """

    what: Promise
    keep: str
    says: Callable[[Any], Any]
    who: Callable[[Any], list[str]] | None = None
    view: str = ""


_lines: list[Line] = []


def register(*lines: Line) -> None:
    _lines.extend(line for line in lines if line not in _lines)


def lines() -> list[Line]:
    """Return what is recorded, in the order of the apps."""
    return list(_lines)


def counted(rows: Callable[[Any], Any]) -> Callable[[Any], str]:
    """Return what says how many `rows(member)` there are: "312", "10,000+"."""
    return lambda member: capped_count(rows(member))


def names(members: Iterable[Any]) -> list[str]:
    """Return the names of people, each once, in order."""
    return sorted({member.user.get_full_name() for member in members})
