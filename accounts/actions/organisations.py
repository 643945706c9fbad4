"""Founding an organisation."""

from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.tenancy import acting_for
from jini.lib.founding import give_everything


@transaction.atomic
def found_organisation(*, owner: User, name: str, **fields: Any) -> Membership:
    """Create an organisation with `owner` as its owner and everything the apps give it; return the owner's membership.

    `fields` are further columns of `Organisation`.
    """
    organisation = Organisation.objects.create(name=name, **fields)
    membership = Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    with acting_for(organisation):
        give_everything()
        audit.record("organisation.founded", by=membership, subject=organisation)
    return membership
