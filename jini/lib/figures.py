"""Which figures a change makes stale: told by the app that changes rows, heard by the app that keeps the figures."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence

Listener = Callable[[dt.datetime, uuid.UUID | None], None]

ListenerToMany = Callable[[Sequence[tuple[dt.datetime, uuid.UUID | None]]], None]

_listeners: list[Listener] = []
_listeners_to_many: list[ListenerToMany] = []
_upheavals: list[Callable[[], None]] = []


def on_change(listen: Listener) -> Listener:
    """Have `listen(moment, member_id)` called for every change; filled in `AppConfig.ready()`."""
    if listen not in _listeners:
        _listeners.append(listen)
    return listen


def mark_dirty(moment: dt.datetime, member_id: uuid.UUID | None) -> None:
    """Say that what happened at `moment` through the member (None: through nobody) counts differently from now on.

    Call it inside the scope and the transaction of the change: for a call with its `started_at` and telecaller, for a
    lead that was won (or is so no more, or changed hands since) with its `won_at` and owner, before and after.
    """
    for listen in _listeners:
        listen(moment, member_id)


def on_changes(listen: ListenerToMany) -> ListenerToMany:
    """Have `listen([(moment, member_id)])` called for changes that come many at once; filled in `AppConfig.ready()`."""
    if listen not in _listeners_to_many:
        _listeners_to_many.append(listen)
    return listen


def mark_many_dirty(changes: Sequence[tuple[dt.datetime, uuid.UUID | None]]) -> None:
    """Say the same of many changes, of each day and member once."""
    if changes:
        for listen in _listeners_to_many:
            listen(changes)


def on_upheaval(listen: Callable[[], None]) -> Callable[[], None]:
    """Have `listen()` called when all figures change; filled in `AppConfig.ready()`."""
    if listen not in _upheavals:
        _upheavals.append(listen)
    return listen


def mark_all_dirty() -> None:
    """Say that every day of the organisation of the open scope counts differently: its zone or an outcome's flag changed."""
    for listen in _upheavals:
        listen()
