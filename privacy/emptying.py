"""Emptying every table of an organisation, in steps that each leave the database in order."""

import graphlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models

from accounts.models import AuditEntry, DueTask, Invitation, Membership
from accounts.tenancy import OrganisationOwned, current_organisation
from jini.lib import closing
from jini.lib.purging import owners_function
from privacy.models import Cancellation, VaultRecord

# Rows of one step, and how often the database may ask in it whether another table still names a row: 10 µs each on a
# machine with nothing else to do, so a quarter of a second for rows that much refers to.
MOST, MOST_ASKED = 5_000, 20_000
# Rows are told apart by the organisation's own column, whatever their managers leave out.
_SOME = "SELECT id FROM {table} WHERE organisation_id = %s AND id > %s ORDER BY id LIMIT %s"
_SOME_TIED = "SELECT id FROM {table} WHERE organisation_id = %s AND {column} IS NOT NULL ORDER BY id LIMIT %s"
_LOOSEN = "UPDATE {table} SET {column} = NULL WHERE organisation_id = %s AND id = ANY(%s)"
_DELETE = "DELETE FROM {table} WHERE organisation_id = %s AND id = ANY(%s)"
FIRST = uuid.UUID(int=0)
Ids = Sequence[uuid.UUID]
# The application may not delete from the log; the function sees for itself that the account has ended.
_purge_audit = owners_function("accounts_purge_audit")


@dataclass(frozen=True)
class Step:
    """One table to empty; with `loosen` only that column of it, which ties rows to their own like."""

    model: Any
    loosen: str = ""

    @property
    def label(self) -> str:
        return str(self.model._meta.label)  # noqa: SLF001 -- Django's documented name

    @property
    def most(self) -> int:
        """How many rows go at once: the fewer, the more refers to them."""
        return MOST if self.loosen else min(MOST, MOST_ASKED // max(_named_by(self.model), 1))

    def some(self, after: uuid.UUID) -> list[uuid.UUID]:
        """Return the ids of the next rows of the open scope."""
        organisation = current_organisation().pk
        if self.loosen:
            return _ids(self._sql(_SOME_TIED), [organisation, self.most])
        return _ids(self._sql(_SOME), [organisation, after, self.most])

    def take(self, ids: Ids) -> int:
        """Loosen or delete these rows, their files first; return how many."""
        organisation = current_organisation().pk
        if self.loosen:
            return _run(self._sql(_LOOSEN), [organisation, list(ids)])
        self._forget_files(ids)
        if self.model is AuditEntry:
            return _purge_audit(ids)
        return _run(self._sql(_DELETE), [organisation, list(ids)])

    def _sql(self, text: str) -> str:
        quoted = connection.ops.quote_name
        return text.format(table=quoted(self.model._meta.db_table), column=quoted(self.loosen))  # noqa: SLF001 -- as above

    def _forget_files(self, ids: Ids) -> None:
        forget = closing.files_of(self.label)
        if forget is not None:
            forget(ids)
            return
        for field in self.model._meta.concrete_fields:  # noqa: SLF001 -- as above
            if isinstance(field, models.FileField):
                named = getattr(self.model, "everything", self.model.objects).filter(pk__in=list(ids))
                for name in named.exclude(**{field.name: ""}).values_list(field.name, flat=True):
                    field.storage.delete(name)


@cache
def _named_by(model: Any) -> int:
    """Return how many columns of all tables refer to rows of `model`."""
    return sum(field.related_model is model for each in apps.get_models() for field in _references(each))


def _ids(statement: str, values: Sequence[Any]) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def _run(statement: str, values: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


@cache
def plan() -> tuple[Step, ...]:
    """Return what is emptied in which order: whatever refers to a table goes before it, people's places last.

    Left is what proves the end (`Cancellation`) and what a law keeps (`VaultRecord`).
    """
    tenants = [model for model in apps.get_models() if issubclass(model, OrganisationOwned)]
    tenants = [model for model in tenants if model not in {Cancellation, VaultRecord}]
    loose: dict[tuple[type, str], None] = {
        (model, field.attname): None
        for model in tenants
        for field in _references(model)
        if field.related_model is model
    }
    order: list[Any] = []
    while not order:
        try:
            order = list(graphlib.TopologicalSorter(_referring(tenants, loose)).static_order())
        except graphlib.CycleError as error:
            loose[_weakest(error.args[1])] = None
    shared = [Step(model) for model in (Invitation, Membership)]
    return (*(Step(model, column) for model, column in loose), *map(Step, order), *shared)


def _references(model: Any) -> "list[models.ForeignKey[Any, Any]]":
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]  # noqa: SLF001 -- as above


def _referring(tenants: Sequence[Any], loose: dict[tuple[type, str], None]) -> dict[Any, set[Any]]:
    """Return the tables that must be empty before each table is."""
    found: dict[Any, set[Any]] = {model: set() for model in tenants}
    for model in tenants:
        for field in _references(model):
            if field.related_model in found and (model, field.attname) not in loose:
                found[field.related_model].add(model)
    return found


def _weakest(circle: Sequence[Any]) -> tuple[type, str]:
    """Return a column that may be empty and whose emptying opens a circle of tables that refer to each other."""
    for model in circle:
        for field in _references(model):
            if field.null and field.related_model in circle:
                return model, field.attname
    raise LookupError(f"none of these may let go of another: {circle}")


def owes_no_more(but: str) -> None:
    """Take back whatever is owed for the open scope, except for the task `but`."""
    DueTask.objects.filter(organisation=current_organisation()).exclude(task=but).delete()


def forget_organisation() -> None:
    """Delete the last that is left of the open scope: its proof, what is owed for it, and its own row."""
    organisation = current_organisation()
    Cancellation.objects.all().delete()
    DueTask.objects.filter(organisation=organisation).delete()
    # Nothing refers to it any more; Django would look into the vault for that, which cannot be read.
    _run("DELETE FROM accounts_organisation WHERE id = %s", [organisation.pk])
