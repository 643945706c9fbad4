"""The rows of the lead list, with everything in words: what a page of fifty needs, and no more than that."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Min
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.models.user import name_of
from jini.lib import lookups
from leads.list_columns import CORNER, Beside, Column
from leads.models import FollowUp, LeadTag, Status

# What every row needs, whatever its columns are.
ALWAYS = ("pk", "name", "phone", "sort_value")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row."""

    text: Any
    label: str
    head: SafeString


@dataclass(frozen=True, slots=True)
class ListRow:
    """A lead as the list shows it."""

    pk: uuid.UUID
    url: str
    name: str
    choose: str
    cells: list[Cell]
    # The cells as they stand in the table: four hundred of them one by one are half of the time of a page.
    markup: SafeString


def values_of(columns: Sequence[Column]) -> list[str]:
    """Return the values of a lead that `list_rows` takes for these columns.

    Values and no model instances, which would take longer than the query. And of the lead alone: with a table joined to
    it PostgreSQL may begin with that one, and sort all leads instead of reading a page of them in their order.
    """
    return list(dict.fromkeys([*ALWAYS, *(name for column in columns for name in column.needs)]))


def list_rows(found: Sequence[Any], columns: Sequence[Column]) -> list[ListRow]:
    """Return the rows of `found`, which has `values_of(columns)`; a query for what some columns name, none for each row."""
    beside = _beside(found, {column.key for column in columns})
    # A lead's page stands below the list; asking for fifty addresses one by one takes a millisecond.
    pages = reverse("leads:list")
    # In the corner of a card there is no room for a label, and what stands there needs none.
    labels = ["" if column.classes == CORNER else str(column.label) for column in columns]
    heads = [
        (_head(column.classes, label), _head(f"{column.classes} hide", label))
        for column, label in zip(columns, labels, strict=True)
    ]
    choose = _("Choose %(name)s")
    rows = []
    for lead in found:
        name = lead.name or lead.phone
        cells = [
            _cell(lead, beside, column, label, head) for column, label, head in zip(columns, labels, heads, strict=True)
        ]
        markup = format_html_join("", "{}{}</td>", ((cell.head, cell.text) for cell in cells))
        rows.append(ListRow(lead.pk, f"{pages}{lead.pk}/", name, choose % {"name": name}, cells, markup))
    return rows


def _head(classes: str, label: str) -> SafeString:
    said = format_html(' data-label="{}"', label) if label else ""
    return format_html('<td role="cell" class="{}"{}>', classes.strip(), said)


def _cell(lead: Any, beside: Beside, column: Column, label: str, heads: tuple[SafeString, SafeString]) -> Cell:
    text = column.say(lead, beside)
    if text or column.is_always_shown:
        return Cell(text or column.nothing, label, heads[0])
    return Cell(column.nothing, label, heads[1])


def _beside(found: Sequence[Any], keys: Collection[str]) -> Beside:
    ids = [lead.pk for lead in found]
    return Beside(
        statuses=Status.objects.in_bulk({lead.status for lead in found}) if "status" in keys else {},
        people=people_named({lead.assigned_to for lead in found if lead.assigned_to}) if "owner" in keys else {},
        due=next_due(ids) if "due" in keys else {},
        tags=_tags(ids) if "tags" in keys else {},
        outcomes=dict(lookups.labels("dispositions")) if "outcome" in keys else {},
    )


def people_named(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return {id: name} of memberships."""
    names = Membership.objects.filter(pk__in=ids).values_list(
        "pk", "user__first_name", "user__last_name", "user__email"
    )
    return {pk: name_of(*name) for pk, *name in names}


def next_due(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
    """When something is next due to each of the leads; whoever owes it."""
    return dict(FollowUp.objects.open().filter(lead__in=ids).values_list("lead").annotate(Min("due_at")))


def _tags(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The tags of each of the leads, by name."""
    names: dict[uuid.UUID, list[str]] = defaultdict(list)
    for lead, name in LeadTag.objects.filter(lead__in=ids).order_by("tag__name").values_list("lead", "tag__name"):
        names[lead].append(name)
    return {lead: ", ".join(tags) for lead, tags in names.items()}
