"""Every page as people see it: readable by everybody, on a phone and at a desk, by day and by night, in both languages."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page

from accounts.models import Membership, Organisation, User
from accounts.permissions import GRANTS, Role
from accounts.tenancy import acting_for
from jini.tests.browsing import DESKTOP, HEIGHTS, PHONE, Visit
from jini.tests.walking import Address, Scene, addresses
from leads.tests.importing import storage  # noqa: F401 -- a fixture
from reports.demo.loading import load

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("storage")]

LOOKS = [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "dark"), (PHONE, "light")]
# The smallest phone, and between a phone and a desk.
BETWEEN = (320, 768, 1024)
# Pages that no address of the walk shows as it stands.
FURTHER = [
    (Role.MANAGER, "/leads/?q=nobody-of-this-name"),
    (Role.TELECALLER, "/settings/"),
    (Role.TELECALLER, "/nowhere/"),
    (None, "/nowhere/"),
]
AXE = Axe().axe_script
ASK_AXE = "axe.run({resultTypes: ['violations']}).then(found => found.violations.map(one => [one.id, one.nodes.map(node => node.target.join(' '))]))"


@dataclass(frozen=True)
class Stop:
    """A page of the walk and who looks at it; None is who is signed out."""

    role: str | None
    path: str


@pytest.fixture
def cast(transactional_db) -> dict[str | None, Membership]:
    """One of each role in the demonstration, which speaks of real work."""
    organisation = load(seed=7)[0]
    return {role: organisation.memberships.filter(role=role).order_by("created_at", "id").first() for role in Role}


@pytest.fixture
def scene(cast, storage) -> Scene:  # noqa: F811
    organisation: Organisation = cast[Role.OWNER].organisation
    with acting_for(organisation):
        scene = Scene(organisation, cast[Role.TELECALLER], cast[Role.ADMIN])
        scene.fill()
    return scene


def stops(cast: dict[str | None, Membership], scene: Scene) -> list[Stop]:
    """Every address that shows a page, for the lowest role that may see it, and what a manager sees of the same."""
    found = [Stop(role, address.url(scene)) for address in addresses() for role in lookers(address)]
    return [stop for stop in found if is_page(cast.get(stop.role), stop.path)] + [Stop(*one) for one in FURTHER]


def lookers(address: Address) -> Iterator[str | None]:
    if address.permission is None:
        yield None
        return
    allowed = [role for role in Role if address.permission in GRANTS[role]]
    yield allowed[0]
    if allowed[0] == Role.TELECALLER and address.name.startswith(("leads:", "dialer:calls")):
        yield Role.MANAGER


def is_page(member: Membership | None, path: str) -> bool:
    """Whether a GET shows a whole page: no download, no fragment, no way on to another page."""
    client = Client()
    if member:
        client.force_login(member.user)
    answer = client.get(path)
    if answer.streaming:
        # Nobody else closes the file that it gives out.
        answer.close()
        return False
    return answer.status_code in {200, 410} and b"<html" in answer.content


@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_page_is_for_everybody(visit: Visit, cast, scene, language):
    User.objects.update(language=language)
    walked = stops(cast, scene)
    assert len(walked) > 40

    wrong = {}
    for role in (None, *Role):
        tab = visit(cast.get(role), width=DESKTOP)
        if language != "en":
            tab.page.context.add_cookies([{"name": "django_language", "value": language, "url": tab.address}])
        for stop in [one for one in walked if one.role == role]:
            tab.open(stop.path)
            assert tab.page.locator("html").get_attribute("lang") == language
            wrong |= {(role, stop.path, *look): found for look, found in faults(tab.page)}
        wrong |= {(role, "said", one): "" for one in tab.complaints if "status of 5" not in one}
        wrong |= {(role, "asked for", one): "" for one in tab.strangers}

    assert wrong == {}


def faults(page: Page) -> Iterator[tuple[tuple[int, str], list[object]]]:
    """What axe finds, and whether the page is wider than the screen, in every look."""
    page.evaluate(AXE)
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate(ASK_AXE)
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(["wider than the screen", wide])
        if found:
            yield (width, scheme), found
    for width in BETWEEN:
        page.set_viewport_size({"width": width, "height": 800})
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            yield (width, ""), ["wider than the screen", wide]
