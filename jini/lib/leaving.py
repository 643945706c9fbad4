"""When a member's access ends, or they leave for good: apps register what follows, in `AppConfig.ready()`."""

from collections import Counter
from collections.abc import Callable
from typing import Any

HandBack = Callable[[Any, int], dict[str, int]]

_listeners: list[Callable[[Any], None]] = []
_asked: list[Callable[[Any], bool]] = []
_handed: list[HandBack] = []


def on_leaving(listener: Callable[[Any], None]) -> None:
    """Have `listener(member)` called in the transaction that shuts a member out."""
    if listener not in _listeners:
        _listeners.append(listener)


def shut_out(member: Any) -> None:
    """Tell everybody that the access of `member` ends now."""
    for listener in _listeners:
        listener(member)


def on_asking(ask: Callable[[Any], bool]) -> None:
    """Have `ask(member)` say, within the open scope, whether the member is in the middle of something, such as a call."""
    if ask not in _asked:
        _asked.append(ask)


def is_busy(member: Any) -> bool:
    return any(ask(member) for ask in _asked)


def on_handing_back(hand_back: HandBack) -> None:
    """Have `hand_back(member, most)` give back at most so much work of a member who leaves for good, in the open scope.

    It returns how much of what, by a name such as "leads"; nothing when nothing is left.
    """
    if hand_back not in _handed:
        _handed.append(hand_back)


def hand_back(member: Any, most: int) -> dict[str, int]:
    """Give back some of the work of `member`; return how much of what, {} when all is given back."""
    given: Counter[str] = Counter()
    for each in _handed:
        given.update({name: count for name, count in each(member, most).items() if count})
    return dict(given)
