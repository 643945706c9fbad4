"""Which leads a query string means: on the lead list, and wherever leads are chosen by it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from jini.lib.paging import COUNT_CAP, capped_count
from jini.lib.words import grouped
from leads import searching
from leads.models import ImportBatch, Lead, Status

LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Found:
    """The leads, and what of the query string was understood."""

    leads: Any
    words: str = ""
    status: Status | None = None
    batch: ImportBatch | None = None
    # Many have the words; and more than are counted, as the search itself found out.
    is_common: bool = False
    is_counted: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.status or self.batch)

    @property
    def count_text(self) -> str:
        """How many leads there are, in words; of a common word so many are not worth counting."""
        if self.is_counted:
            return f"{grouped(searching.MOST_NAMED)}+"
        return capped_count(self.leads, searching.MOST_NAMED if self.is_common else COUNT_CAP)


def find(member: Membership, query: Mapping[str, str]) -> Found:
    """Return the leads that `member` may see and `query` means: q (search), status (id), import (id of a batch).

    What does not fit (an id of nothing, or of another organisation) narrows nothing.
    """
    leads = Lead.objects.visible_to(member)
    words = query.get("q", "").strip()[:LONGEST_SEARCH]
    status = next((row for row in Status.objects.in_order() if str(row.pk) == query.get("status")), None)
    batch = _batch(query.get("import", ""))
    is_common = is_counted = False
    if words:
        found = searching.search(leads, words)
        leads, is_common = found.leads, found.is_common
        is_counted = found.is_counted and member.sees_everything and status is None and batch is None
    if status is not None:
        leads = leads.filter(status=status)
    if batch is not None:
        leads = leads.filter(import_batch=batch)
    return Found(leads, words, status, batch, is_common, is_counted)


def _batch(batch_id: str) -> ImportBatch | None:
    if not re.fullmatch(r"[0-9a-f-]{36}", batch_id):
        return None
    return ImportBatch.objects.filter(pk=batch_id).first()
