"""How records that belong to no organisation are deleted when their time is over: filled in `AppConfig.ready()`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.apps import apps
from django.db import connection, models
from django.db.models import F, Min, Q

from jini.lib.retention import SCHEDULE, purges

TAKEN_BY = "privacy.actions.shared_purging.purge_some"
MOST = 5_000


class SharedPurge(Protocol):
    """What goes of one table under one rule of the schedule. `take` deletes some of what is due, and says how many."""

    @property
    def rule(self) -> str: ...

    def total(self) -> int: ...

    def due(self, cutoff: dt.datetime) -> int: ...

    def take(self, cutoff: dt.datetime) -> int: ...

    def oldest(self) -> dt.datetime | None: ...


@dataclass(frozen=True)
class OfModel:
    """Rows of a model, counted from `at`, narrowed by `only`; `remove(ids)` takes the place of a plain delete."""

    rule: str
    model: str
    at: str | models.expressions.Combinable
    only: Q = field(default_factory=Q)
    remove: Callable[[list[Any]], int] | None = None

    def _rows(self) -> Any:
        model: Any = apps.get_model(self.model)
        return model.objects.filter(self.only).annotate(
            counted_from=F(self.at) if isinstance(self.at, str) else self.at
        )

    def total(self) -> int:
        return int(self._rows().count())

    def due(self, cutoff: dt.datetime) -> int:
        return int(self._rows().filter(counted_from__lt=cutoff).count())

    def take(self, cutoff: dt.datetime) -> int:
        due = self._rows().filter(counted_from__lt=cutoff).order_by("counted_from", "pk")
        ids = list(due.values_list("pk", flat=True)[:MOST])
        if not ids:
            return 0
        if self.remove:
            return self.remove(ids)
        model: Any = apps.get_model(self.model)
        model.objects.filter(pk__in=ids).delete()
        return len(ids)

    def oldest(self) -> dt.datetime | None:
        at: dt.datetime | None = self._rows().aggregate(at=Min("counted_from"))["at"]
        return at


@dataclass(frozen=True)
class OfTable:
    """Rows of a table without a model, which say in a column when they end."""

    rule: str
    table: str
    ends_at: str
    lasts: dt.timedelta

    def _ask(self, question: str, *values: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(question.format(table=self.table, ends_at=self.ends_at, most=MOST), values)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else cursor.rowcount

    def total(self) -> int:
        return int(self._ask("SELECT count(*) FROM {table}"))

    def due(self, cutoff: dt.datetime) -> int:
        return int(self._ask("SELECT count(*) FROM {table} WHERE {ends_at} < %s", cutoff + self.lasts))

    def take(self, cutoff: dt.datetime) -> int:
        some = (
            "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {ends_at} < %s LIMIT {most}))"
        )
        return int(self._ask(some, cutoff + self.lasts))

    def oldest(self) -> dt.datetime | None:
        at: dt.datetime | None = self._ask("SELECT min({ends_at}) FROM {table}")
        return at - self.lasts if at else None


_purges: list[SharedPurge] = []


def register(*given: SharedPurge) -> None:
    """Take in what an app deletes by itself of what belongs to no organisation."""
    for purge in given:
        _purges.append(purge)
        # Of proofs only those of people go so: the page does not promise it of all.
        if purge.rule != "acceptances":
            purges(purge.rule, TAKEN_BY)


def rules() -> list[str]:
    """Return the rules under which something shared goes by itself, in the order of the schedule."""
    have = {purge.rule for purge in _purges}
    return [rule for rule in SCHEDULE if rule in have]


def purges_of(rule: str) -> list[SharedPurge]:
    return [purge for purge in _purges if purge.rule == rule]
