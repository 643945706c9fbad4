"""The migrated cluster that the tests begin with."""

import os
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from jini.local import template
from jini.local.postgresql import PostgreSQL
from jini.local.tests.test_services import ask, cluster, ground, running  # noqa: F401 -- a fixture of theirs


@pytest.fixture
def without_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PostgreSQL.variable)


@pytest.mark.usefixtures("without_servers")
def test_it_is_made_once_and_a_server_begins_with_a_copy(ground: Path) -> None:  # noqa: F811 -- the fixture
    made = template.migrated_cluster()
    assert made is not None
    server = cluster(ground, temporary=True)
    server.template = made

    with running(server):
        assert ask(server, "SELECT count(*) > 20 FROM django_migrations") == [(True,)]
        assert ask(server, "INSERT INTO jini_cache VALUES ('a', 'b', now())") == []
    assert template.migrated_cluster() == made
    assert not (made / "postmaster.pid").exists()


def test_where_a_server_is_named_none_is_made() -> None:
    assert PostgreSQL.variable in os.environ
    assert template.migrated_cluster() is None


def test_another_migration_means_another_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = template._digest()
    assert template._digest() == before
    for name in ("leads/migrations", "accounts"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "leads" / "migrations" / "0001_initial.py").write_text("one")
    monkeypatch.setattr(template, "CHECKOUT", tmp_path)
    first = template._digest()
    (tmp_path / "leads" / "migrations" / "0001_initial.py").write_text("two")

    assert len({before, first, template._digest()}) == 3


def test_the_database_of_the_tests_is_migrated_to_the_end(db: None) -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
