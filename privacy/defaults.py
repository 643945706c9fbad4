"""The contact rules a new organisation starts with."""

from privacy.models import ContactPolicy


def give_contact_policy() -> None:
    """Give the organisation of the open scope the default contact rules, unless it has its own."""
    if not ContactPolicy.objects.exists():
        ContactPolicy.objects.create()
