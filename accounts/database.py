"""Roles, grants and the proof that every tenant table is under row-level security and composite keys."""

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from accounts.migrations_tenancy import SEARCHER
from accounts.models import Membership
from accounts.tenancy import OrganisationOwned

# What is written once: the database refuses the application a change. Functions of the owner are the way of an erasure and
# of the schedule, and see for themselves that it is time.
APPEND_ONLY = ("accounts_auditentry", "privacy_acceptance", "privacy_choice")


class UnsafeTable(Exception):
    """A tenant table lacks a part of its boundary."""


def become_owner() -> None:
    """Make this process work as the login role of DATABASE_URL, which owns the tables and migrates them."""
    _work_as(settings.DATABASE_AS_OWNER)


def become_application() -> None:
    """Make this process work as the application's role again."""
    _work_as(settings.DATABASE_AS_APPLICATION)


def _work_as(options: str) -> None:
    if connection.settings_dict["USER"] != settings.DATABASE_ROLE:
        connection.close()
        connection.settings_dict["OPTIONS"]["options"] = options


def prepare() -> None:
    """Create the application's role, the one that text search works as, and the extensions, as the owner."""
    with connection.cursor() as cursor:
        for role in (settings.DATABASE_ROLE, SEARCHER):
            say_once(cursor, f"CREATE ROLE {connection.ops.quote_name(role)} NOLOGIN NOBYPASSRLS")
        for extension in ("pg_trgm", "btree_gin"):
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def say_once(cursor: Any, statement: str) -> None:
    """Run a statement about roles, whose end may be there already.

    Roles belong to the whole cluster: two databases that are migrated at once, as those of two test workers are, say the
    same, and a lock of one database keeps nobody out of the other.
    """
    cursor.execute(f"DO $$ BEGIN {statement}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$")


def grant() -> None:
    """Let the application's role use every table, and let it truncate or alter none."""
    role = connection.ops.quote_name(settings.DATABASE_ROLE)
    with connection.cursor() as cursor:
        say_once(cursor, f"GRANT {role} TO CURRENT_USER")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in APPEND_ONLY:
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {role}")
        for model in tenant_models():
            if sealed := getattr(model, "SEALED", ()):
                _seal(cursor, model, sealed, role)


def _seal(cursor: Any, model: type[OrganisationOwned], sealed: Collection[str], role: str) -> None:
    """Let the application write and delete rows, change none, and read all columns but those that are sealed."""
    quoted, meta = connection.ops.quote_name, model._meta  # noqa: SLF001 -- Django's documented name
    open_ones = ", ".join(quoted(str(field.column)) for field in meta.concrete_fields if field.name not in sealed)
    cursor.execute(f"REVOKE SELECT, UPDATE ON {quoted(meta.db_table)} FROM {role}")
    cursor.execute(f"GRANT SELECT ({open_ones}) ON {quoted(meta.db_table)} TO {role}")


def tenant_models() -> Iterator[type[OrganisationOwned]]:
    """Yield every model whose rows belong to an organisation."""
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, OrganisationOwned):
            yield model


_TABLE = """
SELECT c.relrowsecurity AND c.relforcerowsecurity,
       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = %(table)s || '_organisation'),
       NOT EXISTS (
           SELECT FROM pg_policy p
           WHERE p.polrelid = c.oid AND p.polname <> %(table)s || '_organisation'
             AND p.polroles <> ARRAY[%(searcher)s::regrole::oid]
       ),
       (SELECT a.attnotnull FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organisation_id'),
       EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = %(table)s || '_organisation_key')
FROM pg_class c WHERE c.relname = %(table)s AND c.relnamespace = 'public'::regnamespace
"""
_REFERENCE = """
SELECT EXISTS (
    SELECT FROM pg_constraint k
    JOIN pg_attribute o ON o.attrelid = k.conrelid AND o.attnum = k.conkey[1] AND o.attname = 'organisation_id'
    JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = k.conkey[2] AND c.attname = %s
    WHERE k.contype = 'f' AND k.conrelid = %s::regclass AND k.confrelid = %s::regclass
)
"""


def faults() -> list[str]:
    """Return what is missing of the boundary, one sentence each; empty when every tenant table is safe."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for model in tenant_models():
            table = model._meta.db_table  # noqa: SLF001 -- Django's documented name
            cursor.execute(_TABLE, {"table": table, "searcher": SEARCHER})
            row = cursor.fetchone()
            for is_there, part in zip(
                row or (False,) * 5,
                (
                    "forced row-level security",
                    "its policy",
                    "a policy that stands alone",
                    "NOT NULL",
                    "the organisation key",
                ),
                strict=True,
            ):
                if not is_there:
                    found.append(f"{table} lacks {part}")
            for field in _references(model):
                parent = field.related_model._meta.db_table  # noqa: SLF001 -- as above
                cursor.execute(_REFERENCE, [field.column, table, parent])
                if not cursor.fetchone()[0]:
                    found.append(f"{table}.{field.column} lacks a composite key to {parent}")
    return found


def _references(model: type[models.Model]) -> Iterator["models.ForeignKey[Any, Any]"]:

    for field in model._meta.concrete_fields:  # noqa: SLF001 -- as above
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, (OrganisationOwned, Membership)):
            yield field
