"""People who come in: by founding an organisation."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts.actions.organisations import found_organisation
from accounts.models import Membership, User
from jini.lib.acceptance import Acceptance


class EmailTaken(Exception):
    """Somebody with this e-mail address has an account already."""


@transaction.atomic
def sign_up(
    *, person: dict[str, Any], organisation: dict[str, Any], accepted: Acceptance, seen: dict[str, Any]
) -> Membership:
    """Create a person and the organisation they own, and keep proof of what they accepted.

    `person` holds email, password, first_name, last_name and language; `seen` is ip_address and user_agent of the
    request. The e-mail address is not verified yet. Raises `EmailTaken`.
    """
    if User.objects.filter(email__iexact=person["email"]).exists():
        # As slow as the other way, so that the time of the answer does not tell whether an address is known.
        make_password(person["password"])
        raise EmailTaken
    try:
        with transaction.atomic():
            user = create_person(**person, is_verified=False)
    except IntegrityError as error:
        # Somebody signed up with this address between our look and our insert.
        raise EmailTaken from error
    membership = found_organisation(owner=user, **organisation)
    accepted.record(user, **seen)
    return membership


def create_person(*, email: str, is_verified: bool, **fields: Any) -> User:
    """Create a user with their one e-mail address."""
    user = User.objects.create_user(email, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=is_verified)
    return user
