"""The board in Chromium: a card is dragged, sent by the dialog, refused and put back; a phone shows one column."""

import os
from decimal import Decimal

import pytest

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.actions.editing import change_status
from leads.models import Lead, Status
from leads.tests.factories import make_lead

pytestmark = pytest.mark.browser


@pytest.fixture
def manager(transactional_db):
    organisation = make_organisation("Kiran Rooftop Solar")
    with acting_for(organisation):
        for number in range(24):
            make_lead(name=f"Lead {number:02}", value=Decimal(100_000))
        make_lead(name="Kavita Rao", value=Decimal(240_000))
    return make_member(organisation, Role.MANAGER, first_name="Meera", last_name="Iyer")


def kavita(manager):
    with acting_for(manager.organisation):
        return Lead.objects.select_related("status", "lost_reason").get(name="Kavita Rao")


def shown(page, name):
    if folder := os.environ.get("JINI_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_a_card_is_dragged_and_asked_why_and_refused(manager, visit: Visit):
    tab = visit(manager, width=DESKTOP)
    page = tab.open("/leads/")
    page.get_by_role("link", name="Board", exact=True).click()
    page.get_by_role("heading", name="Pipeline").wait_for()
    card, column = page.locator(".j-deal", has_text="Kavita Rao"), lambda name: page.get_by_role("region", name=name)
    shown(page, "board-1280")
    # All columns at once: a drag does not scroll the board by itself in a test.
    page.set_viewport_size({"width": 1800, "height": 900})

    card.drag_to(column("Contacted").locator("[data-jini-column]"), target_position={"x": 50, "y": 20})
    column("Contacted").get_by_text("₹2.4 lakh").wait_for()
    assert column("Contacted").get_by_text("Kavita Rao").count() >= 1
    assert kavita(manager).status.name == "Contacted"

    card.drag_to(column("Lost").locator("[data-jini-column]"), target_position={"x": 50, "y": 20})
    page.get_by_role("dialog").get_by_label("Too expensive").check()
    shown(page, "board-why-1280")
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    column("Lost").get_by_text("₹2.4 lakh").wait_for()
    assert kavita(manager).lost_reason.name == "Too expensive"

    with acting_for(manager.organisation):
        change_status(kavita(manager), Status.objects.get(kind="won"), by=manager)
    card.get_by_role("link", name="Move").click()
    page.get_by_role("dialog").get_by_label("Interested").check()
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    page.get_by_text("was changed meanwhile and is in “Won” now").wait_for()
    column("Won").get_by_text("Kavita Rao").first.wait_for()
    assert kavita(manager).status.name == "Won"

    # The board that was renewed goes on, with further cards too.
    card.get_by_role("link", name="Move").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    column("New").get_by_role("link", name="Show more").click()
    column("New").get_by_text("Lead 00").first.wait_for()
    page.locator(".j-deal", has_text="Lead 23").drag_to(
        column("Contacted").locator("[data-jini-column]"), target_position={"x": 50, "y": 20}
    )
    column("Contacted").get_by_text("₹1 lakh").wait_for()
    assert tab.complaints == []
    assert tab.strangers == []


def test_a_phone_shows_one_column_and_moves_by_the_dialog(manager, visit: Visit):
    tab = visit(manager, width=PHONE)
    page = tab.open("/leads/board/")
    shown(page, "board-390")
    assert page.locator(".j-board > section:visible").count() == 1

    page.locator(".j-deal", has_text="Kavita Rao").get_by_role("link", name="Move").click()
    page.get_by_role("dialog").get_by_label("Interested").check()
    shown(page, "board-dialog-390")
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    page.locator(".j-deal", has_text="Kavita Rao").wait_for(state="hidden")
    page.get_by_role("link", name="Interested 1").click()
    page.locator(".j-deal", has_text="Kavita Rao").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert tab.complaints == []
