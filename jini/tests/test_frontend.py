"""House rules of templates, styles and scripts that no linter knows."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_icon_named_in_a_template_is_in_the_sprite():
    wanted = {(named(path), name) for path in TEMPLATES for name in re.findall(r'{% icon "([^"]+)"', path.read_text())}

    assert {(path, name) for path, name in wanted if name not in SYMBOLS} == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_carries_no_code_or_style_of_its_own(path):
    text = path.read_text()
    inline = re.findall(r"<style|\sstyle=|\son[a-z]+=|\shx-on|<script(?![^>]*\ssrc=)|javascript:", text)

    assert inline == []


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "css").glob("*.css")), ids=named)
def test_a_stylesheet_is_short_and_linked(path):
    head = (ROOT / "templates" / "shell" / "head.html").read_text()

    assert len(path.read_text().splitlines()) <= 400
    assert f'"css/{path.name}"' in head


def test_a_class_of_ours_is_ruled_by_one_stylesheet():
    """The later one would lay the other's elements out its own way."""
    ruled: dict[str, set[str]] = {}
    for path in (ROOT / "static" / "css").glob("*.css"):
        # A rule by itself begins its line; what stands indented is within a width or a preference.
        for name in re.findall(r"^(\.j-[\w-]+)(?=\s*[,{])", path.read_text(), re.MULTILINE):
            ruled.setdefault(name, set()).add(path.name)

    assert len(ruled) > 50
    assert {name: paths for name, paths in ruled.items() if len(paths) > 1} == {}


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "js").glob("*.js")), ids=named)
def test_a_behaviour_is_short_and_bound_by_attributes_of_its_own(path):
    text = path.read_text()

    assert len(text.splitlines()) <= 80
    assert re.findall(r"eval\(|innerHTML|\.style\b", text) == []
