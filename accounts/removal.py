"""What goes when an organisation is emptied."""

from accounts.models import Notification, PushSubscription
from jini.lib.removal import delete_all


def empty() -> dict[str, int]:
    return delete_all(Notification, PushSubscription)
