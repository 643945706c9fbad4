"""Whether somebody is busy with a lead just now: answered by higher apps, which register in `AppConfig.ready()`."""

import uuid
from collections.abc import Callable

Ask = Callable[[uuid.UUID], bool]

_asked: list[Ask] = []


def on_asking(ask: Ask) -> Ask:
    """Have `ask(lead_id)` say, within the open scope, whether the lead is being called."""
    if ask not in _asked:
        _asked.append(ask)
    return ask


def is_busy(lead_id: uuid.UUID) -> bool:
    """Whether anybody calls the lead now, or owes the outcome of a call with it."""
    return any(ask(lead_id) for ask in _asked)
