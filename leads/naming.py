"""Leads by their number and their name, for apps that must not know leads (jini.lib.lookups)."""

import uuid
from collections.abc import Collection, Mapping

from django.db.models import F

from jini.lib.ids import one_of
from leads.models import Lead, LeadPhone


def lead_with(phone: str) -> uuid.UUID | None:
    """Return the lead with this number: one that is not in the bin before one that is, a first number before a further."""
    having = Lead.everything.filter(phone=phone, merged_into=None)
    newest_first = having.order_by(F("deleted_at").desc(nulls_first=True), "-pk")
    found: uuid.UUID | None = newest_first.values_list("pk", flat=True).first()
    return found or LeadPhone.objects.filter(phone=phone).values_list("lead", flat=True).first()


def names(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    return {lead.pk: lead.display_name for lead in Lead.everything.filter(one_of("pk", ids))}
