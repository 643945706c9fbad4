"""What a higher app does with many leads at once: registered in `AppConfig.ready()`, offered beside the lead list."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class BulkVerb:
    """One thing to do with all leads of a choice.

    `form(data or None, by=member)` is a form whose `params()` are JSON: ids, never what a person typed of somebody.
    `apply(lead_ids, params, by)` does it within the open scope and transaction, in a few statements for all of them, may
    be called twice for a lead, and returns {lead id: code of a reason} for those it left as they were. `reasons` are the
    codes in words. `permission` is a value of accounts.permissions.Permission.
    """

    key: str
    label: Any
    icon: str
    permission: str
    says: Any
    form: Callable[..., Any]
    apply: Callable[[Sequence[uuid.UUID], Mapping[str, Any], Any], Mapping[uuid.UUID, str]]
    reasons: Mapping[str, Any] = field(default_factory=dict)


_verbs: dict[str, BulkVerb] = {}


def register(verb: BulkVerb) -> None:
    """Offer `verb` on the lead list."""
    _verbs[verb.key] = verb


def registered() -> list[BulkVerb]:
    """Return the verbs that were added, in the order of their registration."""
    return list(_verbs.values())
