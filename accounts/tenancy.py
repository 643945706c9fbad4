"""The one tenant boundary: scoped managers, stamped rows, and the row-level security that stands under them."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from django.db import InterfaceError, OperationalError, connection, models, transaction
from django_scopes import ScopedManager as _ScopedManager
from django_scopes import get_scope, scope, scopes_disabled

from jini.lib.ids import uuid7

if TYPE_CHECKING:
    from accounts.models import Organisation


class OtherOrganisation(Exception):
    """A row of one organisation was about to be written inside the scope of another."""


class NoOrganisation(Exception):
    """Something that belongs to an organisation was attempted outside every scope."""


def current_organisation() -> "Organisation":
    """Return the organisation of the open scope; raise `NoOrganisation` outside of one."""
    organisation = get_scope().get("organisation")
    if organisation is None:
        raise NoOrganisation
    return cast("Organisation", organisation)


@contextmanager
def database_scope(organisation_id: uuid.UUID) -> Iterator[None]:
    """Name the organisation to PostgreSQL for the rest of this transaction, and un-name it at the end of the block.

    The setting is local to the transaction, so it cannot reach the next client of a pooled connection.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('jini.organisation', true), set_config('jini.organisation', %s, true)",
            [str(organisation_id)],
        )
        previous = cast("tuple[Any, ...]", cursor.fetchone())[0]
    try:
        yield
    finally:
        # A broken transaction forgets the setting by itself when it is rolled back.
        if not connection.needs_rollback and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('jini.organisation', %s, true)", [previous or ""])


@contextmanager
def acting_for(organisation: "Organisation") -> Iterator[None]:
    """Open the one scope that a request, a task step or a webhook works in: manager, keys and row-level security alike.

    It is one transaction: what the block writes is committed when the block ends, or not at all.
    """
    # The end of the transaction forgets the name by itself; only where it goes on, the former one is given back.
    named = database_scope if connection.in_atomic_block else _named_until_the_end
    with transaction.atomic(), scope(organisation=organisation), named(organisation.pk):
        yield


@contextmanager
def _named_until_the_end(organisation_id: uuid.UUID) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jini.organisation', %s, true)", [str(organisation_id)])
    yield


def ask_alone(organisation_id: uuid.UUID, question: str, values: Sequence[Any]) -> Any:
    """Return what the SQL expression `question`, a function that takes `values`, answers for an organisation.

    For what must be quick and needs no model: one journey to the database is the whole transaction, which names the
    organisation to row-level security like every scope, and is committed when this returns. It must be safe to ask
    twice: a connection that broke is made anew. Inside a transaction it is a part of that.
    """
    if connection.in_atomic_block:
        # The savepoint is within the scope, so that what fails leaves a transaction in which it can be closed.
        with database_scope(organisation_id), transaction.atomic():
            return _ask(f"SELECT {question}", values)
    # The expressions of one SELECT are evaluated in their order; in any other one, no row would be accepted.
    alone = f"SELECT set_config('jini.organisation', %s, true), {question}"
    # The question shows whether the connection still lives; asking that first would be another journey.
    is_old = connection.connection is not None
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return _ask(alone, [str(organisation_id), *values])
    except (OperationalError, InterfaceError):
        if not is_old or connection.is_usable():
            raise
        connection.close()
        return _ask(alone, [str(organisation_id), *values])


def _ask(statement: str, values: Sequence[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cast("tuple[Any, ...]", cursor.fetchone())[-1]


@contextmanager
def across_organisations(reason: str) -> Iterator[None]:
    """Leave the boundary of the managers, for `reason`. Row-level security still hides every tenant row.

    A consistency test lists the files that may call this.
    """
    if not reason:
        raise ValueError("say why")
    with scopes_disabled():
        yield


class OrganisationQuerySet(models.QuerySet[Any]):
    """Rows of one organisation; what is created in bulk is stamped like what is saved."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.stamp()
        return super().bulk_create(rows, *args, **kwargs)

    def write_like(self, model_row: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert `rows`, columns with their values, in one statement; what a row does not say is as in `model_row`.

        What `bulk_create` does for rows that come by the hundred while somebody waits: no model instance and no
        placeholder for each of thousands of values. Values are plain ones that JSON can say.
        """
        if not rows:
            return
        model_row.stamp()
        fields = self.model._meta.concrete_fields  # noqa: SLF001 -- Django's documented name
        common = {field.column: field.pre_save(model_row, add=True) for field in fields}
        # What the database itself fills in is no value that could be written.
        columns = [field for field in fields if not isinstance(common[field.column], models.Expression)]
        table = connection.ops.quote_name(self.model._meta.db_table)  # noqa: SLF001 -- as above
        names = ", ".join(connection.ops.quote_name(field.column) for field in columns)
        statement = (
            f"INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608 -- names of our own models
            f"FROM jsonb_populate_recordset(jsonb_populate_record(NULL::{table}, %s), %s)"
        )
        said = {field.column: common[field.column] for field in columns}
        values = [json.dumps(said, default=_as_json), json.dumps(rows, default=_as_json)]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    def rewrite(self, rows: Sequence[models.Model], fields: Sequence[str]) -> None:
        """Write `fields` of `rows`, which exist, in one statement.

        What `bulk_update` does, with a statement whose text does not grow with the rows: making that takes longer than
        writing them.
        """
        columns = [self.model._meta.get_field(name).attname for name in fields]  # noqa: SLF001 -- Django's documented name
        table = connection.ops.quote_name(self.model._meta.db_table)  # noqa: SLF001 -- as above
        written = [{name: getattr(row, name) for name in ("id", *columns)} for row in rows]
        statement = (
            f"UPDATE {table} t SET {', '.join(f'{name} = new.{name}' for name in columns)} "  # noqa: S608 -- names of our own models
            f"FROM jsonb_populate_recordset(NULL::{table}, %s) new WHERE t.id = new.id AND t.organisation_id = %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [json.dumps(written, default=_as_json), current_organisation().pk])


def _as_json(value: Any) -> str:
    """Write a moment to the microsecond, and an id."""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def scoped(
    queryset: type[models.QuerySet[Any]] = OrganisationQuerySet, *, manager: type[models.Manager[Any]] | None = None
) -> Any:
    """Return the manager of a tenant model: `queryset`, narrowed to the organisation of the open scope.

    A `manager` of one's own, which leaves rows out, takes the place of the queryset.
    """
    manager = manager or models.Manager.from_queryset(queryset)
    return _ScopedManager(organisation="organisation", _manager_class=manager)


class OrganisationOwned(models.Model):
    """A row that belongs to one organisation, and is found only inside its scope."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, editable=False, related_name="+", db_index=False
    )

    objects: ClassVar[Any] = scoped()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.stamp()
        super().save(*args, **kwargs)

    def stamp(self) -> None:
        """Give the row the organisation of the open scope; raise `OtherOrganisation` when it has another one."""
        organisation = current_organisation()
        if self.organisation_id is None:
            self.organisation = organisation
        elif self.organisation_id != organisation.pk:
            raise OtherOrganisation

    def reloaded(self) -> Self:
        """Return the row as it stands in the database now."""
        return type(self)._default_manager.get(pk=self.pk)  # noqa: SLF001 -- Django's documented name
