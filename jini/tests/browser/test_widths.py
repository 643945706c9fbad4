"""No page of the day is wider than its window, from a small phone to a desk, in Chromium."""

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.tests.factories import make_call
from jini.tests.browsing import DESKTOP, IS_IN_REACH, PHONE, Visit
from leads.tests.factories import make_lead

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 767, 768, 800, 1024, 1200)
IS_WIDER = "() => document.documentElement.scrollWidth > innerWidth"
IS_INSIDE = """list => {
  const { left, right, width } = list.getBoundingClientRect();
  return width > 0 && left >= 0 && right <= document.documentElement.clientWidth;
}"""


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("role", [Role.TELECALLER, Role.MANAGER])
def test_nothing_is_wider_than_the_window(transactional_db, visit: Visit, role, language):
    organisation = make_organisation("Kiran Rooftop Solar")
    member = make_member(
        organisation, role, first_name="Venkatasubramanian", last_name="Krishnamoorthy", language=language
    )
    with acting_for(organisation):
        lead = make_lead(name="Venkatasubramanian Krishnamoorthy", city="Thiruvananthapuram", assigned_to=member)
        make_call(lead, member, talk=40, closed_at=None, wrap_up_seconds=None)
    tab = visit(member, width=DESKTOP)
    wider = []
    for path in ("/", "/leads/", lead.get_absolute_url(), "/calls/", "/follow-ups/"):
        page = tab.open(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate(IS_WIDER):
                wider.append((path, width))
    assert wider == []


def test_an_open_menu_stays_in_the_window(transactional_db, visit: Visit):
    organisation = make_organisation("Kiran Rooftop Solar")
    member = make_member(organisation, Role.TELECALLER)
    with acting_for(organisation):
        lead = make_lead(assigned_to=member)
    tab = visit(member, width=DESKTOP)
    opened, outside = 0, []
    for path in ("/leads/", lead.get_absolute_url()):
        page = tab.open(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            for menu in page.locator("details.j-menu").all():
                if not menu.locator("summary").is_visible():
                    continue
                menu.locator("summary").click()
                opened += 1
                try:
                    page.wait_for_function(IS_INSIDE, arg=menu.locator(".j-menu-list").element_handle(), timeout=2000)
                except PlaywrightTimeout:
                    outside.append((path, width, menu.locator("summary").inner_text()))
                page.keyboard.press("Escape")
    assert opened > len(WIDTHS)
    assert outside == []


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("calling", [False, True])
def test_what_saves_a_form_is_not_covered(transactional_db, visit: Visit, width, calling):
    organisation = make_organisation("Kiran Rooftop Solar")
    member = make_member(organisation, Role.ADMIN)
    with acting_for(organisation):
        lead = make_lead(assigned_to=member)
        if calling:
            make_call(lead, member, talk=40, closed_at=None, wrap_up_seconds=None)
    tab = visit(member, width=width)
    edit = f"{lead.get_absolute_url()}edit/"
    for path in ("/settings/hours/", "/settings/organisation/", "/leads/new/", edit, "/campaigns/new/"):
        page = tab.open(path)
        if calling:
            page.locator(".j-callbar").wait_for()
        assert page.locator(".j-save .btn-primary").evaluate(IS_IN_REACH), path
