"""Which rows and columns of which tables, and which files, belong into a copy: by the inventory alone."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage
from django.db.models import Model, Q, QuerySet

from accounts.models import Organisation
from accounts.tenancy import OrganisationOwned, acting_for
from jini.lib import personal_data
from jini.lib.personal_data import Column, Table, Whose
from privacy.models import Export

COPIES = {
    Export.Kind.MINE: personal_data.Export.MINE,
    Export.Kind.LEAD: personal_data.Export.LEAD,
    Export.Kind.ORGANISATION: personal_data.Export.ORGANISATION,
}


class NoWay(Exception):
    """The inventory puts a table into a copy, and names no way from its rows to whom the copy is about."""


@dataclass(frozen=True)
class Part:
    """One table in a copy: `names` are the columns as the database knows them, the key first."""

    table: Table
    model: type[Model]
    columns: tuple[Column, ...]
    rows: "QuerySet[Any]"

    @property
    def name(self) -> str:
        """What its files are called: "leads.lead"."""
        return self.model._meta.label_lower  # noqa: SLF001 -- Django's documented name

    @property
    def fields(self) -> "dict[str, Any]":
        """{column in the database: field}, the key first, in the order of the inventory."""
        meta: Any = self.model._meta  # noqa: SLF001 -- as above
        found: dict[str, Any] = {meta.pk.column: meta.pk}
        for column in self.columns:
            field: Any = meta.get_field(column.name)
            found.setdefault(field.column, field)
        return found


def parts_of(export: Export) -> list[Part]:
    """Return the tables of a copy, in the order of the inventory."""
    return [_part(export, table, columns) for table, columns in _tables(COPIES[Export.Kind(export.kind)])]


def _tables(copy: personal_data.Export) -> Iterator[tuple[Table, tuple[Column, ...]]]:
    for table in personal_data.tables():
        columns = tuple(column for column in table.each() if copy in column.export)
        if columns:
            yield table, columns


def _part(export: Export, table: Table, columns: tuple[Column, ...]) -> Part:
    model = apps.get_model(table.model)
    # Managers may leave rows out, such as leads in the bin, which are held all the same.
    rows = model._base_manager.filter(_condition(export, table, model))  # noqa: SLF001 -- Django's documented name
    return Part(table, model, columns, rows)


def _condition(export: Export, table: Table, model: type[Model]) -> Q:
    mine = _of_organisation(export.organisation_id, table, model)
    if export.kind == Export.Kind.ORGANISATION:
        return mine
    if export.kind == Export.Kind.MINE:
        if Whose.USER not in table.about:
            raise NoWay(table.model)
        own = Q(**{table.about[Whose.USER]: export.created_by.user_id})
        # What belongs to a person and to no organisation is theirs whatever organisation they look from.
        return own & mine if _names_organisation(model) else own
    if Whose.LEAD in table.about:
        return mine & Q(**{table.about[Whose.LEAD]: export.lead_id})
    if table.number:
        return mine & Q(**{f"{table.number}__in": sorted(numbers_of(export.lead_id))})
    raise NoWay(table.model)


def _names_organisation(model: type[Model]) -> bool:
    return issubclass(model, OrganisationOwned) or any(
        field.name == "organisation"
        for field in model._meta.get_fields()  # noqa: SLF001 -- Django's documented name
    )


def _of_organisation(organisation_id: uuid.UUID, table: Table, model: type[Model]) -> Q:
    """Rows of the organisation; of a table that does not name it, those of its people."""
    if model is Organisation:
        return Q(pk=organisation_id)
    if _names_organisation(model):
        return Q(organisation=organisation_id)
    way = table.about.get(Whose.USER)
    if way is None:
        raise NoWay(table.model)
    prefix = "" if way == "pk" else f"{way}__"
    return Q(**{f"{prefix}memberships__organisation": organisation_id})


def numbers_of(lead_id: uuid.UUID | None) -> set[str]:
    """Return the numbers of a lead: those of every table that the inventory says holds some of its."""
    found: set[str] = set()
    for table in personal_data.tables():
        if table.number and table.whose is Whose.LEAD:
            model = apps.get_model(table.model)
            rows = model._base_manager.filter(**{table.about[Whose.LEAD]: lead_id})  # noqa: SLF001 -- as above
            found |= set(rows.values_list(table.number, flat=True))
    return found - {""}


@dataclass(frozen=True)
class Stored:
    """A file that belongs to a row: `name` as people gave it, `stored` as the storage knows it."""

    table: str
    key: Any
    name: str
    stored: str
    bytes: int
    storage: Storage


FILES = 500


def files_of(export: Export, organisation: Organisation) -> Iterator[Stored]:
    """Yield the files of a copy, a few hundred in each scope: whoever packs them is in none, and takes long."""
    copy = COPIES[Export.Kind(export.kind)]
    by_model = {table.model: table for table in personal_data.tables()}
    for store in personal_data.file_stores():
        for place in store.fields if copy in store.export else ():
            label, _, field = place.rpartition(".")
            after: Any = None
            while (rows := _files(organisation, export, by_model[label], field, after)) is not None:
                found, after = rows
                yield from found


def _files(
    organisation: Organisation, export: Export, table: Table, field: str, after: Any
) -> tuple[list[Stored], Any] | None:
    """The next files of one column, and the key of the last row; None behind the end."""
    model = apps.get_model(table.model)
    with acting_for(organisation):
        rows = model._base_manager.filter(_condition(export, table, model)).exclude(**{field: ""})  # noqa: SLF001 -- as above
        found = list((rows.filter(pk__gt=after) if after else rows).order_by("pk")[:FILES])
    return ([_stored(row, field) for row in found], found[-1].pk) if found else None


def _stored(row: Any, field: str) -> Stored:
    file = getattr(row, field)
    name = getattr(row, "name", "") or PurePath(file.name).name
    size = file.size if file.storage.exists(file.name) else 0
    return Stored(row._meta.label_lower, row.pk, name, file.name, size, file.storage)  # noqa: SLF001 -- as above


def left_out(export: Export) -> list[tuple[str, str, str]]:
    """Return what is held and in no copy at all: (table, columns, why)."""
    found = []
    for table in personal_data.tables():
        by_reason: dict[str, list[str]] = {}
        for column in table.each():
            if column.kind.is_personal and not column.export:
                by_reason.setdefault(column.why_not, []).append(column.name)
        found += [(table.model, " ".join(names), why) for why, names in by_reason.items()]
    return found
