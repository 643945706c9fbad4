"""Chromium for tests: pages that remember every complaint of the console and every request that leaves this host."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership

PHONE, DESKTOP = 390, 1280
# Of a button: whether a finger would touch it at its upper and its lower edge, without scrolling.
IS_IN_REACH = """button => {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  return [top + 1, bottom - 1].every(y => button.contains(document.elementFromPoint((left + right) / 2, y)));
}"""
HEIGHTS = {PHONE: 844, DESKTOP: 900}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing leaves this host. Holding up every request to look at it would do that too, and switch the cache off.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    # A microphone for whom a test lets have one; a beep goes in every second.
    "--use-fake-device-for-media-stream",
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

    def asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.strangers.append(request.url)


Visit = Callable[..., Tab]
Application = Callable[[dict[str, Any], Any], Any]


class Door:
    """The way into the live server: it is shut after a test, before the tables are emptied.

    What closed pages last asked would wait for the emptying, and the emptying for it. A test that begins opens it.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._changed = threading.Condition()
        self._inside = 0
        self._is_open = True

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        with self._changed:
            is_open = self._is_open
            self._inside += is_open
        if not is_open:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return
        try:
            with closing(self._application(environ, start_response)) as answer:
                yield from answer
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def open(self) -> None:
        with self._changed:
            self._is_open = True

    def shut(self) -> None:
        """Let nobody in any more, and wait for who is inside; raise `TimeoutError` when somebody does not come out."""
        with self._changed:
            self._is_open = False
            if not self._changed.wait_for(lambda: self._inside == 0, timeout=30):
                raise TimeoutError(f"{self._inside} requests are not answered")


@pytest.fixture(scope="session")
def doors() -> list[Door]:
    return []


@pytest.fixture(autouse=True)
def _opened(doors: list[Door]) -> None:
    for door in doors:
        door.open()


@pytest.fixture
def door(doors: list[Door], live_server: LiveServer) -> Door:
    if not doors:
        server = live_server.thread.httpd
        doors.append(Door(server.get_app()))
        server.set_app(doors[0])
    return doors[0]


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
def visit(chromium: Browser, live_server: LiveServer, door: Door) -> Iterator[Visit]:
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
        tab.page.on("request", tab.asked)
        return tab

    yield visit
    for context in contexts:
        context.close()
    door.shut()
