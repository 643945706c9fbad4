"""What the search of the shell finds besides leads: sources that apps register in `AppConfig.ready()`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One thing that was found, and where it leads. `more` stands beside the title, `colour` is that of a dot before it."""

    url: str
    icon: str
    title: str
    more: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Section:
    """Entries of one kind under a heading."""

    label: Any
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Source:
    """`find(member, words)` returns a few entries, of what `member` may see and open alone, with a constant number of queries.

    `words` are never empty, and were typed by a person.
    """

    name: str
    label: Any
    find: Callable[[Any, str], Sequence[Entry]]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Ask `source` whenever somebody searches."""
    _sources[source.name] = source


def found_elsewhere(member: Any, words: str) -> list[Section]:
    """Return what the registered sources find."""
    return [Section(source.label, source.find(member, words)) for source in _sources.values()]
