"""Emptying an organisation of its records: filled by the apps in `AppConfig.ready()`."""

from collections.abc import Callable
from typing import Any

_emptiers: list[Callable[[], dict[str, int]]] = []


def on_emptying(empty: Callable[[], dict[str, int]]) -> None:
    """Have `empty()` called inside the scope of an organisation that is emptied, before the apps to the right of it.

    It deletes the app's records (not what was set up: people, statuses, outcomes, settings) and returns how many of
    each kind.
    """
    if empty not in _emptiers:
        _emptiers.append(empty)


def empty_everything() -> dict[str, int]:
    """Delete the records of the open scope's organisation; return how many of each kind."""
    removed: dict[str, int] = {}
    # Apps register from right to left; what refers to others goes first.
    for empty in reversed(_emptiers):
        removed |= empty()
    return removed


def delete_all(*models: type) -> dict[str, int]:
    """Delete every row of `models` in the open scope, in this order; return how many of each.

    A model whose `objects` leave rows out has them in `everything`.
    """
    managers: list[Any] = [getattr(model, "everything", None) or model.objects for model in models]  # type: ignore[attr-defined]
    return {manager.model._meta.label_lower: manager.all().delete()[0] for manager in managers}  # noqa: SLF001 -- Django's documented name
