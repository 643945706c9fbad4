"""Changing what an organisation says of itself."""

from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import Membership, Organisation


@transaction.atomic
def change_organisation(organisation: Organisation, *, fields: Sequence[str], by: Membership) -> None:
    """Save the changed `fields` of `organisation`."""
    if not fields:
        return
    organisation.save(update_fields=list(fields))
    audit.record("organisation.changed", by=by, subject=organisation, fields=list(fields))
