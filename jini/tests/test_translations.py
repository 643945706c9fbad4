"""The Hindi catalogue: nothing marked is untranslated, nothing filled in is lost, and what is compiled is what was written."""

import gettext
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

CATALOGUE = Path("locale/hi/LC_MESSAGES")
FILLED_IN = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")


def messages(path: Path):
    with path.open("rb") as file:
        catalogue = read_po(file, locale="hi")
    return [message for message in catalogue if message.id]


def texts(message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The source's forms and the translation's."""
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    said = message.string if isinstance(message.string, tuple) else (message.string,)
    return ids, said


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Path:
    """The catalogue as `makemessages` would write it now, of a copy of the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("jini", "accounts", "leads", "dialer", "teams", "reports", "privacy", "templates", "locale"):
        shutil.copytree(settings.BASE_DIR / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    shutil.copy(settings.BASE_DIR / "manage.py", copy)
    command = [sys.executable, "manage.py", "makemessages", "-l", "hi", "--no-obsolete", "-v0"]
    done = subprocess.run(
        command, cwd=copy, env=os.environ | {"PYTHONPATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return copy / CATALOGUE / "django.po"


def test_everything_that_is_marked_is_translated(fresh):
    missing = [message.id for message in messages(fresh) if not all(texts(message)[1]) or message.fuzzy]

    assert missing == [], "run: manage.py makemessages -l hi, translate, manage.py compilemessages -l hi"


def test_what_is_filled_in_is_the_same_in_both_languages():
    for message in messages(settings.BASE_DIR / CATALOGUE / "django.po"):
        ids, said = texts(message)
        wanted = {mark for text in ids for mark in FILLED_IN.findall(text)}
        for text in said:
            assert set(FILLED_IN.findall(text)) <= wanted, message.id
        assert {mark for text in said for mark in FILLED_IN.findall(text)} == wanted, message.id


def test_the_compiled_catalogue_says_what_the_written_one_says():
    with (settings.BASE_DIR / CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in messages(settings.BASE_DIR / CATALOGUE / "django.po"):
        ids, said = texts(message)
        if len(ids) > 1:
            found = [
                compiled.npgettext(message.context, *ids, n) if message.context else compiled.ngettext(*ids, n)
                for n in (1, 5)
            ]
        else:
            found = [compiled.pgettext(message.context, *ids) if message.context else compiled.gettext(*ids)]
        assert tuple(found) == said, message.id


def test_a_page_in_hindi_is_in_hindi(client, db):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "hi"
    text = client.get("/accounts/login/").content.decode()

    assert '<html lang="hi"' in text
    assert "पासवर्ड" in text
