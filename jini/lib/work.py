"""The registry of handlers that carry out due tasks; apps fill it when their `tasks` module is imported."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Run = Callable[[Any, uuid.UUID], dt.datetime | None]
RunTogether = Callable[[Any, Sequence[uuid.UUID]], None]


@dataclass(frozen=True)
class Handler:
    """One kind of due task: its queue, and the function that takes one step of it.

    A step that `is_short` is over within seconds and may be taken by two at once: after a worker's death it waits no
    longer than seconds. Of a task with `run_together` a worker takes up to `most` of one organisation at once.
    """

    task: str
    queue: str
    run: Run | None = None
    run_together: RunTogether | None = None
    most: int = 1
    is_short: bool = False


_handlers: dict[str, Handler] = {}


def handler(task: str, *, queue: str = "default", is_short: bool = False) -> Callable[[Run], Run]:
    """Register `run(organisation, subject_id)` as the one that carries out `task`.

    It is called outside every transaction and scope, opens its own with `acting_for`, must be safe to run twice, and
    returns None when nothing more is owed, or the time at which it wants to be called again.
    """

    def register(run: Run) -> Run:
        _handlers[task] = Handler(task, queue, run, is_short=is_short)
        return run

    return register


def handler_of_many(task: str, *, queue: str = "default", most: int = 50) -> Callable[[RunTogether], RunTogether]:
    """Register `run(organisation, subject_ids)` as the one that carries out `task` for up to `most` subjects at once.

    It is called inside one transaction, which also records that the tasks are done; it opens its scope with
    `acting_for`, is done within seconds and asks nobody over the network. When it raises, each subject is tried alone.
    """

    def register(run: RunTogether) -> RunTogether:
        _handlers[task] = Handler(task, queue, run_together=run, most=most)
        return run

    return register


def handler_of(task: str) -> Handler:
    """Return the handler of `task`; KeyError when no app registered it."""
    return _handlers[task]


def short_tasks() -> list[str]:
    """Return the tasks whose steps are over within seconds: those for many subjects at once, and those that say so."""
    return [task for task, found in _handlers.items() if found.run_together is not None or found.is_short]
