"""The search over every page, notes with mentions and files of a lead, in Chromium."""

import re

import pytest

from accounts.models import Notification
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.models import Activity, LeadFile
from leads.tests.factories import make_lead
from leads.tests.importing import storage  # noqa: F401 -- a fixture

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("storage")]

# As it does by itself, a second after the page and on what happens to a call.
THE_BAR_COMES_AGAIN = """() => new Promise((settled) => {
    document.getElementById("callbar").addEventListener("htmx:afterSettle", settled, { once: true });
    document.body.dispatchEvent(new Event("call:changed"));
})"""


@pytest.fixture
def manager(transactional_db):
    organisation = make_organisation("Kiran Rooftop Solar")
    with acting_for(organisation):
        for name in ("Kavita Rao", "Kavita Shah", "राहुल शर्मा"):
            make_lead(name=name, city="Pune")
    make_member(organisation, Role.MANAGER, first_name="Wasim", last_name="Khan")
    return make_member(organisation, Role.MANAGER, first_name="Meera", last_name="Iyer")


def test_the_keyboard_alone_finds_and_opens_a_lead(manager, visit: Visit):
    tab = visit(manager, width=DESKTOP)
    page = tab.open("/leads/")
    field, dialog = page.get_by_role("combobox", name="Search"), page.get_by_role("dialog", name="Search")

    page.keyboard.press("/")
    dialog.wait_for()
    page.get_by_role("option", name="Imports").wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")

    page.keyboard.press("Control+k")
    field.fill("kavita")
    page.get_by_role("option", name="Kavita Rao").wait_for()
    first, second = (option.get_attribute("id") for option in page.get_by_role("option").all()[:2])
    assert field.get_attribute("aria-activedescendant") == first
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == second
    page.evaluate(THE_BAR_COMES_AGAIN)
    assert field.get_attribute("aria-activedescendant") == second
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("option", selected=True).inner_text().startswith("Kavita Rao")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Kavita Rao").wait_for()
    page.wait_for_url(re.compile(r"/leads/[0-9a-f-]{36}/$"))
    assert dialog.count() == 0

    page.keyboard.press("Control+k")
    field.fill("sharma")
    page.get_by_role("option", name="राहुल शर्मा").wait_for()
    field.fill("kavota")
    page.get_by_role("group", name="Similar names").get_by_role("option", name="Kavita Rao").wait_for()
    field.fill("zzzz")
    page.get_by_text("Nothing was found.").wait_for()
    assert tab.complaints == []
    assert tab.strangers == []


def test_on_a_phone_the_search_is_a_page(manager, visit: Visit):
    tab = visit(manager, width=PHONE)
    page = tab.open("/leads/")

    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_role("heading", name="Search").wait_for()
    page.get_by_role("combobox", name="Search").fill("98x kavita")
    page.get_by_text("Nothing was found.").wait_for()
    page.get_by_role("combobox", name="Search").fill("kavita sh")
    page.get_by_role("option", name="Kavita Shah").click()
    page.get_by_role("heading", name="Kavita Shah").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert tab.complaints == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_colleague_is_mentioned_and_a_file_put_on_the_lead(manager, visit: Visit, width):
    tab = visit(manager, width=width)
    with acting_for(manager.organisation):
        lead = make_lead(name="Suresh Patil", assigned_to=manager)
    page = tab.open(lead.get_absolute_url())

    note = page.get_by_label("Note", exact=True)
    note.press_sequentially("Please look, @was")
    page.locator("#mentions").get_by_role("button", name="Wasim Khan").wait_for()
    page.locator("#mentions").get_by_role("button", name="Meera Iyer").wait_for(state="detached")
    note.press("ArrowDown")
    page.keyboard.press("Enter")
    assert note.input_value() == "Please look, @Wasim Khan "
    page.get_by_role("button", name="Wasim Khan").wait_for(state="detached")
    page.get_by_role("button", name="Save note").click()
    page.get_by_text("The note is saved.").wait_for()

    page.locator("#lead-files").get_by_label("File").set_input_files(
        {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": b"MZ no pdf"}
    )
    page.get_by_role("button", name="Add the file").click()
    page.get_by_text("The content of the file is not what its name says.").first.wait_for()
    page.locator("#lead-files").get_by_label("File").set_input_files(
        {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 x"}
    )
    page.get_by_role("button", name="Add the file").click()
    page.get_by_text("The file is on the lead.").wait_for()
    page.locator("#timeline-lines").get_by_text("added: bill.pdf").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="bill.pdf", exact=True).click()
    assert download.value.suggested_filename == "bill.pdf"
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_role("link", name="Remove bill.pdf").click()
    page.get_by_role("heading", name="Remove the file?").wait_for()
    page.get_by_role("button", name="Remove the file").click()
    page.get_by_text("The file is removed.").wait_for()
    page.get_by_text("No files yet.").wait_for()
    with acting_for(manager.organisation):
        assert LeadFile.objects.kept().count() == 0
        assert Activity.objects.filter(kind="note").get().details["mentions"]
        assert Notification.objects.get().member.name == "Wasim Khan"
    assert tab.complaints == []
