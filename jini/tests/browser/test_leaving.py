"""Somebody deletes their account in Chromium, thinks better of it, and keeps it by one press."""

import pytest

from accounts.permissions import Role
from accounts.tests.factories import PASSWORD, make_member, make_organisation
from jini.tests.browsing import DESKTOP, PHONE, Visit
from privacy.models import AccountDeletion

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_an_account_is_to_be_deleted_and_is_kept(transactional_db, visit: Visit, width):
    member = make_member(make_organisation("Kiran Rooftop Solar"), Role.TELECALLER, first_name="Asha")
    tab = visit(member, width=width)
    page = tab.open("/me/privacy/")
    page.get_by_role("link", name="Delete my account").click()
    page.get_by_role("heading", name="What stays, and why").wait_for()
    # The password is asked for at the first press, and the press is made once more.
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.get_by_label("Type your e-mail address").fill("wrong@example.in")
    page.get_by_role("button", name="Delete my account").click()
    page.locator("#main, main").get_by_text(f"Type {member.user.email} to go on.").first.wait_for()
    page.get_by_label("Type your e-mail address").fill(member.user.email)
    page.get_by_role("button", name="Delete my account").click()

    page.get_by_role("button", name="Keep my account").click()
    page.get_by_text("Your account stays.").wait_for()

    assert AccountDeletion.objects.get().state == "undone"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.complaints == []
    assert tab.strangers == []
