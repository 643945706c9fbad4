"""Changing what an organisation says of itself."""

from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from jini.lib.figures import mark_all_dirty


@transaction.atomic
def change_organisation(organisation: Organisation, *, fields: Sequence[str], by: Membership) -> None:
    """Save the changed `fields` of `organisation`."""
    if not fields:
        return
    organisation.save(update_fields=list(fields))
    if "time_zone" in fields:
        # Days are cut elsewhere now.
        with acting_for(organisation):
            mark_all_dirty()
    audit.record("organisation.changed", by=by, subject=organisation, fields=list(fields))
