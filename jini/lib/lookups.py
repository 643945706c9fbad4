"""Names that a lower app shows but a higher app owns: filled by the owner in `AppConfig.ready()`."""

import uuid
from collections.abc import Callable, Mapping

Lookup = Callable[[], Mapping[uuid.UUID, str]]

_lookups: dict[str, Lookup] = {}


def register(kind: str, lookup: Lookup) -> None:
    """Let `lookup()` answer {id: label in the page's language} for the organisation of the open scope."""
    _lookups[kind] = lookup


def labels(kind: str) -> Mapping[uuid.UUID, str]:
    """Return the labels of `kind`; empty when no app owns it."""
    lookup = _lookups.get(kind)
    return lookup() if lookup else {}
