"""The columns of the lead list, which a member chooses: `columns=` in the address, with commas between the keys."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jini.lib.templatetags.jini import when, when_about
from jini.lib.words import phone_number, rupees, urgency
from leads.custom.showing import in_words
from leads.languages import LANGUAGES
from leads.languages import in_words as in_languages
from leads.models import CustomField
from leads.ordering import without

COLUMNS_IN_QUERY = "columns"
# More do not fit beside each other.
MOST_COLUMNS = 10
CORNER = "corner"
DEFAULT = ("phone", "city", "status", "owner", "value", "due", "called", "created")


@dataclass(frozen=True)
class Beside:
    """What the leads of a page name, by its id, and what hangs on them, by theirs; only what the columns need."""

    statuses: Mapping[uuid.UUID, SafeString]
    people: Mapping[uuid.UUID, str]
    due: Mapping[uuid.UUID, Any]
    tags: Mapping[uuid.UUID, str]
    outcomes: Mapping[uuid.UUID, str]


@dataclass(frozen=True)
class Column:
    """A column: what stands over it, the values of a lead that it needs, and what it says of one.

    `say` returns a text or markup, empty for nothing. `sort` is the order of `leads.ordering` that it leads to.
    """

    key: str
    label: Any
    needs: tuple[str, ...]
    say: Callable[[Any, Beside], Any]
    classes: str = ""
    sort: str = ""
    nothing: str | Promise = "–"
    is_always_shown: bool = False


def _due(lead: Any, beside: Beside) -> Any:
    due = beside.due.get(lead.pk)
    return format_html('<span class="{}">{}</span>', urgency(due), when(due)) if due else ""


def _called(lead: Any, _beside: Beside) -> Any:
    return when_about(lead.last_called_at) if lead.last_called_at else ""


def _value(lead: Any, _beside: Beside) -> str:
    return "" if lead.value is None else rupees(lead.value)


def _attempts(lead: Any, _beside: Beside) -> str:
    if not lead.attempts:
        return ""
    return _("%(attempts)s, %(connected)s connected") % {"attempts": lead.attempts, "connected": lead.connected}


def _plain(name: str) -> Callable[[Any, Beside], str]:
    return lambda lead, _beside: str(getattr(lead, name))


COLUMNS: Mapping[str, Column] = {
    column.key: column
    for column in (
        Column(
            "phone", gettext_lazy("Phone"), ("phone",), lambda lead, _beside: phone_number(lead.phone), "text-nowrap"
        ),
        Column("city", gettext_lazy("City"), ("city",), _plain("city"), nothing=""),
        Column(
            "status",
            gettext_lazy("Status"),
            ("status",),
            lambda lead, beside: beside.statuses[lead.status],
            CORNER,
            is_always_shown=True,
        ),
        Column(
            "owner",
            gettext_lazy("Owner"),
            ("assigned_to",),
            lambda lead, beside: beside.people.get(lead.assigned_to, ""),
            nothing=gettext_lazy("Nobody yet"),
            is_always_shown=True,
        ),
        Column("value", gettext_lazy("Value"), ("value",), _value, "num", "value"),
        Column(
            "score",
            gettext_lazy("Score"),
            ("score",),
            lambda lead, _beside: "" if lead.score is None else str(lead.score),
            "num",
        ),
        Column("due", gettext_lazy("Next follow-up"), (), _due, "text-nowrap"),
        Column("called", gettext_lazy("Last call"), ("last_called_at",), _called, "text-nowrap", "called"),
        Column(
            "created",
            gettext_lazy("Created"),
            ("created_at",),
            lambda lead, _beside: when_about(lead.created_at),
            "text-nowrap",
            "created",
        ),
        Column("email", gettext_lazy("E-mail"), ("email",), _plain("email"), "text-break"),
        Column("region", gettext_lazy("State"), ("region",), _plain("region")),
        Column("source", gettext_lazy("Source"), ("source",), _plain("source")),
        Column(
            "language",
            gettext_lazy("Language"),
            LANGUAGES,
            lambda lead, _beside: in_languages([lead.language, *lead.other_languages]),
        ),
        Column("attempts", gettext_lazy("Attempts"), ("attempts", "connected"), _attempts),
        Column(
            "outcome",
            gettext_lazy("Last outcome"),
            ("last_disposition_id",),
            lambda lead, beside: beside.outcomes.get(lead.last_disposition_id, ""),
        ),
        Column("tags", gettext_lazy("Tags"), (), lambda lead, beside: beside.tags.get(lead.pk, "")),
    )
}


def of_list(query: Mapping[str, str], fields: Iterable[CustomField]) -> list[Column]:
    """Return the columns of the list `query`; the custom `fields` are asked for only where it names columns."""
    return chosen(query, every_column(fields if query.get(COLUMNS_IN_QUERY) else ()))


def every_column(fields: Iterable[CustomField]) -> dict[str, Column]:
    """Return what may be chosen by its key, the custom `fields` last."""
    return {**COLUMNS, **{field.key: _answer(field) for field in fields}}


def _answer(field: CustomField) -> Column:
    is_amount = field.kind in {CustomField.Kind.NUMBER, CustomField.Kind.MONEY}
    return Column(
        field.key,
        field.label,
        ("custom",),
        lambda lead, _beside: in_words(field, lead.custom.get(field.key)),
        "num" if is_amount else "text-break",
    )


def chosen(query: Mapping[str, str], columns: Mapping[str, Column]) -> list[Column]:
    """Return the columns that `query` asks for, in its order; what is there no more is left out."""
    asked = [columns[key] for key in dict.fromkeys(query.get(COLUMNS_IN_QUERY, "").split(",")) if key in columns]
    return asked[:MOST_COLUMNS] or [columns[key] for key in DEFAULT]


def with_columns(query: QueryDict, keys: Iterable[str]) -> str:
    """Return the query string of the list `query` with these columns."""
    wanted = list(dict.fromkeys(key for key in keys if key))[:MOST_COLUMNS]
    rest = without(query, COLUMNS_IN_QUERY, "pick")
    if wanted and tuple(wanted) != DEFAULT:
        rest[COLUMNS_IN_QUERY] = ",".join(wanted)
    return rest.urlencode()
