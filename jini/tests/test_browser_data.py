"""What is left in browsers is declared: cookies of every answer, and what scripts store."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from jini.lib.browser_data import Kept, declare, everything, is_declared
from jini.tests.test_consistency import OURS, ROOT, called, parsed
from jini.tests.walking import addresses

STORES = re.compile(r"\b(localStorage|sessionStorage|indexedDB|document\.cookie|caches)\b")
# The scripts of ours that store something: where, under which beginnings of a name, and names that begin so.
SCRIPTS = {
    "draft.js": ("sessionStorage", ["draft:"], ["draft:note"]),
    "softphone.js": ("localStorage", ["jini-browser"], ["jini-browser"]),
    "microphone.js": ("localStorage", ["jini-microphone", "jini-speaker"], ["jini-microphone", "jini-speaker"]),
}
HTMX = {"htmx-current-path-for-history", "htmx-history-cache"}


def plain() -> list[str]:
    """Every address that names nothing, so that anybody can open it."""
    return [reverse(address.name) for address in addresses() if not address.parameters]


def cookies_of(client: Client, urls: list[str]) -> set[str]:
    """The names of the cookies that come with the answers."""
    return {name for url in urls for name in client.get(url).cookies}


def undeclared(names: set[str]) -> list[str]:
    return sorted(name for name in names if not is_declared(name))


@pytest.mark.parametrize("role", [None, "telecaller", "owner"])
def test_no_page_sets_a_cookie_that_is_not_declared(client, client_of, owner, telecaller, role):
    visitor = client_of({"owner": owner, "telecaller": telecaller}[role]) if role else client
    visitor.raise_request_exception = False

    found = cookies_of(visitor, plain())

    assert found
    assert undeclared(found) == [], "Declare it with Kept(…) in IN_BROWSERS of the app's personal_data.py."


def test_forms_set_no_cookie_that_is_not_declared(client, telecaller):
    telecaller.user.set_password("three ordinary words")
    telecaller.user.save()
    telecaller.user.emailaddress_set.create(email=telecaller.user.email, verified=True, primary=True)
    sign_in = {"login": telecaller.user.email, "password": "three ordinary words", "remember": "on"}

    answers = [
        client.post(reverse("set_language"), {"language": "hi", "next": "/"}),
        client.post(reverse("account_login"), sign_in),
        client.post(reverse("accounts:profile"), {"first_name": "Asha", "last_name": "K", "phone": ""}),
        client.post(reverse("account_logout")),
    ]

    found = {name for answer in answers for name in answer.cookies}
    assert {"sessionid", "django_language"} <= found
    assert undeclared(found) == []


def test_an_undeclared_cookie_would_be_noticed():
    assert undeclared({"sessionid", "_ga"}) == ["_ga"]


def test_the_cookies_that_settings_name_are_declared():
    named = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages"}

    assert undeclared(named) == []


def test_our_own_code_sets_no_cookie_by_itself():
    """Should it begin to, the cookie is declared and this list names the file."""
    setters = [
        str(path.relative_to(ROOT)) for path in OURS for name, _call in called(parsed(path)) if name == "set_cookie"
    ]

    assert setters == ["privacy/usage.py"]


def test_what_scripts_store_is_declared():
    texts = {path.name: path.read_text() for path in (ROOT / "static/js").rglob("*.js")}

    found = {name: set(stores) for name, text in texts.items() if (stores := STORES.findall(text))}
    assert found == {name: {store} for name, (store, _, _) in SCRIPTS.items()}
    for name, (store, beginnings, examples) in SCRIPTS.items():
        for beginning in beginnings:
            assert f"`{beginning}" in texts[name] or f'"{beginning}"' in texts[name]
        assert all(is_declared(example, store) for example in examples)


def test_what_htmx_stores_is_declared():
    source = next((ROOT / "static/vendor").glob("htmx-*/htmx.min.js")).read_text()

    stored = set(re.findall(r'(?:session|local)Storage\.setItem\("([^"]+)"', source))
    assert stored == HTMX
    # Pages of the history are not kept: historyCacheSize is 0.
    assert is_declared("htmx-current-path-for-history", "sessionStorage")
    assert '"historyCacheSize":0' in (ROOT / "templates/shell/head.html").read_text()


def test_what_is_not_needed_is_set_after_a_question_alone():
    """`privacy/tests/test_visits.py` shows that it is set after a yes and taken back after a no."""
    assert [thing.name for thing in everything() if not thing.is_needed] == ["jini_device"]


def test_a_name_may_have_any_end():
    draft = Kept("draft:*", "", "", is_needed=True, place="sessionStorage")

    assert draft.covers("draft:note")
    assert not draft.covers("drafts")
    assert not Kept("messages", "", "", is_needed=True).covers("messages2")
    declare([])
