"""Setting up the outcomes."""

from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from dialer.models import Disposition
from jini.lib.figures import mark_all_dirty


class NoneLeft(Exception):
    """A telecaller must always find an outcome to choose."""


@transaction.atomic
def save_disposition(disposition: Disposition, *, fields: Sequence[str], by: Membership) -> None:
    """Save a new or changed outcome; raise `NoneLeft` when it was the last one in use of its group."""
    others = (
        Disposition.objects.chosen_by_people()
        .filter(group=disposition.group, is_active=True)
        .exclude(pk=disposition.pk)
    )
    if not disposition.is_active and not others.exists():
        raise NoneLeft
    disposition.save()
    if "is_customer_contact" in fields:
        # Past calls with this outcome count as contacts now, or no more.
        mark_all_dirty()
    audit.record("disposition.changed", by=by, subject=disposition, fields=list(fields))
