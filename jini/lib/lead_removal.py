"""What else hangs on a lead that is to go: asked of higher apps, which register in `AppConfig.ready()`."""

import uuid
from collections.abc import Callable, Collection

Release = Callable[[Collection[uuid.UUID]], set[uuid.UUID]]

_releases: list[Release] = []


def on_removal(release: Release) -> Release:
    """Have `release(lead_ids)` called inside the transaction that removes leads.

    It deletes the app's own rows that may go with them and returns the ids of the leads that must stay, for instance
    since somebody called them; nothing of those is deleted.
    """
    if release not in _releases:
        _releases.append(release)
    return release


def released(lead_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of `lead_ids` that nothing of a higher app keeps, freed of what hung on them."""
    free = set(lead_ids)
    for release in _releases:
        free -= release(free)
    return free
