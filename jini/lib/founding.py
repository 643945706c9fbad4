"""What each app gives a new organisation: filled by the apps in `AppConfig.ready()`."""

from collections.abc import Callable

_founders: list[Callable[[], None]] = []


def on_founding(give: Callable[[], None]) -> Callable[[], None]:
    """Have `give()` called inside the scope of every organisation that is founded, after the apps to the right of it.

    It must be safe to call twice.
    """
    if give not in _founders:
        _founders.append(give)
    return give


def give_everything() -> None:
    """Give the organisation of the open scope what every app has for it."""
    for give in _founders:
        give()
