"""Bulk jobs in Chromium: rows are ticked, something is done with them, looked at and taken back."""

import pytest

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from jini.tests.browser.pumping import worker
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.models import Lead
from leads.tests.factories import make_lead

pytestmark = pytest.mark.browser


@pytest.fixture
def manager(transactional_db):
    organisation = make_organisation("Kiran Rooftop Solar")
    with acting_for(organisation):
        for name in ("Kavita Rao", "Suresh Patil", "Amit Joshi"):
            make_lead(name=name)
    return make_member(organisation, Role.MANAGER, first_name="Meera", last_name="Iyer")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_rows_are_ticked_assigned_and_given_back(manager, visit: Visit, width):
    tab = visit(manager, width=width)
    page = tab.open("/leads/")

    page.get_by_label("Choose Kavita Rao").check()
    page.get_by_text("1 chosen").wait_for()
    page.get_by_role("row", name="Amit Joshi").hover()
    page.keyboard.press("x")
    page.get_by_text("2 chosen").wait_for()
    page.get_by_role("button", name="Assign").click()
    page.get_by_role("heading", name="Leads: 2").wait_for()
    page.get_by_label("Meera Iyer", exact=True).check()
    page.get_by_role("button", name="Assign: 2").click()
    page.get_by_role("button", name="Stop").wait_for()
    with worker("bulk"):
        page.get_by_role("button", name="Undo").first.wait_for()
        with acting_for(manager.organisation):
            assert set(Lead.objects.filter(assigned_to=manager).values_list("name", flat=True)) == {
                "Kavita Rao",
                "Amit Joshi",
            }
        page.get_by_role("main").get_by_role("button", name="Undo").click()
        page.get_by_role("heading", name="Undone").wait_for()
    page.get_by_role("link", name="2", exact=True).click()
    page.get_by_role("link", name="Kavita Rao").wait_for()

    with acting_for(manager.organisation):
        assert not Lead.objects.filter(assigned_to=manager).exists()
    assert tab.complaints == []
    assert tab.strangers == []


def test_all_that_match_go_into_the_bin_and_one_comes_back(manager, visit: Visit):
    tab = visit(manager, width=PHONE)
    page = tab.open("/leads/")

    page.get_by_label("All 3").check()
    page.locator("#bulk").get_by_text("More").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete: 3").click()
    with worker("bulk"):
        page.get_by_role("button", name="Undo").first.wait_for()
    page = tab.open("/leads/bin/")
    page.get_by_role("button", name="Restore Suresh Patil").click()
    page.get_by_role("heading", name="Suresh Patil").wait_for()

    with acting_for(manager.organisation):
        assert [lead.name for lead in Lead.objects.all()] == ["Suresh Patil"]
    assert tab.complaints == []
