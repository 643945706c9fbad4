"""A backup of the whole database, and working on with it as if it had been restored."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections

from accounts import database


@contextmanager
def backups() -> Iterator[list[str]]:
    """The name of the database, and of the backup that is made with `back_up`; at the end it goes."""
    names = [str(connection.settings_dict["NAME"])]
    yield names
    connections.close_all()
    connection.settings_dict["NAME"] = names[0]
    for name in names[1:]:
        as_owner(f'DROP DATABASE "{name}"')


def as_owner(statement: str) -> None:
    database.become_owner()
    try:
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement)
    finally:
        database.become_application()


def back_up(names: list[str]) -> None:
    """Copy the whole database, file by file, as it is now."""
    names.append(f"{names[0]}_backup")
    connections.close_all()
    # A thread of an earlier test that served pages may still be connected, and PostgreSQL copies what nobody uses.
    as_owner(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{names[0]}'")
    as_owner(f'CREATE DATABASE "{names[1]}" TEMPLATE "{names[0]}"')


def restore(names: list[str]) -> None:
    """Work on with the backup, as if it had been put in the place of the database."""
    connections.close_all()
    connection.settings_dict["NAME"] = names[1]
