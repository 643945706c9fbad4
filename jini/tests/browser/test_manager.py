"""The manager's drill-down in Chromium: from a figure to its rows, and to the call behind one of them."""

import pytest

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.tests.factories import make_call
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.tests.factories import make_lead
from reports.actions.rollups import rebuild

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_from_the_dashboard_to_a_call(transactional_db, visit: Visit, width):
    organisation = make_organisation("Kiran Rooftop Solar")
    manager = make_member(organisation, Role.MANAGER, first_name="Meera", last_name="Iyer")
    asha = make_member(organisation, Role.TELECALLER, first_name="Asha", last_name="Kulkarni")
    with acting_for(organisation):
        for number in range(3):
            make_call(
                make_lead(name=f"Lead {number}", assigned_to=asha),
                asha,
                talk=60 if number else None,
                disposition="Interested",
            )
    rebuild(organisation)
    tab = visit(manager, width=width)

    page = tab.open("/")
    page.get_by_role("heading", name="Dashboard").wait_for()
    page.get_by_role("button", name="What is “Connect rate”?").click()
    page.get_by_text("Connected calls ÷ calls.").wait_for()
    page.keyboard.press("Escape")

    page.get_by_label("Period").select_option("today")
    page.get_by_label("Telecaller").select_option(label="Asha Kulkarni")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/dashboard/?period=today*")
    row = page.get_by_role("row", name="Asha Kulkarni")
    row.get_by_role("link", name="2").first.click()
    page.get_by_role("heading", name="Calls", exact=True, level=1).wait_for()
    page.get_by_role("link", name="Take away: Connected").wait_for()
    assert page.get_by_role("row").count() == 3

    page.get_by_role("row", name="Lead 2").get_by_role("link").first.click()
    page.get_by_role("heading", name="Course of the call").wait_for()
    page.go_back()
    page.get_by_role("link", name="Take away: Connected").click()
    page.get_by_role("link", name="Lead 0").wait_for()
    assert page.get_by_role("row").count() == 4

    page = tab.open("/dashboard/?period=today")
    page.get_by_role("link", name="Outcomes as a table").click()
    page.get_by_role("heading", name="Outcomes", level=1).wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "Interested,3" in download.value.path().read_text()
    assert tab.complaints == []
    assert tab.strangers == []
