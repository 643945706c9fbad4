"""`migrate` prepares and grants beside migrating, but not for who only looks."""

import pytest
from django.core.management import call_command

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
