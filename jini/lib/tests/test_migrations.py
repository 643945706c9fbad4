"""Tables that are created together."""

import re

import pytest
from django.db import connection
from django.db.migrations import CreateModel, Migration
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import CASCADE, AutoField, ForeignKey

from jini.lib.migrations import CreateModels


@pytest.fixture
def kitchen() -> Migration:
    """Return a migration of two models, each of which points to the other."""
    migration = Migration("0001_initial", "kitchen")
    migration.operations = [
        CreateModels(
            CreateModel("Pot", [("id", AutoField(primary_key=True)), ("lid", ForeignKey("kitchen.Lid", CASCADE))]),
            CreateModel("Lid", [("id", AutoField(primary_key=True)), ("pot", ForeignKey("kitchen.Pot", CASCADE))]),
        )
    ]
    return migration


def test_models_that_point_to_each_other_are_rendered_once_and_have_their_tables_and_keys(db, kitchen, monkeypatch):
    rendered = []
    render = ModelState.render
    monkeypatch.setattr(ModelState, "render", lambda model, apps: rendered.append(model.name) or render(model, apps))
    state = ProjectState()
    state.apps  # noqa: B018 -- rendered from the beginning, as `migrate` does it

    with connection.schema_editor(collect_sql=True) as editor:
        kitchen.apply(state, editor)

    sql = "\n".join(editor.collected_sql)
    assert sorted(rendered) == ["Lid", "Pot"]
    assert re.findall(r'CREATE TABLE "(\w+)"', sql) == ["kitchen_pot", "kitchen_lid"]
    assert re.findall(r'ALTER TABLE "(\w+)" ADD CONSTRAINT .* FOREIGN KEY .* REFERENCES "(\w+)"', sql) == [
        ("kitchen_pot", "kitchen_lid"),
        ("kitchen_lid", "kitchen_pot"),
    ]


def test_they_go_in_the_reverse_order(db, kitchen):
    with connection.schema_editor(collect_sql=True) as editor:
        kitchen.unapply(ProjectState(), editor)

    assert re.findall(r'DROP TABLE "(\w+)"', "\n".join(editor.collected_sql)) == ["kitchen_lid", "kitchen_pot"]


def test_it_says_what_it_creates(kitchen):
    (operation,) = kitchen.operations

    assert operation.describe() == "Create models Pot, Lid"
    assert operation.migration_name_fragment == "pot_lid"
