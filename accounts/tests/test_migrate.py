"""`migrate` prepares and grants beside migrating, but not for who only looks."""

from contextlib import ExitStack
from threading import Thread

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection

from accounts import database
from accounts.management.commands.migrate import Command


@pytest.fixture(autouse=True)
def _as_who_we_are(db, monkeypatch):
    """The owner's connection would be another one, outside of the test."""
    monkeypatch.setattr(database, "become_owner", lambda: None)
    monkeypatch.setattr(Command, "_create_cache_table", lambda self: None)


@pytest.mark.parametrize("option", ["plan", "check_unapplied"])
def test_who_asks_what_would_be_done_changes_nothing(monkeypatch, capsys, option):
    for name in ("prepare", "grant", "faults"):
        monkeypatch.setattr(database, name, lambda name=name: pytest.fail(f"{name} was called"))

    call_command("migrate", **{option: True})

    if option == "plan":
        assert "Planned operations" in capsys.readouterr().out


def test_who_migrates_is_prepared_and_granted(monkeypatch):
    called = []
    for name in ("prepare", "grant", "faults"):
        monkeypatch.setattr(database, name, lambda name=name: called.append(name))

    call_command("migrate", verbosity=0, interactive=False)

    assert called == ["prepare", "grant", "faults"]


def test_two_databases_that_are_prepared_at_once_make_one_role():
    role = "jini_test_of_two"
    with ExitStack() as stack:
        first, second = (_as_who_logs_in(stack) for _each in range(2))
        first.execute(f"CREATE ROLE {role} NOLOGIN")
        waiting = Thread(target=database.say_once, args=(second, f"CREATE ROLE {role} NOLOGIN"))
        waiting.start()
        waiting.join(timeout=0.5)
        assert waiting.is_alive()
        first.connection.commit()
        waiting.join(timeout=30)
        try:
            second.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
            assert second.fetchone() == (1,)
        finally:
            second.connection.rollback()
            first.execute(f"DROP ROLE {role}")
            first.connection.commit()


def _as_who_logs_in(stack):
    """A cursor of a connection of its own, which works as the role of DATABASE_URL."""
    other = psycopg2.connect(connection.connection.dsn, password=connection.settings_dict["PASSWORD"])
    stack.callback(other.close)
    cursor = other.cursor()
    cursor.execute("SET ROLE NONE")
    return cursor
