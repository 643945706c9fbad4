"""Every form and every link with a query, on every page, sent with what no one should send: an answer, never a 500."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.permissions import Role
from jini.tests.test_matrix import (  # noqa: F401 -- fixtures
    ADDRESSES,
    ask,
    cast,
    clients,
    failure,
    lenient,
    scene,
    tries,
)
from leads.tests.importing import storage  # noqa: F401 -- a fixture

JUNK = {
    "a zero byte": "a\x00b",
    "a number out of every range": "9" * 40,
    "no day and no id": "2026-13-45 ';\"<b>%s{{x}}\\😀",
}

pytestmark = pytest.mark.usefixtures("storage")
# How it is sent, where to, and what its fields hold before anybody types.
Form = tuple[str, str, dict[str, str]]


def pages(client: Client, walked: Any) -> Iterator[tuple[str, BeautifulSoup]]:
    """The pages that open, each at its address."""
    for _, verb, url in walked:
        if verb == "GET":
            answer = ask(client, "GET", url)
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                yield url, BeautifulSoup(answer.content, "html.parser")


def forms(url: str, page: BeautifulSoup) -> Iterator[Form]:
    """The forms of a page, and its links with a query, which are forms of their parameters."""
    for form in page.find_all("form"):
        method = form.get("method", "get").upper()
        target = form.get("action") or url
        fields = {field["name"]: value_of(field) for field in form.find_all(True, {"name": True})}
        yield method, target.partition("?")[0] if method == "GET" else target, fields
    for link in page.find_all(_has_query):
        target = urlsplit(link.get("href") or link.get("hx-get"))
        yield "GET", target.path or url, dict(parse_qsl(target.query, keep_blank_values=True))
    for typing in page.find_all(["input", "textarea"], {"name": True, "hx-post": True}):
        yield "POST", typing["hx-post"], {typing["name"]: value_of(typing)}


def value_of(field: Tag) -> str:
    if field.name == "select":
        chosen = field.find("option", selected=True) or field.find("option", value=True)
        return str(chosen["value"]) if chosen else ""
    return str(field.get("value") or field.text)


def _has_query(tag: Tag) -> bool:
    target = tag.get("href") or tag.get("hx-get") or ""
    return "?" in target and target.startswith(("/", "?"))


def key(form: Form) -> Any:
    """What makes two forms the same: the view they go to, the method and the fields."""
    method, target, fields = form
    try:
        return method, resolve(target).view_name, tuple(sorted(fields))
    except Resolver404:
        return method, target, tuple(sorted(fields))


def spoilt(form: Form) -> Iterator[tuple[str, dict[str, str]]]:
    """The form empty, overfull, and with junk in one of its fields, each in turn."""
    yield "nothing", dict.fromkeys(form[2], "")
    yield "far too much", dict.fromkeys(form[2], "ज" * 30_000)
    for name in form[2]:
        for label, value in JUNK.items():
            yield f"{label} in {name}", form[2] | {name: value}


def test_no_form_and_no_filter_breaks_a_page(clients, scene):  # noqa: F811
    """Each form is sent once, by the first of these who sees it."""
    senders = [clients[Role.TELECALLER], clients[Role.OWNER], lenient(Client())]
    walked = list(tries(ADDRESSES, clients[Role.OWNER], scene))
    seen, wrong = set(), []
    for client in senders:
        found = {key(form): form for url, page in pages(client, walked) for form in forms(url, page)}
        for method, target, fields in [form for kind, form in found.items() if kind not in seen]:
            for label, filled in spoilt((method, target, fields)):
                answer = ask(client, method, target, filled)
                if answer.status_code >= 500:
                    wrong.append((method, target, label, failure(answer)))
        seen |= set(found)

    assert len(seen) > 50
    assert wrong == []
