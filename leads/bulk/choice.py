"""Which leads somebody chose: those that were ticked, or all that the filters of the list mean."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from accounts.models import Membership
from jini.lib.paging import capped_count
from leads.filters import Found, find
from leads.models import Lead
from leads.ordering import without

PICK, ALL = "pick", "all"
MOST_PICKED = 500


@dataclass(frozen=True)
class Choice:
    """`picked` are the ids that were ticked; None: all that `query` means."""

    query: dict[str, str]
    picked: list[uuid.UUID] | None
    found: Found
    leads: Any

    @property
    def is_sound(self) -> bool:
        """Whether every filter that is asked for was understood: one that is not would mean more leads, not fewer."""
        return self.picked is not None or not self.found.unfit

    @property
    def count_text(self) -> str:
        return self.found.count_text if self.picked is None else capped_count(self.leads)

    @property
    def is_empty(self) -> bool:
        return not self.leads.exists()


def read_choice(member: Membership, query: QueryDict) -> Choice | None:
    """Return what `query` chooses; None when it chooses nothing."""
    if query.get(ALL):
        plain = {name: str(value) for name, value in without(query, PICK, ALL).items()}
        found = find(member, plain)
        return Choice(plain, None, found, found.leads)
    picked = list(_ids(query))[:MOST_PICKED]
    if not picked:
        return None
    return Choice({}, picked, Found(None), Lead.objects.visible_to(member).filter(pk__in=picked))


def _ids(query: QueryDict) -> Iterator[uuid.UUID]:
    for value in query.getlist(PICK):
        try:
            yield uuid.UUID(value)
        except ValueError:
            continue
