"""How records whose time is over are deleted, table by table: filled by the apps in `AppConfig.ready()`."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import F, Q

from jini.lib import personal_data
from jini.lib.ids import one_of
from jini.lib.personal_data import Whose
from jini.lib.retention import SCHEDULE, purges

TAKEN_BY = "privacy.actions.purging.purge_some"

Ids = Sequence[uuid.UUID]
# From the ids of people to the condition that a row is about one of them.
Way = Callable[[Ids], Any]


@dataclass(frozen=True)
class Purge:
    """What goes of `model` under `rule` of the schedule, counted from `at`: a column, a way to one, or an expression.

    `only` narrows the rows. `first(ids)` is called inside the transaction that deletes the rows, before they go: it
    deletes their files, and owes as due tasks what has to be deleted elsewhere. `remove(ids)` takes the place of a plain
    delete and returns how many are gone. `ways` are for tables from which no key leads to the person.
    """

    rule: str
    model: str
    at: str | models.expressions.Combinable
    only: Q = field(default_factory=Q)
    first: Callable[[Ids], None] | None = None
    remove: Callable[[Ids], int] | None = None
    ways: Mapping[Whose, Way] = field(default_factory=dict)
    # Rows of one step: fewer where much hangs on each.
    most: int = 5_000
    # Gives the condition that nothing hangs on a row any more that has to go before it, by its own rule.
    is_free: Callable[[], Any] | None = None
    # False: the database lets nobody change these rows, and so lock them.
    is_locked: bool = True

    @property
    def rows(self) -> Any:
        """All rows of the open scope, with `counted_from`; also those that the model's own lists leave out."""
        model: Any = apps.get_model(self.model)
        manager = getattr(model, "everything", model.objects)
        return manager.filter(self.only).annotate(counted_from=F(self.at) if isinstance(self.at, str) else self.at)

    def about(self, whose: Whose, ids: Ids) -> Any | None:
        """Return the condition that a row is about one of these leads or users; None: no row here is about any."""
        if whose in self.ways:
            return self.ways[whose](ids)
        table = next((table for table in personal_data.tables() if table.model == self.model), None)
        path = table.about.get(whose) if table else None
        return one_of(path, ids) if path else None


def owners_function(name: str) -> Callable[[Ids], int]:
    """Return what deletes rows of a table that is written once, by the function of its owner."""

    def remove(ids: Ids) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {name}(%s::uuid[])", [[str(each) for each in ids]])
            return int(cursor.fetchone()[0])

    return remove


_purges: dict[tuple[str, str], Purge] = {}


def register(*given: Purge) -> None:
    """Take in what an app deletes by itself. What refers to a table is registered before the table."""
    for purge in given:
        purges(purge.rule, TAKEN_BY)
        _purges[purge.rule, purge.model] = purge


def purges_of(rule: str) -> list[Purge]:
    """Return what goes under `rule`; higher apps first, since their rows refer to those of lower ones."""
    mine = [purge for purge in _purges.values() if purge.rule == rule]
    apps_upwards = list(dict.fromkeys(purge.model.split(".")[0] for purge in mine))
    return sorted(mine, key=lambda purge: -apps_upwards.index(purge.model.split(".")[0]))


def purged_rules() -> list[str]:
    """Return the rules under which something goes by itself, in the order of the schedule."""
    have = {rule for rule, _model in _purges}
    return [rule for rule in SCHEDULE if rule in have]


def hanging_on(purge: Purge) -> list[tuple[str, Purge]]:
    """Return what has a period of its own and would be deleted with rows of `purge`: (the key's name, its purge)."""
    if purge.remove is not None:
        return []
    keys = [
        (relation.related_model, relation.field.name)
        for relation in apps.get_model(purge.model)._meta.get_fields(include_hidden=True)  # noqa: SLF001 -- as below
        if isinstance(relation, models.ManyToOneRel) and relation.on_delete is models.CASCADE
    ]
    return [(name, other) for model, name in keys for other in _purges.values() if apps.get_model(other.model) is model]


def delete_rows(model: Any, ids: Ids) -> int:
    """Delete rows of the open scope with what hangs on them, in one statement for each table; return how many rows.

    What `QuerySet.delete` does, without fetching the rows. What may not lose them (PROTECT) the database refuses.
    """
    for relation in model._meta.get_fields(include_hidden=True):  # noqa: SLF001 -- Django's documented name
        if not (isinstance(relation, models.ManyToOneRel) and relation.field.concrete):
            continue
        hanging: Any = relation.related_model
        rows = getattr(hanging, "everything", hanging.objects).filter(one_of(relation.field.name, ids))
        if relation.on_delete is models.CASCADE:
            if below := list(rows.values_list("pk", flat=True)):
                delete_rows(hanging, below)
        elif relation.on_delete is models.SET_NULL:
            rows.update(**{relation.field.name: None})
    manager = getattr(model, "everything", model.objects)
    gone = manager.filter(one_of("pk", ids))
    return int(gone._raw_delete(gone.db))  # noqa: SLF001 -- Django's own way to a bare DELETE
