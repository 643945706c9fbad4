"""Using a printed sign-in link."""

from django.db import transaction
from django.utils import timezone

from accounts.models import SignInLink, User
from accounts.models.invitation import digest


class LinkUnusable(Exception):
    """The link was used, has expired, was never issued, or its organisation holds no demonstration any more."""


def person_of(token: str) -> User:
    """Return whom an unused link signs in; raise `LinkUnusable`."""
    return _usable(token).user


@transaction.atomic
def use(token: str) -> User:
    """Take the link out of use and return whom it signs in; raise `LinkUnusable`."""
    link = _usable(token, lock=True)
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    return link.user


def _usable(token: str, *, lock: bool = False) -> SignInLink:
    # Looked up by its digest: how long the comparison takes tells nothing about the secret.
    links = SignInLink.objects.usable().filter(token_digest=digest(token)).select_related("user")
    link = (links.select_for_update(of=("self",)) if lock else links).first()
    if link is None or not link.user.memberships.active().filter(organisation__is_demo=True).exists():
        raise LinkUnusable
    return link
