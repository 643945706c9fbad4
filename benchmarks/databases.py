"""Scratch databases: one that is migrated once, and a copy of it for each workload."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 -- a class, whatever its case

from jini.local.services import CHECKOUT


@contextmanager
def migrated() -> Iterator[str]:
    """Yield the address of a new, migrated database without rows.

    Beside the tests' own servers it begins as a copy of the one they keep migrated, as their databases do.
    """
    template = os.environ.get("JINI_TEST_TEMPLATE")
    with _scratch(f'TEMPLATE "{template}"' if template else "") as url:
        _call("migrate", "--verbosity", "0", url=url)
        yield url


@contextmanager
def copy_of(template: str) -> Iterator[str]:
    """Yield the address of a copy of the database `template`, to which nobody may be connected."""
    with _scratch(f'TEMPLATE "{urlsplit(template).path[1:]}"') as url:
        yield url


def connect() -> Connection:
    """Return a connection of our own to DATABASE_URL as its login role, which owns the tables, in autocommit."""
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    return connection


@contextmanager
def _scratch(options: str = "") -> Iterator[str]:
    name = f"jini_bench_{secrets.token_hex(6)}"
    server = urlsplit(os.environ["DATABASE_URL"])
    with closing(psycopg2.connect(urlunsplit(server._replace(path="/postgres")))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" {options}')
            try:
                yield urlunsplit(server._replace(path=f"/{name}"))
            finally:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _call(*command: str, url: str) -> None:
    environment = os.environ | {"DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", *command], cwd=CHECKOUT, env=environment, check=True)
