"""Usage in a real browser: nothing is sent or stored before somebody allows it, nor after they take it back."""

import json
import re

import pytest

from accounts.tenancy import acting_for
from jini.tests.browsing import DESKTOP, PHONE
from privacy.models import Choice, PageVisit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VISITS = "/me/privacy/visits/"
CHOICES = "/me/privacy/choices/"
STORES = (
    "JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage).filter(key => !key.startsWith('htmx-'))])"
)


def watched(tab):
    """What the page posts of visits: each with the visits in it."""
    told = []

    def note(request):
        if request.url.endswith(VISITS):
            told.append(json.loads(request.post_data))

    tab.page.context.on("request", note)
    return told


def cookies(tab):
    return {cookie["name"] for cookie in tab.page.context.cookies()}


def hide(page):
    """What a browser does when somebody goes to another window."""
    page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


def kept(member):
    with acting_for(member.organisation):
        return list(PageVisit.objects.of(member).values_list("page", flat=True))


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_nothing_is_sent_or_stored_before_somebody_allows_it(visit, telecaller, width):
    tab = visit(telecaller, width=width)
    told = watched(tab)

    page = tab.open("/today/")
    page.get_by_role("link", name="Leads").filter(visible=True).first.click()
    page.wait_for_url("**/leads/")
    hide(page)
    page.goto(tab.address + "/today/")
    page.get_by_role("button", name="No thanks").click()
    page.wait_for_url("**/today/")
    hide(page)
    page.goto(tab.address + "/leads/")

    assert told == []
    assert "jini_device" not in cookies(tab)
    assert json.loads(page.evaluate(STORES)) == [[], []]
    assert page.get_by_role("button", name="No thanks").count() == 0
    assert (tab.complaints, tab.strangers) == ([], [])


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_allow_is_one_press_and_so_is_taking_it_back(visit, telecaller, width):
    tab = visit(telecaller, width=width)
    told = watched(tab)
    page = tab.open("/today/")
    allow, refuse = (page.get_by_role("button", name=name) for name in ("Allow", "No thanks"))
    assert allow.bounding_box()["height"] == refuse.bounding_box()["height"]
    assert allow.get_attribute("class") == refuse.get_attribute("class")

    allow.click()
    page.wait_for_function("document.querySelector('[data-jini-visit]')")
    # The visit begins when the script has run, which a page that is being read in does not wait for.
    page.wait_for_load_state("load")
    page.wait_for_timeout(1_100)
    page.get_by_role("link", name="Leads").filter(visible=True).first.click()
    page.wait_for_url("**/leads/")
    page.wait_for_function("document.querySelector('[data-jini-visit]').dataset.jiniVisit === 'leads:list'")
    with page.expect_response(re.compile(VISITS)) as answer:
        hide(page)

    assert answer.value.status == 204
    assert [one["page"] for one in told[0]] == ["dialer:today", "leads:list"]
    assert 1_000 <= told[0][0]["spent"] < 30_000
    assert "jini_device" in cookies(tab)
    assert kept(telecaller) == ["leads:list", "dialer:today"]

    page.goto(tab.address + CHOICES)
    told.clear()
    page.get_by_role("switch", name="How I use JiNi").click()
    page.wait_for_url(f"**{CHOICES}")
    page.get_by_role("switch", name="How I use JiNi", checked=False).wait_for()
    page.goto(tab.address + "/leads/")
    hide(page)
    page.goto(tab.address + "/today/")

    assert told == []
    assert kept(telecaller) == []
    assert "jini_device" not in cookies(tab)
    assert [choice.state for choice in Choice.objects.newest_first()] == ["withdrawn", "given"]
    assert (tab.complaints, tab.strangers) == ([], [])


def test_a_page_that_is_still_open_stops_when_it_is_refused(visit, telecaller):
    tab = visit(telecaller)
    told = watched(tab)
    page = tab.open("/today/")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_function("document.querySelector('[data-jini-visit]')")
    other = tab.page.context.new_page()
    other.goto(tab.address + CHOICES)
    other.get_by_role("switch", name="How I use JiNi").click()
    other.get_by_role("switch", name="How I use JiNi", checked=False).wait_for()
    told.clear()

    with page.expect_response(re.compile(VISITS)) as answer:
        hide(page)
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'visible', configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    hide(page)
    page.wait_for_timeout(300)

    assert answer.value.status == 409
    assert len(told) == 1
    assert kept(telecaller) == []
