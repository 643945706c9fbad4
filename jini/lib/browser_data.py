"""What is left in a browser: every cookie and every entry of its own store, declared by the app that sets it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Kept:
    """A cookie, or with `place` "sessionStorage" and the like an entry of the browser's store.

    `name` may end in "*". `lasts` says until when. `is_needed`: the service cannot work without it, so nobody is asked;
    what is not needed may be set only after somebody agreed to it.
    """

    name: str
    what: Promise
    lasts: Promise
    is_needed: bool
    place: str = "cookie"

    def covers(self, name: str) -> bool:
        return name.startswith(self.name[:-1]) if self.name.endswith("*") else name == self.name


_kept: dict[tuple[str, str], Kept] = {}


def declare(things: Iterable[Kept]) -> None:
    """Take in what an app leaves in browsers."""
    for thing in things:
        _kept[thing.place, thing.name] = thing


def everything() -> list[Kept]:
    """Return all that is declared, cookies first."""
    return sorted(_kept.values(), key=lambda thing: thing.place != "cookie")


def is_declared(name: str, place: str = "cookie") -> bool:
    return any(thing.place == place and thing.covers(name) for thing in _kept.values())
