"""Who else must know when a lead changes hands, status or time: filled by higher apps in `AppConfig.ready()`.

The dialer keeps the one waiting place of a lead; it watches here, so that a follow-up planned on the lead page waits
in the same queue as one planned after a call.
"""

import uuid
from collections.abc import Callable

Watcher = Callable[[uuid.UUID, str], None]

STATUS, OWNER, FOLLOW_UPS = "status", "owner", "follow_ups"

_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> Watcher:
    """Have `watcher(lead_id, what)` called in the transaction of each change; `what` is one of the words above."""
    if watcher not in _watchers:
        _watchers.append(watcher)
    return watcher


def changed(lead_id: uuid.UUID, what: str) -> None:
    """Tell every watcher that `what` of the lead was changed, within the open scope and transaction."""
    for watcher in _watchers:
        watcher(lead_id, what)
