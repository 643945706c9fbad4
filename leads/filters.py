"""Which leads a query string means: on the lead list, and wherever leads are chosen by it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.models import Membership
from leads.models import ImportBatch, Lead, Status

LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Found:
    """The leads, and what of the query string was understood."""

    leads: Any
    words: str = ""
    status: Status | None = None
    batch: ImportBatch | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.status or self.batch)


def find(member: Membership, query: Mapping[str, str]) -> Found:
    """Return the leads that `member` may see and `query` means: q (search), status (id), import (id of a batch).

    What does not fit (an id of nothing, or of another organisation) narrows nothing.
    """
    leads = Lead.objects.visible_to(member)
    words = query.get("q", "").strip()[:LONGEST_SEARCH]
    status = next((row for row in Status.objects.in_order() if str(row.pk) == query.get("status")), None)
    batch = _batch(query.get("import", ""))
    if words:
        leads = leads.filter(search(words))
    if status is not None:
        leads = leads.filter(status=status)
    if batch is not None:
        leads = leads.filter(import_batch=batch)
    return Found(leads, words, status, batch)


def search(words: str) -> Q:
    """The condition that a lead has `words` in its name, e-mail or city, or their digits in its number."""
    found = Q(name__icontains=words) | Q(email__icontains=words) | Q(city__icontains=words)
    digits = "".join(str(int(character)) for character in words if character.isdecimal())
    return found | Q(phone__contains=digits) if len(digits) >= 3 and not re.search(r"[^\W\d]", words) else found


def _batch(batch_id: str) -> ImportBatch | None:
    if not re.fullmatch(r"[0-9a-f-]{36}", batch_id):
        return None
    return ImportBatch.objects.filter(pk=batch_id).first()
