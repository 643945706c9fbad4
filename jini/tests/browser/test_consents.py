"""A lead says yes and takes it back in Chromium, on a phone and at a desk, with equally many presses; an admin brings a check in."""

import pytest

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.calls.contact import decide
from dialer.tests.factories import open_all_day
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.models import Lead
from leads.tests.factories import make_lead
from privacy.models import ContactPolicy, DndFile

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(transactional_db):
    organisation = make_organisation("Kiran Rooftop Solar")
    with acting_for(organisation):
        make_lead(name="Suresh Patil")
        open_all_day()
        ContactPolicy.objects.update(purpose="promotional")
    return make_member(organisation, Role.ADMIN, first_name="Neha", last_name="Bhatt")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_yes_and_taking_it_back_take_the_same_presses_and_the_gate_hears_of_both(admin, visit: Visit, width):
    tab = visit(admin, width=width)
    with acting_for(admin.organisation):
        lead = Lead.objects.get()
    page = tab.open(lead.get_absolute_url())

    def press(button):
        page.get_by_role("link", name="Offers, Calls").click()
        page.get_by_role("button", name=button).click()
        page.locator("#lead-consents").wait_for()

    for button, said, allowed in (("They agree", "Agreed", True), ("They take it back", "Withdrawn", False)):
        press(button)
        page.locator("#lead-consents").get_by_text(said).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        with acting_for(admin.organisation):
            assert decide(lead).is_allowed is allowed
    assert tab.complaints == []
    assert tab.strangers == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_results_come_in_and_a_number_is_put_on_do_not_call_and_lifted(admin, visit: Visit, width):
    tab = visit(admin, width=width)
    page = tab.open("/settings/dnd/")
    content = b"Phone,Status\n9876543210,DND\n12,DND\n"
    page.locator("input[type=file]").set_input_files({"name": "scrub.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Bring the results in").click()
    page.get_by_role("link", name="1 row left out").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with acting_for(admin.organisation):
        assert DndFile.objects.get().taken == 1
        lead = Lead.objects.get()

    page.goto(page.url.replace("/settings/dnd/", lead.get_absolute_url()))
    page.locator("#lead-consents").get_by_role("link", name="Do not call").click()
    page.get_by_role("button", name="Do not use it any more").click()
    page.get_by_placeholder("Why it may be used again").fill("It was another number")
    page.get_by_role("button", name="Lift").click()
    page.get_by_text("It was another number").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with acting_for(admin.organisation):
        assert decide(lead).is_allowed
    assert tab.complaints == []
    assert tab.strangers == []
