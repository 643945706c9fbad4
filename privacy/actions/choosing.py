"""Allowing something and withdrawing it."""

from typing import Any

from django.db import transaction
from django.utils.translation import get_language

from accounts.models import User
from jini.lib import choices
from privacy.choices import newest
from privacy.models import Choice

LONGEST_AGENT = 300


@transaction.atomic
def choose(
    user: User, purpose: str, *, is_given: bool, wording: str, place: str, seen: dict[str, Any] | None = None
) -> Choice:
    """Write down what `user` chose, and end what rested on a choice that is withdrawn; return the choice that counts.

    Saying the same again changes nothing. `seen` holds `ip_address` and `user_agent` of the request. Two who choose at
    once for one person (two tabs) wait for each other, and what rests on a choice takes the same lock: so nothing is
    written on the ground of a choice that is withdrawn meanwhile.
    """
    lock(user)
    current = newest(user, purpose)
    state = Choice.State.GIVEN if is_given else Choice.State.WITHDRAWN
    if current is not None and current.state == state:
        return current
    came_from = seen or {}
    made = Choice.objects.create(
        user=user,
        purpose=purpose,
        state=state,
        wording=wording,
        language=(get_language() or "en")[:2],
        place=place,
        ip_address=came_from.get("ip_address"),
        user_agent=came_from.get("user_agent", "")[:LONGEST_AGENT],
    )
    if not is_given:
        choices.withdrawn(user, purpose)
    return made


def lock(user: User) -> User:
    """Make other choices of `user`, and what rests on them, wait for the end of this transaction; return the row as it is."""
    return User.objects.select_for_update(no_key=True).only("is_active").get(pk=user.pk)
