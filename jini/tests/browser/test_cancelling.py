"""An owner cancels the account in Chromium, another one confirms it, everybody can only read, and it is taken back."""

import pytest

from accounts.models import Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import PASSWORD, make_member, make_organisation
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.models import Lead
from leads.tests.factories import make_lead
from privacy.models import Cancellation

pytestmark = pytest.mark.browser
CANCEL = "/settings/organisation/cancel/"


def give_password(page):
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button").first.click()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_an_account_is_cancelled_by_two_owners_and_goes_on_by_one_press(transactional_db, visit: Visit, width):
    organisation = make_organisation("Kiran Rooftop Solar")
    owner = make_member(organisation, Role.OWNER, first_name="Kiran")
    partner = make_member(organisation, Role.OWNER, first_name="Nisha")
    telecaller = make_member(organisation, Role.TELECALLER, first_name="Asha")
    with acting_for(organisation):
        lead = make_lead(name="Suresh Patil", assigned_to=telecaller)

    mine = visit(owner, width=width)
    page = mine.open(CANCEL)
    page.get_by_role("heading", name="What happens, and when").wait_for()
    # The password is asked for at the first press, and the press is made once more.
    page.get_by_role("button", name="Cancel the account").click()
    give_password(page)
    page.get_by_label("Type the name of the organisation").fill("Another firm")
    page.get_by_role("button", name="Cancel the account").click()
    page.get_by_text("This is not its name. Type “Kiran Rooftop Solar”.").first.wait_for()
    page.get_by_label("Type the name of the organisation").fill("kiran rooftop solar")
    page.get_by_role("button", name="Cancel the account").click()
    page.get_by_role("heading", name="It is asked for").wait_for()
    assert page.get_by_role("button", name="Confirm").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    theirs = visit(partner, width=width)
    other = theirs.open(CANCEL)
    other.get_by_role("button", name="Confirm").click()
    give_password(other)
    other.get_by_role("button", name="Confirm").click()
    other.get_by_role("heading", name="There is time to think it over").wait_for()
    assert Organisation.objects.get(pk=organisation.pk).is_cancelled

    reader = visit(telecaller, width=width)
    third = reader.open(lead.get_absolute_url())
    third.get_by_text("Everything can be read and nothing changed.").wait_for()
    assert third.evaluate("document.documentElement.scrollWidth <= innerWidth")
    third.get_by_role("link", name="What you can still do").click()
    third.get_by_text("Calls have stopped.").wait_for()

    page.reload()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("Taken back. The account goes on.").wait_for()
    third.goto(third.url.replace("/organisation/ending/", lead.get_absolute_url()))
    assert third.get_by_text("Everything can be read and nothing changed.").count() == 0

    with acting_for(organisation):
        assert Cancellation.objects.get().state == "withdrawn"
        assert Lead.objects.get().name == "Suresh Patil"
    assert [tab.complaints for tab in (mine, theirs, reader)] == [[], [], []]
    assert [tab.strangers for tab in (mine, theirs, reader)] == [[], [], []]
