"""What else hangs on a lead that is merged into another: filled by higher apps in `AppConfig.ready()`."""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

Lead = uuid.UUID
Json = Any
Refuse = Callable[[Collection[Lead]], str]

_refusals: list[Refuse] = []
_parts: list["Part"] = []


class Busy(Exception):
    """Somebody else is writing at this moment what would have to be moved."""


@dataclass(frozen=True)
class Part:
    """What one app moves. Everything is called inside the transaction that holds both leads locked.

    `take(keep, gone)` moves the app's rows from `gone` to `keep` and returns what undoing needs, as JSON holds it. It
    locks its rows without waiting and raises `Busy`. `left(keep, gone, taken)` is asked once all has followed from the
    merge, and returns how the merge left what may have changed since it was taken. `give_back(keep, gone, taken, left)`
    moves back what is still on `keep` as the merge left it.
    """

    name: str
    take: Callable[[Lead, Lead], Json]
    give_back: Callable[[Lead, Lead, Json, Json], None]
    left: Callable[[Lead, Lead, Json], Json] = lambda _keep, _gone, _taken: None


def on_merge(part: Part) -> Part:
    """Have `part` moved when two leads are merged."""
    if part not in _parts:
        _parts.append(part)
    return part


def may_refuse(refuse: Refuse) -> Refuse:
    """Have `refuse(lead_ids)` asked before a merge of these leads and before it is undone: it returns why not, or ""."""
    if refuse not in _refusals:
        _refusals.append(refuse)
    return refuse


def refusal(lead_ids: Collection[Lead]) -> str:
    """Return why the leads may not be merged now, in the language of the page; empty when they may."""
    return next((why for refuse in _refusals if (why := refuse(lead_ids))), "")


def taken(keep: Lead, gone: Lead) -> dict[str, Json]:
    """Move what hangs on `gone` to `keep`; return what undoing needs, by the name of the part."""
    return {part.name: part.take(keep, gone) for part in _parts}


def left(keep: Lead, gone: Lead, took: dict[str, Json]) -> dict[str, Json]:
    """Return how the merge left what was moved, by the name of the part."""
    return {part.name: part.left(keep, gone, took[part.name]) for part in _parts}


def give_back(keep: Lead, gone: Lead, took: dict[str, Json], was_left: dict[str, Json]) -> None:
    """Move back what was moved; a part that came later has nothing to give back."""
    for part in _parts:
        if part.name in took:
            part.give_back(keep, gone, took[part.name], was_left[part.name])
