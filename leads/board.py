"""The board: leads in columns by status, each with how many there are and what they are worth."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse

from jini.lib.paging import COUNT_CAP, cursor_of
from jini.lib.templatetags.jini import when, when_about
from jini.lib.words import grouped, phone_number, rupees, rupees_in_words, urgency
from leads import searching
from leads.filters import Found
from leads.list_rows import next_due, people_named
from leads.models import Status

CARDS = 20
BY = "-created_at"
# Values of the lead alone, as on the list.
COLUMNS = ("pk", "name", "phone", "value", "last_called_at", "created_at", "status_id", "assigned_to_id", "version")


@dataclass(frozen=True, slots=True)
class Card:
    """A lead on the board; what there is not is empty."""

    pk: uuid.UUID
    url: str
    version: int
    name: str
    phone: str
    owner: str
    value: str
    due: Any
    urgency: str
    called: Any
    created: Any


@dataclass(frozen=True)
class Column:
    """A status with its figures, its first cards, and where the next ones begin."""

    status: Status
    count: str
    worth: str
    cards: Sequence[Card] = ()
    after: str = ""


def statuses() -> list[Status]:
    """The columns of the board, in their order."""
    return list(Status.objects.in_order())


def in_column(found: Found, status: Status) -> Any:
    """Return the leads of one column, with the values of a card."""
    return found.leads.filter(status=status).values_list(*COLUMNS, named=True)


def columns(found: Found, of: Sequence[Status]) -> list[Column]:
    """Return the columns of the statuses `of` with their first cards: four queries, however many columns."""
    if not of:
        return []
    firsts = [in_column(found, status).order_by(BY, "-pk")[: CARDS + 1] for status in of]
    rows: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in firsts[0].union(*firsts[1:], all=True) if len(firsts) > 1 else firsts[0]:
        rows[row.status_id].append(row)
    shown = {pk: sorted(mine, key=lambda row: (row.created_at, row.pk), reverse=True) for pk, mine in rows.items()}
    cards = {card.pk: card for card in cards_of([row for mine in shown.values() for row in mine[:CARDS]])}
    return [
        Column(
            head.status,
            head.count,
            head.worth,
            [cards[row.pk] for row in mine[:CARDS]],
            cursor_of(mine[CARDS - 1], BY.removeprefix("-")) if len(mine) > CARDS else "",
        )
        for head in heads(found, of)
        for mine in [shown.get(head.status.pk, [])]
    ]


def heads(found: Found, of: Iterable[Status]) -> list[Column]:
    """Return the columns without cards: count and worth, in one query.

    More than a capped number of leads are neither counted nor summed; both say so with a "+".
    """
    chosen = list(of)
    cap = searching.COMMON_CAP if found.is_common else COUNT_CAP
    figures = _figures(found, chosen, cap)
    return [Column(status, *_said(*figures[status.pk], cap)) for status in chosen]


def _figures(found: Found, of: Sequence[Status], cap: int) -> dict[uuid.UUID, tuple[int, Decimal]]:
    if not of:
        return {}
    parts, parameters = [], []
    for status in of:
        sql, values = found.leads.filter(status=status).order_by().values("value")[: cap + 1].query.sql_with_params()
        parts.append(f"SELECT %s::uuid, count(*), coalesce(sum(value), 0) FROM ({sql}) AS counted")  # noqa: S608 -- Django's own statement, its values apart
        parameters += [status.pk, *values]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        return {pk: (count, worth) for pk, count, worth in cursor.fetchall()}


def _said(count: int, worth: Decimal, cap: int) -> tuple[str, str]:
    more = "+" if count > cap else ""
    return f"{grouped(min(count, cap))}{more}", f"{rupees_in_words(worth)}{more}" if worth else ""


def cards_of(found: Collection[Any]) -> list[Card]:
    """Return the cards of `found`, leads or rows of `in_column`; two queries, whatever their number."""
    people = people_named({row.assigned_to_id for row in found if row.assigned_to_id})
    due, pages = next_due([row.pk for row in found]), reverse("leads:list")
    return [_card(row, people, due, pages) for row in found]


def _card(row: Any, people: Mapping[uuid.UUID, str], due: Mapping[uuid.UUID, dt.datetime], pages: str) -> Card:
    next_time = due.get(row.pk)
    return Card(
        pk=row.pk,
        url=f"{pages}{row.pk}/",
        version=row.version,
        name=row.name or phone_number(row.phone),
        phone=phone_number(row.phone),
        owner=people.get(row.assigned_to_id, ""),
        value="" if row.value is None else rupees(row.value),
        due=when(next_time),
        urgency=urgency(next_time),
        called=when_about(row.last_called_at) if row.last_called_at else "",
        created=when_about(row.created_at),
    )
