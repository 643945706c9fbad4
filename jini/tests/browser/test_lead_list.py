"""The lead list in Chromium: narrowed, sorted, walked through; a known number, details edited in their place."""

import pytest

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from jini.tests.browsing import DESKTOP, IS_IN_REACH, PHONE, Visit
from leads.models import Lead
from leads.tests.factories import make_lead

pytestmark = pytest.mark.browser


@pytest.fixture
def manager(transactional_db):
    organisation = make_organisation("Kiran Rooftop Solar")
    with acting_for(organisation):
        for name, city, source, value in (
            ("Kavita Rao", "Pune", "Website", 300),
            ("Suresh Patil", "Pune", "Website", 900),
            ("Amit Joshi", "Pune", "Website", None),
            ("Divya Nair", "Nashik", "Website", 500),
            ("Farah Khan", "Pune", "Expo", 700),
        ):
            make_lead(name=name, city=city, source=source, value=value)
    return make_member(organisation, Role.MANAGER, first_name="Meera", last_name="Iyer")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_list_is_narrowed_sorted_and_walked_through(manager, visit: Visit, width):
    tab = visit(manager, width=width)
    # A figure links with filters that the menu does not have; they stay on.
    page = tab.open("/leads/?created_from=2026-01-01&status_kind=open")
    rows = page.locator("tbody").get_by_role("rowheader")

    page.get_by_text("Filter", exact=True).click()
    # What shows the leads is in reach before anything is scrolled: the menu is longer than the window.
    show = page.get_by_role("button", name="Show", exact=True)
    show.wait_for()
    assert page.evaluate("scrollY") == 0
    assert show.evaluate(IS_IN_REACH)
    page.get_by_label("City").fill("Pune")
    page.get_by_label("Source").select_option("Website")
    page.get_by_label("Sort by").select_option("-value")
    assert show.evaluate(IS_IN_REACH)
    show.click()
    page.get_by_role("link", name="Take away: Pune").wait_for()
    assert rows.all_inner_texts() == ["Suresh Patil", "Kavita Rao", "Amit Joshi"]
    assert "status_kind=open" in page.url

    page.get_by_role("link", name="Kavita Rao").click()
    page.get_by_role("heading", name="Kavita Rao").wait_for()
    page.get_by_role("link", name="Next", exact=True).click()
    page.get_by_role("heading", name="Amit Joshi").wait_for()
    assert page.get_by_role("link", name="Next", exact=True).count() == 0

    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Value").fill("1200")
    page.get_by_role("button", name="Save the lead").click()
    page.get_by_text("₹1,200", exact=True).wait_for()
    page.get_by_role("link", name="Next", exact=True).click()
    page.get_by_role("heading", name="Suresh Patil").wait_for()

    page.get_by_role("link", name="Back to the list").click()
    page.get_by_role("link", name="Take away: Website").wait_for()
    assert rows.all_inner_texts() == ["Amit Joshi", "Suresh Patil", "Kavita Rao"]
    # A search from the closed menu keeps what is on.
    page.get_by_role("main").get_by_label("Search leads").fill("rao")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name="Take away: Pune").wait_for()
    page.wait_for_url("**q=rao**")
    assert rows.all_inner_texts() == ["Kavita Rao"]
    assert "sort=-value" in page.url
    assert tab.complaints == []
    assert tab.strangers == []


def test_a_known_number_is_told_while_it_is_typed(manager, visit: Visit):
    with acting_for(manager.organisation):
        phone = Lead.objects.get(name="Farah Khan").phone
    tab = visit(manager, width=PHONE)
    page = tab.open("/leads/new/")

    page.get_by_label("Phone").press_sequentially(phone.removeprefix("+91"))
    page.get_by_role("link", name="Open Farah Khan").click()

    page.get_by_role("heading", name="Farah Khan").wait_for()
    assert tab.complaints == []
