"""What becomes of what is held about a lead who is erased: along the registry of personal data, and as apps say here.

Apps fill it in `AppConfig.ready()`. A table that says nothing here is dealt with as `jini.lib.personal_data` declares it.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

from jini.lib import personal_data
from jini.lib.ids import one_of
from jini.lib.personal_data import Erase, Table, Whose
from jini.lib.purging import delete_rows

Ids = Sequence[uuid.UUID]
# Rows of one table that go in one statement.
MOST = 5_000


@dataclass(frozen=True)
class Step:
    """What is done to one table. `way(leads)` is the condition that a row is about one of the leads.

    `erase(rows)` gets their ids and returns how many were dealt with; afterwards the condition finds none of them, or
    `only` leaves them out. It deletes files before rows, and owes as due tasks what has to go elsewhere.
    """

    model: str
    way: Callable[[Ids], Any]
    erase: Callable[[Ids], int]

    @property
    def rows(self) -> Any:
        """Every row of the open scope."""
        model: Any = apps.get_model(self.model)
        return getattr(model, "everything", model.objects).all()

    def about(self, leads: Ids) -> Any:
        return self.rows.filter(self.way(leads))


@dataclass(frozen=True)
class Subject:
    """What one app, which owns leads, says of them.

    `whole(lead)` returns every lead that is the same person, merged ones too. `values(leads)` returns what would tell who
    they are: {"phones": E.164, "emails": …, "names": …}. `hide(leads)` takes them out of everybody's sight at once.
    `strip(leads)` takes out of them what tells who they are; `drop(leads)` removes those on which nothing hangs.
    """

    whole: Callable[[uuid.UUID], list[uuid.UUID]]
    values: Callable[[Ids], dict[str, list[str]]]
    hide: Callable[[Ids], None]
    strip: Callable[[Ids], int]
    drop: Callable[[Ids], int]


@dataclass
class _Registry:
    subject: Subject | None = None
    steps: dict[str, Step] = field(default_factory=dict)


_registry = _Registry()


def register_subject(subject: Subject) -> None:
    _registry.subject = subject


def register(*steps: Step) -> None:
    """Have these tables dealt with in their own way."""
    _registry.steps |= {step.model: step for step in steps}


def subject() -> Subject:
    """Return what the app that owns leads says of them."""
    if _registry.subject is None:
        raise LookupError("no app owns leads")
    return _registry.subject


def steps() -> list[Step]:
    """Return what is done, table by table: higher apps first, since their rows refer to those of lower ones.

    The leads themselves are no step; they come last, see `Subject`.
    """
    found: dict[str, Step] = dict(_registry.steps)
    for table in personal_data.tables():
        path = table.about.get(Whose.LEAD)
        if path and path != "pk" and table.model not in found and table.erase is not Erase.KEEP:
            found[table.model] = Step(table.model, _way_along(path), _as_declared(table))
    upwards = list(dict.fromkeys(table.model.split(".")[0] for table in personal_data.tables()))
    return sorted(found.values(), key=lambda step: (-upwards.index(step.model.split(".")[0]), step.model))


def _way_along(path: str) -> Callable[[Ids], Any]:
    return lambda leads: one_of(path, leads)


def _as_declared(table: Table) -> Callable[[Ids], int]:
    if table.erase is Erase.PROVIDER:
        # Deleting the row alone would leave what is elsewhere, and forget where it is.
        raise LookupError(f"{table.model} is deleted elsewhere, too: register a Step that does it (jini.lib.erasing)")

    def delete(rows: Ids) -> int:
        return delete_rows(apps.get_model(table.model), rows)

    return delete


def erase_about(step: Step, leads: Ids) -> int:
    """Deal with some rows of one table in the open transaction; return how many, 0 when none is left."""
    rows = list(step.about(leads).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)[:MOST])
    return step.erase(rows) if rows else 0


def erase_wholly(leads: Ids) -> int:
    """Erase leads whose time is over, in the open transaction; return how many. They may come in again later."""
    for step in steps():
        while erase_about(step, leads):
            pass
    erased = subject().strip(leads)
    subject().drop(leads)
    return erased


def kept_in_spite() -> Mapping[str, str]:
    """Return the tables that an erasure leaves by law, with the ground: {model: ground}."""
    return {
        table.model: table.ground
        for table in personal_data.tables()
        if table.erase is Erase.KEEP and table.whose in {Whose.LEAD, Whose.CALLER}
    }
