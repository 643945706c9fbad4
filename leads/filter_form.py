"""What may be chosen on the lead list. The state is the query string; there is nothing to validate or to save."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Membership
from jini.lib import lead_filters, lookups
from leads.models import CustomField, ImportBatch, Lead, Status, StatusReason, Tag
from leads.narrowing import NONE, Chip
from leads.sources import used_sources
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
        custom = list(CustomField.objects.in_order())
        self.choices = [
            Choice(name, label, list(values), query.get(name, ""))
            for name, label, values in [
                *self._lists(member),
                *_source_list(used_sources(member), query.get("source", "")),
                *_custom_lists(custom),
            ]
            if values
        ]
        chosen = {choice.name for choice in self.choices}
        texts = [text for text in (*self._texts(), *_custom_texts(custom)) if text[0] not in chosen]
        self.fields = [Field(name, label, kind, query.get(name, "")) for name, label, kind in texts]
        shown = {part.name for part in self.choices} | {part.name for part in self.fields}
        self.hidden = [(name, value) for name, value in kept(query, chips) if name not in shown]

    def _lists(self, member: Membership) -> list[tuple[str, Any, Any]]:
        people = people_seen_by(member).active()
        owners = [("none", _("No owner")), *((str(person.pk), person.name) for person in people)]
        return [
            ("status", _("Status"), [(str(row.pk), row.label) for row in Status.objects.in_order()]),
            ("reason", _("Reason"), [(str(row.pk), row.label) for row in StatusReason.objects.in_order()]),
            # A telecaller's leads are all their own.
            ("owner", _("Owner"), owners if sight_of(member).unowned else []),
            ("tag", _("Tag"), [(str(row.pk), row.name) for row in Tag.objects.order_by("name")[:MOST_TAGS]]),
            ("outcome", _("Last outcome"), [(str(key), text) for key, text in lookups.labels("dispositions").items()]),
            ("follow_up", _("Follow-up"), [("overdue", _("Overdue")), ("today", _("Today")), ("none", _("None"))]),
            ("language", _("Language"), Lead.Language.choices),
            ("ground", _("Legal ground"), [*self._grounds(), ("none", _("No legal ground"))]),
            ("untouched", _("Calls"), [("1", _("Not called yet"))]),
            *((added.name, added.label, added.choices(member)) for added in lead_filters.registered()),
        ]

    def _grounds(self) -> list[tuple[str, Any]]:
        ground = ImportBatch.LegalGround
        return [(value, label) for value, label in ground.choices if value != ground.UNKNOWN]

    def _texts(self) -> list[tuple[str, Any, str]]:
        return [
            ("source", _("Source"), "text"),
            ("city", _("City"), "text"),
            ("created_from", _("Created from"), "date"),
            ("created_to", _("Created to"), "date"),
            ("attempts_min", _("Attempts, at least"), "number"),
            ("attempts_max", _("Attempts, at most"), "number"),
            ("connected_max", _("Connected, at most"), "number"),
            ("called_from", _("Last called from"), "date"),
            ("called_to", _("Last called to"), "date"),
            ("due_from", _("Follow-up from"), "date"),
            ("due_to", _("Follow-up up to"), "date"),
            ("value_min", _("Value, at least"), "text"),
            ("value_max", _("Value, at most"), "text"),
            ("score_min", _("Score, at least"), "number"),
            ("score_max", _("Score, at most"), "number"),
            ("region", _("State"), "text"),
        ]


def _source_list(used: list[str], asked: str) -> Iterator[tuple[str, Any, Any]]:
    if used:
        # One that no lead has any more stays chosen.
        every = used if asked in {"", NONE, *used} else [asked, *used]
        yield "source", _("Source"), [*((source, source) for source in every), (NONE, _("No source"))]


def _custom_lists(fields: Sequence[CustomField]) -> Iterator[tuple[str, Any, Any]]:
    empty = (NONE, _("Empty"))
    for field in fields:
        if field.has_choices:
            yield field.key, field.label, [*field.labels().items(), empty]
        elif field.kind == CustomField.Kind.YES_NO:
            yield field.key, field.label, [("1", _("Yes")), ("0", _("No")), empty]


def _custom_texts(fields: Sequence[CustomField]) -> Iterator[tuple[str, Any, str]]:
    for field in fields:
        if field.kind in CustomField.MEASURING:
            kind = "date" if field.kind == CustomField.Kind.DATE else "text"
            yield f"{field.key}_min", _("%(field)s, from") % {"field": field.label}, kind
            yield f"{field.key}_max", _("%(field)s, up to") % {"field": field.label}, kind
        elif not field.has_choices and field.kind != CustomField.Kind.YES_NO:
            yield field.key, field.label, "text"


def kept(query: QueryDict, chips: Sequence[Chip]) -> list[tuple[str, str]]:
    """Return the names and values of the filters that are on."""
    return [(chip.name, str(query[chip.name])) for chip in chips]
