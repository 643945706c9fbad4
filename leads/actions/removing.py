"""Removing leads for good, with everything that hangs on them."""

import uuid
from collections.abc import Collection
from functools import partial
from typing import Any

from django.db import connection, models, transaction

from accounts.tenancy import current_organisation
from jini.lib.ids import one_of
from jini.lib.lead_removal import released
from leads.models import Lead, LeadFile

_DELETE = "DELETE FROM leads_lead WHERE organisation_id = %s AND id = ANY(%s::uuid[])"


def remove_leads(lead_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Remove those of the leads that nothing of a higher app keeps; return which.

    Call it inside the transaction that holds the rows locked.
    """
    free = released(lead_ids)
    for kept in LeadFile.objects.filter(one_of("lead", free)).exclude(file=""):
        transaction.on_commit(partial(kept.file.storage.delete, kept.file.name))
    _delete(free)
    return free


def _delete(leads: set[uuid.UUID]) -> None:
    """Delete leads with all that hangs on them, in one statement for each table.

    Django would fetch every lead to do the same; what it does not know of, the keys of the database refuse.
    """
    if not leads:
        return
    for relation in Lead._meta.get_fields(include_hidden=True):  # noqa: SLF001 -- Django's documented name
        if not (isinstance(relation, models.ManyToOneRel) and relation.field.concrete):
            continue
        model: Any = relation.related_model
        # Also those in the bin.
        rows = getattr(model, "everything", model.objects).filter(one_of(relation.field.name, leads))
        if relation.on_delete is models.CASCADE:
            rows.delete()
        elif relation.on_delete is models.SET_NULL:
            rows.update(**{relation.field.name: None})
    with connection.cursor() as cursor:
        ids = [str(lead) for lead in leads]
        cursor.execute(_DELETE, [current_organisation().pk, ids])
