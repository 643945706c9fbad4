"""Names that a lower app shows but a higher app owns: filled by the owner in `AppConfig.ready()`."""

import uuid
from collections.abc import Callable, Collection, Mapping

Lookup = Callable[[], Mapping[uuid.UUID, str]]

_lookups: dict[str, Lookup] = {}


def register(kind: str, lookup: Lookup) -> None:
    """Let `lookup()` answer {id: label in the page's language} for the organisation of the open scope."""
    _lookups[kind] = lookup


def labels(kind: str) -> Mapping[uuid.UUID, str]:
    """Return the labels of `kind`; empty when no app owns it."""
    lookup = _lookups.get(kind)
    return lookup() if lookup else {}


Finder = Callable[[str], uuid.UUID | None]
Namer = Callable[[Collection[uuid.UUID]], Mapping[uuid.UUID, str]]

_finders: list[Finder] = []
_namers: list[Namer] = []


def register_leads(find: Finder, name: Namer) -> None:
    """Let `find(phone)` return the lead that has a number, and `name(ids)` what leads are called, in the open scope."""
    _finders[:] = [find]
    _namers[:] = [name]


def lead_with(phone: str) -> uuid.UUID | None:
    """Return the lead that has the number (E.164), also one in the bin; None when there is none."""
    return next((found for find in _finders if (found := find(phone))), None)


def names_of_leads(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """Return what these leads are called; without those that are gone."""
    return _namers[0](ids) if _namers and ids else {}
