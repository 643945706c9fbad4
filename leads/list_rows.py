"""The rows of the lead list, with everything in words: what a page of fifty needs, and no more than that."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.db import connection
from django.db.models import Min
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.models.user import name_of
from accounts.tenancy import current_organisation
from jini.lib import lookups
from leads.list_columns import CORNER, Beside, Column
from leads.models import FollowUp, LeadTag, Status

# Of each status its colour and names, of each person the parts of the name, and when something is next due to a lead.
_NAMED = """
SELECT
    (SELECT json_agg(json_build_array(s.id, s.colour, s.name, s.name_hi)) FROM leads_status s
     WHERE s.organisation_id = %(organisation)s AND s.id = ANY (%(statuses)s)),
    (SELECT json_agg(json_build_array(m.id, u.first_name, u.last_name, u.email))
     FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id WHERE m.id = ANY (%(people)s)),
    (SELECT json_agg(json_build_array(f.lead_id, f.due_at)) FROM (
         SELECT o.lead_id, min(o.due_at) AS due_at FROM leads_followup o
         WHERE o.organisation_id = %(organisation)s AND o.lead_id = ANY (%(leads)s)
           AND o.done_at IS NULL AND o.cancelled_at IS NULL
         GROUP BY o.lead_id
     ) AS f)
"""
# What every row needs, whatever its columns are.
ALWAYS = ("pk", "name", "phone", "sort_value")


@dataclass(frozen=True, slots=True)
class ListRow:
    """A lead as the list shows it; `texts` are what its columns say of it, empty for nothing."""

    pk: uuid.UUID
    url: str
    name: str
    choose: str
    texts: list[Any]
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
    frames = [_frame(column) for column in columns]
    choose = _("Choose %(name)s")
    rows = []
    for lead in found:
        name = lead.name or lead.phone
        texts = [column.say(lead, beside) for column in columns]
        markup = "".join(
            [
                f"{head}{_escaped(text)}</td>" if text else blank
                for text, (head, blank) in zip(texts, frames, strict=True)
            ]
        )
        rows.append(ListRow(lead.pk, f"{pages}{lead.pk}/", name, choose % {"name": name}, texts, mark_safe(markup)))  # noqa: S308 -- every text in it is escaped
    return rows


def _frame(column: Column) -> tuple[SafeString, SafeString]:
    """Return how a cell of the column begins, and the whole cell of a lead that has nothing to say there."""
    # In the corner of a card there is no room for a label, and what stands there needs none.
    label = "" if column.classes == CORNER else str(column.label)
    said = format_html(' data-label="{}"', label) if label else ""
    head, hidden = (
        format_html('<td role="cell" class="{}"{}>', classes.strip(), said)
        for classes in (column.classes, f"{column.classes} hide")
    )
    return head, format_html("{}{}</td>", head if column.is_always_shown else hidden, column.nothing)


def _escaped(text: Any) -> str:
    """Return `text` as markup. `conditional_escape` does the same, and takes a fifth of the page for it."""
    return text if isinstance(text, SafeString) else escape(str(text))


def _beside(found: Sequence[Any], keys: Collection[str]) -> Beside:
    ids = [lead.pk for lead in found]
    statuses, people, due = _named(
        leads=ids if "due" in keys else [],
        statuses={lead.status for lead in found} if "status" in keys else (),
        people={lead.assigned_to for lead in found if lead.assigned_to} if "owner" in keys else (),
    )
    return Beside(
        statuses={
            uuid.UUID(pk): _status(Status(colour=colour, name=en, name_hi=hi)) for pk, colour, en, hi in statuses
        },
        people={uuid.UUID(pk): name_of(*name) for pk, *name in people},
        due={uuid.UUID(pk): dt.datetime.fromisoformat(at) for pk, at in due},
        tags=_tags(ids) if "tags" in keys else {},
        outcomes=dict(lookups.labels("dispositions")) if "outcome" in keys else {},
    )


def _named(**ids: Collection[uuid.UUID]) -> list[list[list[Any]]]:
    """Return the statuses, the people and the follow-ups of `_NAMED`: three questions in one journey."""
    asked: dict[str, Any] = {name: list(wanted) for name, wanted in ids.items()}
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, asked | {"organisation": current_organisation().pk})
        row = cursor.fetchone() or ()
    return [rows or [] for rows in row]


def _status(status: Status) -> SafeString:
    return format_html('<span class="j-status"><span class="j-dot {}"></span>{}</span>', status.colour, status.label)


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
