"""What a person may allow or not, apart from the agreement: who says whether they did, and what ends when they withdraw.

The ledger of choices is `privacy`'s. Apps that obey a choice ask here, each time anew, so that a withdrawal holds from the
moment it is committed; they register what goes with it in `AppConfig.ready()`.
"""

from collections.abc import Callable
from typing import Any

MARKETING, USAGE, PUSH = "marketing", "usage", "push"

_askers: list[Callable[[Any, str], bool]] = []
# A part of a query on memberships: what the person of one chose of a purpose.
_states: list[Callable[[str], Any]] = []
_endings: dict[str, list[Callable[[Any], None]]] = {}


def register(asker: Callable[[Any, str], bool], state_of: Callable[[str], Any]) -> None:
    """Have `asker(user, purpose)` say whether a person allows something now.

    `state_of(purpose)` is the same as a part of a query on memberships: "given", "withdrawn", or NULL.
    """
    _askers[:], _states[:] = [asker], [state_of]


def is_given(user: Any, purpose: str) -> bool:
    """Whether `user` allows `purpose` now; nobody allows anything while no app keeps choices."""
    return bool(_askers) and _askers[0](user, purpose)


def usage_choice() -> dict[str, Any]:
    """Return the annotation `usage_choice` for a query on memberships, which every page asks for anyway."""
    return {"usage_choice": _states[0](USAGE)} if _states else {}


def on_withdrawal(purpose: str, end: Callable[[Any], None]) -> None:
    """Have `end(user)` called in the transaction in which a person withdraws `purpose`."""
    if end not in _endings.setdefault(purpose, []):
        _endings[purpose].append(end)


def withdrawn(user: Any, purpose: str) -> None:
    """Let everything that rests on this choice of `user` end."""
    for end in _endings.get(purpose, []):
        end(user)
