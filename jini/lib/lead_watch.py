"""Who else must know when a lead changes hands, status or time: filled by higher apps in `AppConfig.ready()`.

The dialer keeps the one waiting place of a lead; it watches here, so that a follow-up planned on the lead page waits
in the same queue as one planned after a call.
"""

import uuid
from collections.abc import Callable, Collection

Watcher = Callable[[uuid.UUID, str], None]
# The ids as text: of a thousand leads at a time, making objects of them would take longest.
WatcherOfMany = Callable[[Collection[str], str], None]
Busy = Callable[[Collection[str]], set[str]]

STATUS, OWNER, FOLLOW_UPS = "status", "owner", "follow_ups"
DELETED, RESTORED = "deleted", "restored"

_watchers: list[Watcher] = []
_watchers_of_many: list[WatcherOfMany] = []
_busy: list[Busy] = []


def watch(watcher: Watcher) -> Watcher:
    """Have `watcher(lead_id, what)` called in the transaction of each change; `what` is one of the words above."""
    if watcher not in _watchers:
        _watchers.append(watcher)
    return watcher


def changed(lead_id: uuid.UUID, what: str) -> None:
    """Tell every watcher that `what` of the lead was changed, within the open scope and transaction."""
    for watcher in _watchers:
        watcher(lead_id, what)


def watch_many(watcher: WatcherOfMany, *, busy: Busy) -> None:
    """Have `watcher(lead_ids, what)` called where many leads change in one step, in a few statements for all of them.

    `busy(lead_ids)` is asked before. It locks, without waiting for anybody, what the watcher will write, and returns the
    leads of which somebody else holds some of it; those are left for a later step.
    """
    if watcher not in _watchers_of_many:
        _watchers_of_many.append(watcher)
        _busy.append(busy)


def busy(lead_ids: Collection[str]) -> set[str]:
    """Lock what hangs on the leads, without waiting; return those of which somebody else holds a part just now."""
    found: set[str] = set()
    for ask in _busy:
        found |= ask(lead_ids)
    return found


def changed_many(lead_ids: Collection[str], what: str) -> None:
    """Tell every watcher that `what` of the leads was changed, within the open scope and transaction."""
    if lead_ids:
        for watcher in _watchers_of_many:
            watcher(lead_ids, what)
