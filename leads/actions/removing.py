"""Removing leads for good, with everything that hangs on them."""

import uuid
from collections.abc import Collection

from jini.lib.lead_removal import released
from leads.models import Activity, BulkRow, FollowUp, ImportRow, Lead, LeadPhone, LeadTag


def remove_leads(lead_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Remove those of the leads that nothing of a higher app keeps; return which.

    Call it inside the transaction that holds the rows locked.
    """
    free = released(lead_ids)
    for model in (Activity, FollowUp, LeadTag, LeadPhone):
        model.objects.filter(lead__in=free).delete()
    for noted in (ImportRow, BulkRow):
        noted.objects.filter(lead__in=free).update(lead=None)
    Lead.everything.filter(pk__in=free).delete()
    return free
