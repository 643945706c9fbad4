"""The views of the lead list that everybody has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from teams.visibility import sight_of


@dataclass(frozen=True)
class BuiltIn:
    """A view by its name in an address; `query()` is that of the list, made on the day it is opened."""

    key: str
    label: Any
    query: Callable[[], dict[str, str]]
    # Narrows nothing for who sees but their own leads.
    is_for_leaders: bool = False


def _this_month() -> dict[str, str]:
    return {"status_kind": "won", "won_from": timezone.localdate().replace(day=1).isoformat()}


ALL = "all"
BUILT_IN = {
    view.key: view
    for view in (
        BuiltIn(ALL, _("All leads"), dict),
        BuiltIn("mine", _("My leads"), lambda: {"owner": "me"}, is_for_leaders=True),
        BuiltIn("untouched", _("Not called yet"), lambda: {"untouched": "1"}),
        BuiltIn("today", _("Follow-up today"), lambda: {"follow_up": "today"}),
        BuiltIn("overdue", _("Follow-up overdue"), lambda: {"follow_up": "overdue"}),
        BuiltIn("unplanned", _("Open, without a follow-up"), lambda: {"status_kind": "open", "follow_up": "none"}),
        BuiltIn("unowned", _("Without an owner"), lambda: {"owner": "none"}, is_for_leaders=True),
        BuiltIn("unreached", _("Tried 3 times, never reached"), lambda: {"attempts_min": "3", "connected_max": "0"}),
        BuiltIn("won", _("Won this month"), _this_month),
    )
}


def built_in_for(member: Membership) -> list[BuiltIn]:
    """Return the built-in views that say something to `member`, in their order."""
    is_own = sight_of(member).is_own
    return [view for view in BUILT_IN.values() if not (is_own and view.is_for_leaders)]
