"""Which leads a query string means: on the lead list, and wherever leads are chosen by it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from jini.lib import lead_filters
from jini.lib.forms import typed
from jini.lib.paging import capped, capped_count
from leads import searching
from leads.custom.narrowing import CUSTOM_NAME, narrow_custom
from leads.models import CustomField, Lead
from leads.narrowing import FILTERS, Chip, narrow
from teams.visibility import sight_of

LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Found:
    """The leads, and what of the query string was understood."""

    leads: Any
    words: str = ""
    chips: Sequence[Chip] = ()
    # Many have the words; and how many there are, where the search itself found it out.
    is_common: bool = False
    count: int | None = None
    # The organisation's custom fields in use, which are asked for once, where somebody needs them.
    fields: Iterable[CustomField] = ()
    # How many filters were asked for that narrow nothing, such as one over a field that is used no more.
    unfit: int = 0

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.chips)

    @property
    def count_text(self) -> str:
        """How many leads there are, in words; of a common word so many are not worth counting."""
        if self.count is not None:
            return capped(self.count, searching.MOST_NAMED)
        if not self.is_common:
            return capped_count(self.leads)
        # In the order of the list: else PostgreSQL reads the table from its start, past whatever others have there.
        common = self.leads.order_by("-created_at", "-pk")[: searching.COMMON_CAP + 1]
        return capped(common.count(), searching.COMMON_CAP)


def find(member: Membership, query: Mapping[str, str]) -> Found:
    """Return the leads that `member` may see and `query` means: q (search), and the filters of `leads.narrowing`.

    What does not fit (an id of nothing, or of another organisation) narrows nothing.
    """
    leads = Lead.objects.visible_to(member)
    words = typed(query.get("q", ""), longest=LONGEST_SEARCH).strip()
    is_common, count = False, None
    if words:
        found = searching.search(leads, words)
        leads, is_common, count = found.leads, found.is_common, found.count
    leads, chips = narrow(leads, member, query)
    fields = CustomField.objects.in_order()
    custom = narrow_custom(leads, fields, query)
    is_alone = sight_of(member).is_whole and not chips and bool(words) != bool(custom.chips)
    counted = count if words else custom.count
    return Found(
        custom.leads,
        words,
        [*chips, *custom.chips],
        is_common=is_common or custom.is_common,
        count=counted if is_alone else None,
        fields=fields,
        unfit=len(asked_for(query)) - len(chips) - len(custom.chips),
    )


def asked_for(query: Mapping[str, str]) -> list[str]:
    """Return the names in `query` that ask for a filter, whether it fits or not."""
    added = {filter_.name for filter_ in lead_filters.registered()}
    names = [name for name in query if name in FILTERS or name in added or CUSTOM_NAME.fullmatch(name)]
    return [name for name in names if typed(query.get(name, "")).strip()]
