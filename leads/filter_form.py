"""What may be chosen on the lead list. The state is the query string; there is nothing to validate or to save."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Membership
from jini.lib import lead_filters, lookups
from leads.models import Lead, Status, Tag
from leads.narrowing import Chip
from teams.visibility import people_seen_by, sight_of

MOST_TAGS = 200


@dataclass(frozen=True)
class Choice:
    """One list to choose from: its name in the query string, and what is chosen now."""

    name: str
    label: Any
    values: list[tuple[str, Any]]
    chosen: str


@dataclass(frozen=True)
class Field:
    """One value to type; `type` is that of the input."""

    name: str
    label: Any
    type: str
    value: str


class FilterForm:
    """The filters that may be set by hand; others, which a figure linked with, go along hidden."""

    def __init__(self, query: QueryDict, member: Membership, chips: Sequence[Chip]) -> None:
        self.choices = [
            Choice(name, label, list(values), query.get(name, ""))
            for name, label, values in self._lists(member)
            if values
        ]
        self.fields = [Field(name, label, kind, query.get(name, "")) for name, label, kind in self._texts()]
        shown = {part.name for part in self.choices} | {part.name for part in self.fields}
        self.hidden = [(name, value) for name, value in kept(query, chips) if name not in shown]

    def _lists(self, member: Membership) -> list[tuple[str, Any, Any]]:
        people = people_seen_by(member).active()
        owners = [("none", _("No owner")), *((str(person.pk), person.name) for person in people)]
        return [
            ("status", _("Status"), [(str(row.pk), row.label) for row in Status.objects.in_order()]),
            # A telecaller's leads are all their own.
            ("owner", _("Owner"), owners if sight_of(member).unowned else []),
            ("tag", _("Tag"), [(str(row.pk), row.name) for row in Tag.objects.order_by("name")[:MOST_TAGS]]),
            ("outcome", _("Last outcome"), [(str(key), text) for key, text in lookups.labels("dispositions").items()]),
            ("follow_up", _("Follow-up"), [("overdue", _("Overdue")), ("today", _("Today")), ("none", _("None"))]),
            ("language", _("Language"), Lead.Language.choices),
            ("untouched", _("Calls"), [("1", _("Not called yet"))]),
            *((added.name, added.label, added.choices(member)) for added in lead_filters.registered()),
        ]

    def _texts(self) -> list[tuple[str, Any, str]]:
        return [
            ("source", _("Source"), "text"),
            ("city", _("City"), "text"),
            ("created_from", _("Created from"), "date"),
            ("created_to", _("Created to"), "date"),
            ("attempts_min", _("Attempts, at least"), "number"),
            ("attempts_max", _("Attempts, at most"), "number"),
        ]


def kept(query: QueryDict, chips: Sequence[Chip]) -> list[tuple[str, str]]:
    """Return the names and values of the filters that are on."""
    return [(chip.name, str(query[chip.name])) for chip in chips]
