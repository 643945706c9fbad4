"""Migrations that stand for others."""

import pytest
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


def test_what_stands_for_other_migrations_leads_to_the_same_models_and_order_of_columns(loader):
    plan = dict.fromkeys(node for leaf in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(leaf))
    short, long = ProjectState(), ProjectState()

    for node in plan:
        migration = loader.graph.nodes[node]
        short = migration.mutate_state(short, preserve=False)
        for step in [loader.disk_migrations[name] for name in migration.replaces] or [migration]:
            long = step.mutate_state(long, preserve=False)

    assert {node[0] for node in plan if loader.graph.nodes[node].replaces} == {
        "accounts",
        "dialer",
        "leads",
        "privacy",
        "reports",
        "teams",
    }
    assert MigrationAutodetector(long, short).changes(graph=loader.graph) == {}
    assert columns(short) == columns(long)


def columns(state: ProjectState) -> dict[tuple[str, str], list[str]]:
    return {name: list(model.fields) for name, model in state.models.items()}


def test_what_stands_for_other_migrations_names_each_once(loader):
    replaced = [name for migration in loader.disk_migrations.values() for name in migration.replaces]

    assert len(replaced) == len(set(replaced))
    assert set(replaced) <= set(loader.disk_migrations)
