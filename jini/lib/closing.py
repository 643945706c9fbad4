"""What ends with the account of an organisation: filled by the apps in `AppConfig.ready()`."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

Ids = Sequence[uuid.UUID]

_stops: list[Callable[[Any], None]] = []
_live: list[Callable[[], int]] = []
_elsewhere: list[Callable[[], int]] = []
_files: dict[str, Callable[[Ids], None]] = {}


def on_cancelling(stop: Callable[[Any], None]) -> None:
    """Have `stop(by)` called in the transaction in which the time to think it over begins; `by` is a member or None.

    It ends at once what must not go on, and owes as due tasks what is told to others.
    """
    if stop not in _stops:
        _stops.append(stop)


def stop_everything(by: Any) -> None:
    """Let every app end what must not go on in the open scope."""
    for stop in _stops:
        stop(by)


def counts_live(count: Callable[[], int]) -> None:
    """Have `count()` say how many things of the open scope are under way that end by themselves, such as calls."""
    if count not in _live:
        _live.append(count)


def live() -> int:
    """Return how many calls of the open scope are under way."""
    return sum(count() for count in _live)


def before_rows(model: str, forget: Callable[[Ids], None]) -> None:
    """Have `forget(ids)` called before rows of `model` are erased with their organisation.

    It removes their files, of which there may be more than their fields name. It may be called twice for a row.
    """
    _files[model] = forget


def files_of(model: str) -> Callable[[Ids], None] | None:
    """Return what removes the files of rows of `model`, where an app has said it."""
    return _files.get(model)


def counts_elsewhere(count: Callable[[], int]) -> None:
    """Have `count()` say how much of the open scope is still with others, where we cannot delete it any more."""
    if count not in _elsewhere:
        _elsewhere.append(count)


def left_elsewhere() -> int:
    """Return how many things of the open scope are left with others."""
    return sum(count() for count in _elsewhere)
