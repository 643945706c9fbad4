"""The frame around every page: where each role can go, and what is shown of it."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.urls import include, path
from django.utils.safestring import mark_safe

from accounts import context
from accounts.context import Navigation
from accounts.models import Membership
from accounts.tests.factories import make_organisation, make_user


def framed(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "base.html")


def _app(name: str, **views: str) -> object:
    return path("", include(([path(address, framed, name=view) for view, address in views.items()], name)))


# Every view that the frame knows by name, except Campaigns: that one is still to come.
urlpatterns = [
    _app("dialer", today="today/", calls="calls/", next="queue/next/", active_call="calls/active/"),
    _app("leads", list="leads/", follow_ups="follow-ups/", imports="imports/", new="leads/new/"),
    _app("reports", my_stats="stats/", dashboard="dashboard/"),
    _app("accounts", people="people/", settings="settings/", theme="theme/", switch="switch/", profile="me/"),
    _app("teams", presence="presence/", teams="teams/"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.account.urls")),
]
handler404 = "accounts.views.errors.not_found"
handler403 = "accounts.views.errors.forbidden"


@pytest.fixture(autouse=True)
def empty_registries(monkeypatch):
    """Other apps fill these when Django starts; here each test says what is in them."""
    monkeypatch.setattr(context, "counters", {})
    monkeypatch.setattr(context, "parts", {})


def navigation(member: Membership | None, address: str = "/today/") -> Navigation:
    request = RequestFactory().get(address)
    request.member = member
    request.user = member.user if member else AnonymousUser()
    return Navigation(request)


def labels(items: list[context.Item]) -> list[str]:
    return [str(item.label) for item in items]


def soup(client, address):
    return BeautifulSoup(client.get(address).content, "html.parser")


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("who", "rail", "tabs"),
    [
        ("telecaller", ["Today", "Leads", "Follow-ups", "Calls", "My stats"], ["Today", "Leads", "Follow-ups"]),
        (
            "manager",
            ["Dashboard", "Leads", "Follow-ups", "Calls", "Teams", "Imports"],
            ["Dashboard", "Leads", "Follow-ups"],
        ),
        (
            "admin",
            ["Dashboard", "Leads", "Follow-ups", "Calls", "Teams", "Imports", "Settings"],
            ["Dashboard", "Leads", "Follow-ups"],
        ),
        (
            "owner",
            ["Dashboard", "Leads", "Follow-ups", "Calls", "Teams", "Imports", "Settings"],
            ["Dashboard", "Leads", "Follow-ups"],
        ),
    ],
)
def test_each_role_sees_its_places_and_none_that_no_view_answers(request, who, rail, tabs):
    seen = navigation(request.getfixturevalue(who))

    assert labels(seen.rail) == rail
    assert labels(seen.tabs) == tabs
    assert labels(seen.tabs + seen.more) == [*tabs, *(label for label in rail if label not in tabs)]


def test_every_role_has_a_rail_and_no_key_leads_to_two_places():
    assert set(context.RAILS) == {"telecaller", "manager", "admin", "owner"}
    for places in context.RAILS.values():
        assert len({place.key for place in places}) == len(places)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "marked"),
    [("/leads/", {"Leads": "page"}), ("/leads/new/", {"Leads": "true"}), ("/elsewhere/", {})],
)
def test_the_place_of_the_page_is_marked(telecaller, address, marked):
    items = navigation(telecaller, address).rail

    assert {str(item.label): item.current for item in items if item.current} == marked


@pytest.mark.urls(__name__)
def test_an_app_puts_a_count_beside_its_place(telecaller):
    context.counters["leads:follow_ups"] = lambda member: 3 if member == telecaller else 0

    assert {str(item.label): item.badge for item in navigation(telecaller).rail if item.badge} == {"Follow-ups": 3}


@pytest.mark.urls(__name__)
def test_the_status_menu_is_a_telecallers(telecaller, manager):
    status = {"label": "Available", "colour": "green", "since": None, "choices": []}
    context.parts["presence"] = lambda request: status

    assert navigation(telecaller).presence == status
    assert navigation(manager).presence is None


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_who_belongs_nowhere_has_no_places_but_can_sign_out(client):
    client.force_login(make_user(first_name="Nobody"))
    page = soup(client, "/today/")

    assert page.select(".j-rail li") == []
    assert page.select_one("form[action='/accounts/logout/'] button").text == "Sign out"
    assert page.select_one("#callbar").attrs == {"class": ["j-callslot"], "id": "callbar"}


@pytest.mark.urls(__name__)
def test_the_frame_of_a_telecaller(client_of, telecaller):
    context.parts["callbar"] = lambda request: mark_safe('<section class="j-callbar">Suresh</section>')
    context.counters["leads:follow_ups"] = lambda member: 2
    page = soup(client_of(telecaller), "/today/")
    config = json.loads(page.select_one("meta[name=htmx-config]")["content"])

    assert page.html["lang"] == "en"
    assert page.html["data-bs-theme"] == "auto"
    assert page.body["hx-boost"] == "true"
    assert (config["allowEval"], config["includeIndicatorStyles"], config["historyCacheSize"]) == (False, False, 0)
    assert re.search("X-CSRFToken", page.select_one(".j-app")["hx-headers"])
    assert page.select_one(".j-skip")["href"] == "#main"
    assert page.select_one(".j-rail .badge").text == "2 overdue"
    assert page.select_one("#callbar .j-callbar").text == "Suresh"
    assert "calling" in page.select_one(".j-app")["class"]
    assert page.select_one(".j-tabbar .go").has_attr("disabled")
    assert page.select_one("[data-jini-shortcuts]")["data-jini-shortcuts"] == "on"


@pytest.mark.urls(__name__)
def test_forms_that_change_the_frame_are_posts_that_leave_the_boost(client_of, telecaller):
    other = make_organisation("Deccan Tiles")
    Membership.objects.create(organisation=other, user=telecaller.user, role="manager")
    page = soup(client_of(telecaller), "/today/")
    menu = page.select_one("[hx-boost=false]")

    assert [(form["method"], form["action"]) for form in menu.select("form")] == [
        ("post", "/i18n/setlang/"),
        ("post", "/theme/"),
        ("post", "/switch/"),
        ("post", "/accounts/logout/"),
    ]
    assert [button.text for button in menu.select("form[action='/switch/'] button")] == ["Deccan Tiles"]
    assert menu.select_one("[aria-pressed=true]")["value"] == "auto"


def test_a_missing_page_is_framed_by_who_asks(client, client_of, telecaller):
    outside, inside = client.get("/nowhere/"), client_of(telecaller).get("/nowhere/")

    assert (outside.status_code, inside.status_code) == (404, 404)
    assert BeautifulSoup(outside.content, "html.parser").select(".j-app") == []
    assert BeautifulSoup(inside.content, "html.parser").select_one(".j-app h1").text == "This page is not here"


def test_a_refusal_names_the_owner(client_of, telecaller, owner):
    owner.user.first_name, owner.user.last_name = "Vikram", "Desai"
    owner.user.save()
    request = RequestFactory().get("/settings/")
    request.member, request.user = telecaller, telecaller.user
    page = BeautifulSoup(TemplateResponse(request, "403.html").render().content, "html.parser")

    assert "In Kiran Rooftop Solar your role is Telecaller. Vikram Desai is the owner" in " ".join(
        page.main.text.split()
    )
    assert page.select_one("main a[href^=mailto]").text == "Ask Vikram Desai"
