"""Custom fields that are made while a list is mapped: a column's heading becomes the name of the field."""

import re
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from leads.actions.custom_fields import save_custom_field
from leads.custom.reading import same_word
from leads.importing import stored
from leads.models import MOST_FIELDS, CustomField, ImportBatch

Kind = CustomField.Kind
PREFIX = "new:"
# A choice for every value of the column; of more than this it is no choice but a text.
MOST_DIFFERENT = 50
LONGEST_CHOICE = 60
STRETCH = 10_000
KINDS = {f"{PREFIX}{kind}": kind.label for kind in Kind if kind != Kind.CHOICES}


class CannotMakeField(Exception):
    """A column cannot become a field. `column` is its place, `why` what is wrong, in words."""

    def __init__(self, column: int, why: str) -> None:
        super().__init__(column)
        self.column, self.why = column, why


@transaction.atomic
def make_fields(batch: ImportBatch, wanted: Mapping[int, str], *, by: Membership) -> dict[int, str]:
    """Make the field of each column in `wanted` {column: a key of `KINDS`}; return {column: its key}.

    Raises `CannotMakeField`, and then makes none.
    """
    if not wanted:
        return {}
    present = list(CustomField.objects.all())
    taken = {same_word(field.name) for field in present}
    choosing = [column for column, kind in wanted.items() if kind == f"{PREFIX}{Kind.CHOICE}"]
    different = _different(batch, choosing)
    made: dict[int, str] = {}
    for column, kind in wanted.items():
        name = " ".join(batch.header[column].split())[:60] or str(_("Column %(number)s") % {"number": column + 1})
        if same_word(name) in taken:
            raise CannotMakeField(column, str(_("There is a field of this name already.")))
        if len(present) + len(made) >= MOST_FIELDS:
            raise CannotMakeField(column, str(_("There are 50 fields already, which is the most there can be.")))
        field = CustomField(name=name, kind=kind.removeprefix(PREFIX), position=len(present) + len(made))
        if column in different:
            field.choices = _choices(column, different[column])
        save_custom_field(field, fields=["name", "kind"], by=by)
        taken.add(same_word(name))
        made[column] = field.key
    return made


def _choices(column: int, values: Iterable[str]) -> list[dict[str, object]]:
    names = sorted(values)
    if not names:
        raise CannotMakeField(column, str(_("The column is empty: there is nothing to choose from.")))
    if len(names) > MOST_DIFFERENT or any(len(name) > LONGEST_CHOICE for name in names):
        raise CannotMakeField(column, str(_("It has too many or too long values for choices. Make it a text.")))
    return [
        {"key": str(key), "name": name, "name_hi": "", "is_active": True} for key, name in enumerate(names, start=1)
    ]


def _different(batch: ImportBatch, columns: Sequence[int]) -> dict[int, list[str]]:
    """The different values of each of `columns` over the whole file, at most one more than there may be."""
    found: dict[int, dict[str, str]] = {column: {} for column in columns}
    start = 0
    while columns and (stretch := stored.stretch(batch, start, STRETCH)).rows:
        for __, cells in stretch.rows:
            for column in columns:
                text = re.sub(r"\s+", " ", cells[column]).strip() if column < len(cells) else ""
                if text and len(found[column]) <= MOST_DIFFERENT:
                    found[column].setdefault(same_word(text), text)
        start = stretch.end
    return {column: list(values.values()) for column, values in found.items()}
