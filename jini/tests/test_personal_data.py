"""What is held is declared, and what is declared is held: walks tables, files, cache keys and log lines."""

import ast
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models

from jini.celery import app as celery
from jini.lib import personal_data as registry
from jini.lib.personal_data import Erase, Kind, Whose
from jini.lib.personal_data_checks import explained, gaps_in, kept, nothing_is_undeclared
from jini.lib.personal_data_faults import each_fault
from jini.lib.retention import SCHEDULE, longer_than_personal, purge_of
from jini.tests.test_consistency import OURS, ROOT, called, parsed

ABOUT = {Whose.LEAD: "leads.Lead", Whose.USER: "accounts.User"}


def test_every_column_of_every_model_is_declared_and_nothing_else():
    gaps = gaps_in(registry.tables(), kept())

    assert not gaps, explained(gaps)
    assert gaps_in([], kept()) != []


def test_the_check_of_the_system_tells_what_to_do(monkeypatch):
    assert nothing_is_undeclared() == []

    monkeypatch.setattr(registry, "tables", list)

    assert nothing_is_undeclared()[0].id == "jini.E010"
    assert "accounts/personal_data.py" in nothing_is_undeclared()[0].msg


def test_a_missing_column_and_one_that_is_gone_would_be_noticed():
    held = kept()
    held["leads.Lead"] = held["leads.Lead"] - {"pin"} | {"blood_group"}
    del held["dialer.Call"]
    held["dialer.Diary"] = {"id"}

    assert gaps_in(registry.tables(), held) == [
        "dialer.Diary is not declared",
        "dialer.Call is declared, but there is no such model",
        "leads.Lead.blood_group is not declared",
        "leads.Lead.pin is declared and does not exist",
    ]
    assert "leads/personal_data.py" in explained(["leads.Lead.blood_group is not declared"])
    assert "accounts/personal_data.py" in explained(["auth.Group.age is not declared"])


def test_tables_without_a_model_are_declared(db):
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    bare = {table.model: {c.name for c in table.each()} for table in registry.tables() if "." not in table.model}

    with connection.cursor() as cursor:
        held = {
            name: {column.name for column in connection.introspection.get_table_description(cursor, name)}
            for name in set(connection.introspection.table_names(cursor)) - ours
        }

    assert held == bare, explained([f"the table {sorted(held.keys() ^ bare.keys())} is not declared"])


def test_nothing_declared_contradicts_itself_or_the_promises():
    others = [*registry.file_stores(), *registry.cache_keys(), *registry.log_fields()]

    faults = each_fault(registry.tables(), others, SCHEDULE)

    assert not faults, "\n".join(faults)
    assert longer_than_personal(SCHEDULE) == []


def test_what_is_to_be_emptied_can_be_empty():
    """A column that an erasure empties takes NULL or an empty text; a password takes one that never fits."""
    stuck = [
        f"{column.model}.{column.name}"
        for column in registry.columns()
        if column.erase is Erase.BLANK
        and column.name != "password"
        and not ((field := apps.get_model(column.model)._meta.get_field(column.name)).null or field.blank)
    ]

    assert stuck == []


def ends_at(model: type[models.Model], path: str) -> str:
    """The label of the model to which `path` leads."""
    for name in [] if path == "pk" else path.split("__"):
        model = model._meta.get_field(name).related_model
    return model._meta.label


def test_the_ways_to_a_person_end_at_that_person():
    astray = []
    for table in registry.tables():
        for whose, path in table.about.items():
            # Of a session, the person stands in its text.
            if table.model == "sessions.Session":
                continue
            try:
                end = ends_at(apps.get_model(table.model), path)
            except (FieldDoesNotExist, AttributeError):
                end = "nowhere"
            if end != ABOUT[whose]:
                astray.append(f"{table.model}: {path} ends at {end}, not at {ABOUT[whose]}")

    assert astray == []


def test_every_file_field_has_a_store_and_every_store_its_folder():
    held = {
        f"{model._meta.label}.{field.name}": field.storage.location.rpartition("/")[2]
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.FileField)
    }
    said = {name: store.folder for store in registry.file_stores() for name in store.fields}

    assert held == said, (
        "Declare a FileStore(folder=…, fields=(…)) in personal_data.py of the app that writes the files."
    )


def media_folders() -> set[str]:
    """The first folder below MEDIA_ROOT of each path that our code writes."""
    return {
        node.right.value.split("/")[0]
        for path in OURS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.BinOp)
        and isinstance(node.left, ast.Attribute)
        and node.left.attr == "MEDIA_ROOT"
        and isinstance(node.right, ast.Constant)
    }


def test_every_folder_of_files_is_declared():
    said = {store.folder for store in registry.file_stores()}

    assert media_folders() == {folder for folder in said if " " not in folder}, (
        "Declare a FileStore(folder=…) in personal_data.py of the app that writes there."
    )
    # What is no folder of ours names its maker.
    assert [f for f in said if " " in f and not (ROOT / f.partition("(")[2].rstrip(")")).exists()] == []


def log_fields() -> Iterator[tuple[str, str]]:
    """Every file of ours and every name in the `extra` of a line that it logs; "?" where it is not written out."""
    for path in OURS:
        for _name, call in called(parsed(path)):
            for keyword in call.keywords:
                if keyword.arg == "extra" and isinstance(call.func, ast.Attribute):
                    if getattr(call.func.value, "id", "") not in {"logger", "logging"}:
                        continue
                    named = keyword.value.keys if isinstance(keyword.value, ast.Dict) else [None]
                    for key in named:
                        yield str(path.relative_to(ROOT)), key.value if isinstance(key, ast.Constant) else "?"


def test_every_field_of_a_log_line_is_declared():
    logged = {name for _path, name in log_fields()}
    said = {field.name for field in registry.log_fields() if " " not in field.name}

    assert logged == said, f"Declare a LogField(name=…) in personal_data.py of the app: {sorted(log_fields())}"


def test_no_log_line_holds_personal_data():
    told = [field.name for field in registry.log_fields() if field.kind.is_personal and " " not in field.name]

    assert told == []


def test_every_key_in_the_cache_is_declared(client, db):
    for _attempt in range(3):
        client.post("/accounts/login/", {"login": "nobody@mail.example", "password": "three ordinary words"})
    client.post("/accounts/password/reset/", {"email": "nobody@mail.example"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM jini_cache")
        keys = [key.split(":", 2)[2] for (key,) in cursor.fetchall()]

    prefixes = tuple(key.prefix for key in registry.cache_keys() if key.place == "cache")
    assert keys
    assert [key for key in keys if not key.startswith(prefixes)] == []
    assert "nobody@mail.example" not in " ".join(keys)


def test_our_own_code_keeps_nothing_in_the_cache():
    """Should it begin to, its keys are declared with CacheKey(prefix=…) and this list names the file."""
    users = [
        str(path.relative_to(ROOT))
        for path in OURS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.core.cache"
    ]

    assert users == []


def test_every_key_in_redis_is_declared():
    celery.send_task("accounts.sweep", args=["default"], queue="default")

    with celery.connection_for_write() as broker:
        keys = [key.decode() for key in broker.default_channel.client.scan_iter()]

    prefixes = tuple(key.prefix for key in registry.cache_keys() if key.place == "Redis")
    assert keys
    assert [key for key in keys if not key.startswith(prefixes)] == []


def test_what_is_said_to_delete_by_itself_exists():
    for rule in SCHEDULE:
        if verb := purge_of(rule):
            module, __, name = verb.rpartition(".")
            assert callable(getattr(import_module(module), name))


def test_a_thing_is_declared_once():
    lead = next(table for table in registry.tables() if table.model == "leads.Lead")
    other = registry.Table(**(vars(lead) | {"keep": "calls"}))

    with pytest.raises(ValueError, match=r"leads\.Lead is declared twice"):
        registry.declare([other])
    registry.declare([lead])


def test_the_kinds_of_the_policy_are_all_in_use():
    """Section 3 of the policy names them; `USAGE` begins with the first record of use."""
    used = {column.kind for column in registry.columns()}

    assert {Kind.IDENTITY, Kind.ADDRESS, Kind.REGISTRATION, Kind.EMPLOYEE, Kind.CALLS} <= used
