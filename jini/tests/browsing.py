"""Chromium for tests: pages that remember every complaint of the console and every request that leaves this host."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership

PHONE, DESKTOP = 390, 1280
HEIGHTS = {PHONE: 844, DESKTOP: 900}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Tab:
    """A page of a signed-in person, and what went wrong in it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def heard(self, message: ConsoleMessage) -> None:
        # A refused form is answered with 422 and a stale one with 409 on purpose; Chromium logs both as errors.
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def passes(self, route: Route) -> None:
        if route.request.url.startswith((self.address, "data:")):
            route.continue_()
        else:
            self.strangers.append(route.request.url)
            route.abort()


Visit = Callable[..., Tab]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser of the session. Its path: JINI_CHROMIUM, or `chromium` on PATH."""
    path = os.environ.get("JINI_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is missing: apt install chromium, or set JINI_CHROMIUM")
    # Playwright runs an event loop in this thread, in which Django otherwise refuses every query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer) -> Iterator[Visit]:
    """Return `visit(member, width=390, scheme="light")`, which gives a tab of that person (None: signed out)."""
    contexts = []

    def visit(member: Membership | None, *, width: int = DESKTOP, scheme: str = "light") -> Tab:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=scheme,
            locale="en-IN",
            reduced_motion="reduce",
        )
        contexts.append(context)
        if member is not None:
            client = Client()
            client.force_login(member.user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        tab = Tab(context.new_page(), live_server.url)
        tab.page.on("console", tab.heard)
        tab.page.on("pageerror", lambda error: tab.complaints.append(f"{tab.page.url}: {error}"))
        tab.page.route("**/*", tab.passes)
        return tab

    yield visit
    for context in contexts:
        context.close()
