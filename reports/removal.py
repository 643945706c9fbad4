"""What goes when an organisation is emptied."""

from jini.lib.removal import delete_all
from reports.models import DayFigures


def empty() -> dict[str, int]:
    return delete_all(DayFigures)
