"""Ending a demonstration."""

from django.db import transaction

from accounts import audit
from accounts.models import DueTask, Membership, Organisation
from jini.lib.removal import empty_everything


class NotADemonstration(Exception):
    """The organisation holds no demonstration data, or not any more."""


@transaction.atomic
def remove_demo(*, by: Membership) -> dict[str, int]:
    """Delete the invented records of the organisation of `by`, keep its people and settings; return what was deleted.

    Raises `NotADemonstration`.
    """
    organisation = Organisation.objects.select_for_update().get(pk=by.organisation_id)
    if not organisation.is_demo:
        raise NotADemonstration
    removed = empty_everything()
    DueTask.objects.filter(organisation=organisation).exclude(task__startswith="accounts.").delete()
    organisation.is_demo = False
    organisation.save(update_fields=["is_demo"])
    audit.record("organisation.demo-removed", by=by, subject=organisation, **removed)
    return removed
