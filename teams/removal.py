"""What goes when an organisation is emptied."""

from jini.lib.removal import delete_all
from teams.models import Presence


def empty() -> dict[str, int]:
    return delete_all(Presence)
