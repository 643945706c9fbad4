"""Likely duplicates in Chromium: two leads made one on a phone and at a desk, and two again."""

import pytest

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.models import Lead, LikelyDuplicate
from leads.tests.factories import make_lead

pytestmark = pytest.mark.browser


@pytest.fixture
def manager(transactional_db):
    organisation = make_organisation("Kiran Rooftop Solar")
    with acting_for(organisation):
        lead = make_lead(name="Suresh Patil", city="Pune", attempts=2)
        other = make_lead(name="Suresh R Patil", city="Pune", email="suresh@mail.example")
        lead, other = sorted((lead, other), key=lambda one: one.pk)
        LikelyDuplicate.objects.create(lead=lead, other=other, reasons=["name"], score=70)
    return make_member(organisation, Role.MANAGER, first_name="Meera", last_name="Iyer")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_two_leads_become_one_and_two_again(manager, visit: Visit, width):
    tab = visit(manager, width=width)
    page = tab.open("/leads/")
    page.locator("summary[aria-label=More]").last.click()
    page.locator("main").get_by_role("link", name="Likely duplicates").click()
    page.get_by_text("Similar name, same city").wait_for()

    page.get_by_role("link", name="Merge Suresh Patil").click()
    page.get_by_role("heading", name="Merge two leads").wait_for()
    # What is not empty is chosen already; the name of the other one is taken by hand.
    assert page.get_by_role("radio", name="E-mail: suresh@mail.example").is_checked()
    page.get_by_role("radio", name="Name: Suresh R Patil").check()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Merge", exact=True).click()
    page.get_by_role("heading", name="Suresh R Patil").wait_for()
    page.get_by_text("Merged with another lead").wait_for()
    with acting_for(manager.organisation):
        assert Lead.objects.get().email == "suresh@mail.example"

    page.locator("[data-jini-toast]").get_by_role("button", name="Undo").click()
    page.get_by_text("This merge was undone.").wait_for()
    with acting_for(manager.organisation):
        assert {lead.name for lead in Lead.objects.all()} == {"Suresh Patil", "Suresh R Patil"}

    page.get_by_role("link", name="All merges").click()
    page.get_by_role("heading", name="Merges", exact=True).wait_for()
    page.go_back()
    assert tab.complaints == []
    assert tab.strangers == []
