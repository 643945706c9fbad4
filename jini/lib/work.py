"""The registry of handlers that carry out due tasks; apps fill it when their `tasks` module is imported."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Run = Callable[[Any, uuid.UUID], dt.datetime | None]


@dataclass(frozen=True)
class Handler:
    """One kind of due task: its queue, and the function that takes one step of it."""

    task: str
    queue: str
    run: Run


_handlers: dict[str, Handler] = {}


def handler(task: str, *, queue: str = "default") -> Callable[[Run], Run]:
    """Register `run(organisation, subject_id)` as the one that carries out `task`.

    It is called outside every transaction and scope, opens its own with `acting_for`, must be safe to run twice, and
    returns None when nothing more is owed, or the time at which it wants to be called again.
    """

    def register(run: Run) -> Run:
        _handlers[task] = Handler(task, queue, run)
        return run

    return register


def handler_of(task: str) -> Handler:
    """Return the handler of `task`; KeyError when no app registered it."""
    return _handlers[task]
