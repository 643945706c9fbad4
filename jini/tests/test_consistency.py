"""Rules of the house that no linter knows: each test walks the whole project."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import pytest
from django.apps import apps
from django.contrib.staticfiles import finders
from django.db import connection, models
from django.template import engines
from django.template.base import FilterExpression
from django.template.defaulttags import URLNode
from django.urls import get_resolver

from accounts.tenancy import OrganisationOwned

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "teams", "privacy", "leads", "dialer", "reports", "jini")
TEMPLATES = sorted(path.relative_to(ROOT / "templates") for path in (ROOT / "templates").rglob("*.*"))
SOURCES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
OURS = [path for path in SOURCES if "tests" not in path.parts and "migrations" not in path.parts]
MODELS = [model for model in apps.get_models() if model._meta.app_label in APPS]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_absolute() else str(path)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def called(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the tree, with the last word of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            target = node.func
            yield target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", ""), node


# Templates


def nodes(name: Path) -> Iterator[object]:
    """Every node of a template, those inside of blocks and partials too."""
    seen: set[int] = set()

    def below(node: object) -> Iterator[object]:
        if id(node) in seen:
            return
        seen.add(id(node))
        yield node
        for child in [*getattr(node, "child_nodelists", ()), "nodelist"]:
            for inner in getattr(node, child, None) or ():
                yield from below(inner)
        for _, branch in getattr(node, "conditions_nodelists", ()):
            for inner in branch:
                yield from below(inner)

    for node in engines["django"].get_template(str(name)).template.nodelist:
        yield from below(node)


def takers(view: str) -> list[set[str]]:
    """The parameters of each pattern of that name; empty when there is none."""
    resolver = get_resolver()
    *namespaces, name = view.split(":")
    for namespace in namespaces:
        if namespace not in resolver.namespace_dict:
            return []
        resolver = resolver.namespace_dict[namespace][1]
    return [set(names) for possibilities in resolver.reverse_dict.getlist(name) for _, names in possibilities[0]]


def fits(view: str, args: int, kwargs: set[str]) -> bool:
    return any(len(names) == args if args else names == kwargs for names in takers(view))


def literal(expression: FilterExpression) -> str | None:
    return str(expression.var) if isinstance(expression.var, str) and not expression.filters else None


@pytest.mark.parametrize("template", [path for path in TEMPLATES if path.suffix == ".html"], ids=str)
def test_every_address_in_a_template_leads_somewhere(template):
    links = [node for node in nodes(template) if isinstance(node, URLNode)]
    texts = re.findall(r"{%\s*url\s", (ROOT / "templates" / template).read_text())
    dead = [
        view
        for node in links
        if (view := literal(node.view_name)) and not fits(view, len(node.args), set(map(str, node.kwargs)))
    ]

    assert dead == []
    # None was overlooked in a corner of the template.
    assert len(links) == len(texts)


def test_a_dead_address_would_be_noticed():
    assert fits("leads:lead", 1, set())
    assert not fits("leads:lead", 0, set())
    assert not fits("leads:lead", 0, {"leed"})
    assert not fits("leads:leed", 1, set())
    assert not fits("leeds:lead", 1, set())


def test_every_address_named_in_python_exists():
    named_views = {
        (named(path), call.args[0].value)
        for path in SOURCES
        for name, call in called(parsed(path))
        if name in {"reverse", "reverse_lazy", "redirect", "optional_url"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
        and not call.args[0].value.startswith("/")
    }
    missing = {(path, view) for path, view in named_views if not takers(view) and not view.startswith("admin:")}

    assert len(named_views) > 50
    assert missing == set()


def test_no_template_writes_an_address_by_hand():
    # The front page is always at the root, and error pages must not depend on anything.
    hand = re.compile(r"""(?:href|action|hx-(?:get|post|put|patch|delete))=["']/[^"']""")
    found = [
        (str(path), line)
        for path in TEMPLATES
        for line in (ROOT / "templates" / path).read_text().splitlines()
        if hand.search(line)
    ]

    assert [(path, line.strip()) for path, line in found if "/admin/" not in line] == []


def test_every_template_is_used_somewhere():
    """By a view, by another template, or by the library whose template of the same name it takes the place of."""
    strings = {
        node.value.partition("#")[0]
        for path in OURS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in TEMPLATES:
        strings |= set(
            re.findall(r"""{%\s*(?:extends|include)\s+["']([^"'#]+)""", (ROOT / "templates" / path).read_text())
        )
    libraries = [Path(library.__file__).parent / "templates" for library in (allauth,)]
    libraries.append(Path(django.__file__).parent / "views" / "templates")
    by_name = {"403.html", "403_csrf.html", "404.html", "429.html", "500.html"}

    unused = [
        str(path)
        for path in TEMPLATES
        if str(path) not in strings | by_name and not any((library / path).exists() for library in libraries)
    ]

    assert unused == []


def test_every_static_file_in_a_template_is_there_and_every_one_of_ours_is_used():
    texts = [(ROOT / "templates" / path).read_text() for path in TEMPLATES] + [path.read_text() for path in OURS]
    wanted = {name for text in texts for name in re.findall(r"""(?:{%\s*static\s+|static\()["']([^"']+)["']""", text)}
    ours = {
        str(path.relative_to(ROOT / "static")) for path in (ROOT / "static").rglob("*.*") if "vendor" not in path.parts
    }
    styles = "".join(path.read_text() for path in (ROOT / "static").rglob("*.css"))

    assert {name for name in wanted if finders.find(name) is None} == set()
    assert {name for name in ours - wanted if Path(name).name not in styles} == set()


def test_templates_and_modules_stay_short():
    long = [str(path) for path in TEMPLATES if len((ROOT / "templates" / path).read_text().splitlines()) > 150]
    long += [named(path) for path in OURS if len(path.read_text().splitlines()) > 400]

    assert long == []


# The boundary between organisations


def test_the_boundary_is_left_in_the_listed_files_alone():
    leavers = {
        named(path)
        for path in OURS
        for name, _ in called(parsed(path))
        if name in {"across_organisations", "scopes_disabled", "become_owner"}
    }

    assert leavers == LEAVERS


LEAVERS = {
    "accounts/tenancy.py",  # where leaving is defined
    "accounts/management/commands/migrate.py",  # the schema belongs to the owner
}


def test_without_a_signature_no_post_is_accepted_from_elsewhere():
    exempt = {named(path) for path in OURS if "csrf_exempt" in path.read_text()}

    assert exempt == {"dialer/views/hooks.py", "dialer/views/hooks_incoming.py"}


def test_markup_is_declared_safe_only_where_it_was_reviewed():
    safe = {named(path) for path in OURS for name, _ in called(parsed(path)) if name in {"mark_safe", "SafeString"}}
    safe |= {
        str(path)
        for path in TEMPLATES
        if re.search(r"\|\s*safe\b|autoescape off", (ROOT / "templates" / path).read_text())
    }

    assert {path for path in safe if not path.endswith(".txt")} == {
        "leads/list_rows.py",  # escapes four hundred cells itself: see _escaped
        "jini/lib/panels.py",  # joins what the panels' own templates rendered
        "privacy/policy.html",  # the documents of the installation, which come with it
    }


# Models


def owned() -> list[type[models.Model]]:
    return [model for model in MODELS if issubclass(model, OrganisationOwned)]


def mentions(condition: models.Q, name: str) -> bool:
    return any(
        mentions(child, name) if isinstance(child, models.Q) else child[0].split("__")[0] == name
        # A function of a column says nothing of two that stand together.
        for child in condition.children
        if isinstance(child, models.Q | tuple)
    )


# A `_by` whose moment has another name.
MOMENTS = {"accounts.Invitation.invited_by": "created_at"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_who_did_something_stands_beside_when(model):
    """`x_by` has its `x_at`; where both may be missing, a constraint keeps them together."""
    fields = {field.name: field for field in model._meta.fields}
    for name, by in fields.items():
        if not name.endswith("_by"):
            continue
        moment = MOMENTS.get(f"{model._meta.label}.{name}", name.removesuffix("_by") + "_at")
        assert moment in fields, f"{name} has no {moment}"
        checks = [one.condition for one in model._meta.constraints if isinstance(one, models.CheckConstraint)]
        together = any(mentions(check, name) and mentions(check, moment) for check in checks)
        assert together or not (by.null and fields[moment].null), f"nothing keeps {name} and {moment} together"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_what_a_row_is_called_shows_no_person(model):
    """A row in a log or an error must not carry a name, a number or an address."""
    texts = [
        field
        for field in model._meta.fields
        if isinstance(field, models.CharField | models.TextField) and not field.primary_key
    ]
    row = model(**{field.name: f"secret {field.name}" for field in texts})

    shown = str(row)

    assert [field.name for field in texts if f"secret {field.name}" in shown] == list(SPOKEN.get(model._meta.label, ()))


# What identifies a public document, and names nobody.
SPOKEN = {"privacy.Policy": ("kind", "language")}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_model_has_no_order_and_no_save_of_its_own(model):
    assert list(model._meta.ordering) == [], "say the order where the rows are asked for"
    home = next(parent for parent in model.__mro__ if "save" in vars(parent))
    assert not home.__module__.startswith(APPS) or home is OrganisationOwned


def test_our_apps_do_not_signal_each_other():
    imported = {
        (named(path), name.name)
        for path in OURS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module in {"django.dispatch", "django.db.models.signals"}
        for name in node.names
    }

    # Django alone sends this one, when the tables are there.
    assert {(path, name) for path, name in imported if name != "post_migrate"} == set()


def test_the_driver_is_psycopg2(db):
    """Django changes to psycopg 3 by itself as soon as some package brings it."""
    connection.ensure_connection()

    assert type(connection.connection).__module__.split(".")[0] == "psycopg2"


# Code


def test_every_rule_that_is_set_aside_says_why():
    bare = re.compile(r"#\s*noqa(?!:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*\s+--\s+\S)|#\s*type:\s*ignore(?!\[)|djlint:off")
    found = [
        (named(path), line.strip()) for path in OURS for line in path.read_text().splitlines() if bare.search(line)
    ]

    assert found == []


CATCHERS = {
    "accounts/tasks.py",  # a due task that fails is kept, with its error, and tried again
    "accounts/work.py",  # the same, noted before it rises
    "privacy/tasks.py",  # an account whose deletion fails stays due, and the others have their turn
    "jini/local/services.py",  # what was started is stopped, whatever went wrong
}


def test_everything_is_caught_only_where_it_is_kept_or_raised_again():
    broad = {"Exception", "BaseException"}
    catchers = {
        named(path)
        for path in OURS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or broad & {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)})
    }

    assert catchers == CATCHERS


def test_a_log_line_says_ids_and_no_more():
    """logger.info("call.placed", extra={…_id}): a verb of the house, and values that are no person's."""
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    calls = [
        (named(path), call)
        for path in OURS
        if "jini/local" not in named(path)
        for name, call in called(parsed(path))
        if name in levels and isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "logger"
    ]

    wrong = [(path, ast.unparse(call)) for path, call in calls if not _is_plain(call)]
    assert wrong == []


def _is_plain(call: ast.Call) -> bool:
    extra = next((one.value for one in call.keywords if one.arg == "extra"), None)
    keys = [key.value for key in extra.keys] if isinstance(extra, ast.Dict) else []
    private = {"name", "phone", "email", "address", "number", "note", "text"}
    said = call.args[0]
    return (
        len(call.args) == 1
        and isinstance(said, ast.Constant)
        and re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", str(said.value)) is not None
        and not private & set(keys)
    )


def test_no_module_is_a_drawer_for_everything():
    drawers = {"utils", "helpers", "services", "core", "misc", "common", "manager"}

    assert [named(path) for path in OURS if path.stem in drawers and "local" not in path.parts] == []


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(?:TODO|FIXME|HACK)\b")
    texts = OURS + [ROOT / "templates" / path for path in TEMPLATES] + list((ROOT / "static" / "js").glob("*.js"))

    assert [named(path) for path in texts if marks.search(path.read_text())] == []


def test_every_module_begins_with_a_line_on_what_it_is():
    assert [named(path) for path in OURS if ast.get_docstring(parsed(path)) is None] == []


def test_the_scripts_stay_within_their_budget():
    scripts = [path for path in (ROOT / "static" / "js").rglob("*.js") if "dialer" not in path.parts]

    assert sum(len(path.read_text().splitlines()) for path in scripts) <= 1500
