"""Each page, file and test that the table of promises names exists."""

import ast
import re

import pytest
from django.urls import Resolver404, resolve

from jini.tests.test_consistency import ROOT

TABLE = ROOT / "docs/privacy-promises.md"
SECTIONS = {"0", "1", "2", "3a", "3b", "3c", "4", "5", "6", "7", "8", "9", "10", "11", "12"}


def rows() -> list[list[str]]:
    """The cells of each row of the table, without its head."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def is_there(name: str) -> bool:
    """Whether a page ("/…"), a file or a test ("file::test") exists."""
    if name.startswith("/"):
        try:
            resolve(name)
        except Resolver404:
            return False
        return True
    path, __, test = name.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    return not test or test in {
        node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)
    }


def names(cells: list[str]) -> list[str]:
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_everything_that_the_table_names_exists():
    named = [name for row in rows() for name in names(row[2:])]

    assert len(named) > 100
    assert [name for name in named if not is_there(name)] == []


def test_a_name_that_is_gone_would_be_noticed():
    assert not is_there("/privacy/recipes/of/mine/")
    assert not is_there("privacy/recipes.py")
    assert not is_there("privacy/tests/test_policies.py::test_of_recipes")
    assert is_there("privacy/tests/test_policies.py::test_an_edited_text_is_refused")


def test_every_section_of_the_policy_has_its_promises():
    assert {row[0] for row in rows()} == SECTIONS


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[1])
def test_a_promise_has_page_code_and_test_or_is_open(row):
    _section, promise, page, code, test = row

    assert promise
    if page == "**open**":
        # Where it will stand is said in words; no test is named for what nobody does.
        assert code
        assert not test
    else:
        assert names([page])
        assert names([code])
        assert all("/test_" in name for name in names([test]))
        assert names([test])
