"""A press that is refused says why until the next press, whatever asks for its part meanwhile, in Chromium."""

import pytest
from playwright.sync_api import Page

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.models import Call
from dialer.tests.conversing import make_conversation
from dialer.tests.factories import open_all_day
from jini.tests.browsing import PHONE, Visit
from leads.tests.factories import make_lead

pytestmark = pytest.mark.browser


@pytest.fixture
def call(transactional_db) -> Call:
    organisation = make_organisation("Kiran Rooftop Solar")
    telecaller = make_member(organisation, Role.TELECALLER, first_name="Asha", last_name="Kulkarni")
    with acting_for(organisation):
        open_all_day()
        return make_conversation(make_lead(name="Kavita Rao", assigned_to=telecaller), telecaller)


def looks_again(page: Page, part: str) -> None:
    """Wait until the part was asked for anew and has settled."""
    with page.expect_response(lambda answer: f"{part}?shown=" in answer.url and answer.status == 200):
        pass
    page.wait_for_timeout(300)


def test_why_digits_were_not_sent_stays_until_they_are(call, visit: Visit):
    tab = visit(call.telecaller, width=PHONE)
    page = tab.open(call.lead.get_absolute_url())
    said = page.get_by_text("Only the digits 0 to 9, * and # can be sent.")
    page.get_by_text("Keypad").click()
    page.get_by_label("Digits").fill("12a")
    page.get_by_role("button", name="Send digits").click()
    said.wait_for()
    looks_again(page, "/call-panel/")
    assert said.is_visible()

    page.get_by_label("Digits").fill("12")
    page.get_by_role("button", name="Send digits").click()
    said.wait_for(state="detached")
    assert tab.strangers == []


def test_why_a_supervisor_could_not_join_stays(call, visit: Visit):
    manager = make_member(call.organisation, Role.MANAGER, first_name="Meera", last_name="Iyer")
    manager.phone = ""
    manager.save()
    tab = visit(manager, width=PHONE)
    page = tab.open(f"/calls/{call.pk}/supervise/")
    page.get_by_role("button", name="Listen on my phone").click()
    said = page.get_by_text("Your profile has no phone number that could be rung.")
    said.wait_for()
    looks_again(page, "/supervise/")
    assert said.is_visible()
