"""What goes when an organisation is emptied."""

from jini.lib.removal import delete_all
from privacy.models import DoNotCall


def empty() -> dict[str, int]:
    return delete_all(DoNotCall)
