"""The rows of the lead list, with everything in words: what a page of fifty needs, and no more than that."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Min
from django.urls import reverse

from accounts.models import Membership
from accounts.models.user import name_of
from jini.lib.templatetags.jini import when, when_about
from jini.lib.words import phone_number, rupees, urgency
from leads.models import FollowUp, Status

# Values and no model instances, which would take longer than the query. And of the lead alone: with a table joined to it
# PostgreSQL may begin with that one, and sort all leads instead of reading a page of them in their order.
COLUMNS = (
    "pk",
    "name",
    "phone",
    "city",
    "value",
    "last_called_at",
    "created_at",
    "status",
    "assigned_to",
    "sort_value",
)


@dataclass(frozen=True, slots=True)
class ListRow:
    """A lead as the list shows it; what there is not is empty."""

    pk: uuid.UUID
    url: str
    name: str
    phone: str
    city: str
    status: str
    colour: str
    owner: str
    value: str
    due: Any
    urgency: str
    called: Any
    created: Any


def list_rows(found: Sequence[Any]) -> list[ListRow]:
    """Return the rows of `found`, which has the values `COLUMNS`; three queries more, whatever their number."""
    beside = _Beside(
        statuses=Status.objects.in_bulk({values.status for values in found}),
        people=_people({values.assigned_to for values in found if values.assigned_to}),
        due=_next_due(found),
        # A lead's page stands below the list; asking for fifty addresses one by one takes a millisecond.
        pages=reverse("leads:list"),
    )
    return [_row(values, beside) for values in found]


@dataclass(frozen=True)
class _Beside:
    """What rows name, by its id."""

    statuses: Mapping[uuid.UUID, Status]
    people: Mapping[uuid.UUID, str]
    due: Mapping[uuid.UUID, dt.datetime]
    pages: str


def _people(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    names = Membership.objects.filter(pk__in=ids).values_list(
        "pk", "user__first_name", "user__last_name", "user__email"
    )
    return {pk: name_of(*name) for pk, *name in names}


def _next_due(found: Sequence[Any]) -> dict[uuid.UUID, dt.datetime]:
    """When something is next due to each of the leads; whoever owes it."""
    open_ones = FollowUp.objects.open().filter(lead__in=[values.pk for values in found])
    return dict(open_ones.values_list("lead").annotate(Min("due_at")))


def _row(values: Any, beside: _Beside) -> ListRow:
    value: Decimal | None = values.value
    status, due = beside.statuses[values.status], beside.due.get(values.pk)
    return ListRow(
        pk=values.pk,
        url=f"{beside.pages}{values.pk}/",
        name=values.name or values.phone,
        phone=phone_number(values.phone),
        city=values.city,
        status=status.label,
        colour=status.colour,
        owner=beside.people.get(values.assigned_to, ""),
        value="" if value is None else rupees(value),
        due=when(due),
        urgency=urgency(due),
        called=when_about(values.last_called_at) if values.last_called_at else "",
        created=when_about(values.created_at),
    )
