"""Who works on data for the installation or for an organisation: told by the apps that talk to them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Processor:
    """A firm that receives data. `place` says where it works; `hosts` are the hosts that JiNi asks there."""

    name: str
    does: Promise | str
    gets: Promise | str
    place: Promise | str
    hosts: tuple[str, ...] = ()


Source = Callable[[], list[Processor]]

_possible: list[Source] = []
_in_use: list[Source] = []


def register(possible: Source, in_use: Source | None = None) -> None:
    """Have `possible()` name all firms that may work for anybody here, and `in_use()` those of the open organisation.

    Without `in_use`, they work for every organisation. `in_use()` is called inside the scope of one.
    """
    if possible not in _possible:
        _possible.append(possible)
        _in_use.append(in_use or possible)


def all_possible() -> list[Processor]:
    """Return every firm that may receive data from this installation."""
    return [processor for source in _possible for processor in source()]


def in_use() -> list[Processor]:
    """Return the firms that work for the organisation of the open scope now."""
    return [processor for source in _in_use for processor in source()]
