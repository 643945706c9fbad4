"""One view answers with the page or with its part."""

import json

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.template import engines
from django.test import RequestFactory

from jini.lib.fragments import fragment, toast, undo_url, wants_fragment


def asked(method="get", **headers):
    request = getattr(RequestFactory(), method)("/leads/", headers={name.replace("_", "-"): "true" for name in headers})
    request._messages = CookieStorage(request)
    return request


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, False),
        ({"HX_Request": 1}, True),
        ({"HX_Request": 1, "HX_Boosted": 1}, False),
        ({"HX_Request": 1, "HX_History_Restore_Request": 1}, False),
    ],
)
def test_only_a_plain_htmx_request_wants_the_part(headers, part):
    request = asked(**headers)

    assert wants_fragment(request) is part
    assert fragment(request, "a.html", "rows").template_name == ("a.html#rows" if part else "a.html")


def test_caches_keep_page_and_part_apart():
    response = fragment(asked(), "a.html", "rows", {}, status=422)

    assert response.status_code == 422
    assert response.headers["Vary"] == "HX-Request, HX-Boosted, HX-History-Restore-Request"


def test_a_fragment_after_a_change_carries_the_toasts():
    request = asked("post", HX_Request=1)
    toast(request, "नोट saved", undo="/leads/7/undo/")
    toast(request, "Assigned")

    response = fragment(request, "a.html", "rows")

    assert json.loads(response.headers["HX-Trigger"]) == {
        "toast": [{"text": "नोट saved", "undo": "/leads/7/undo/"}, {"text": "Assigned", "undo": ""}]
    }
    assert response.headers["HX-Trigger"].isascii()


@pytest.mark.parametrize("request_", [asked("get", HX_Request=1), asked("post")], ids=["polled", "page"])
def test_other_answers_leave_the_toasts_to_the_page(request_):
    toast(request_, "Assigned", undo="/undo/")

    assert "HX-Trigger" not in fragment(request_, "a.html", "rows").headers
    assert [(str(message), undo_url(message)) for message in request_._messages] == [("Assigned", "/undo/")]


def test_a_part_is_the_same_text_inside_the_page():
    page = engines["django"].from_string("<main>{% partialdef rows inline %}<b>{{ n }}</b>{% endpartialdef %}</main>")

    assert page.render({"n": 3}) == "<main><b>3</b></main>"
