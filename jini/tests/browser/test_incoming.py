"""A lead calls, pressed through in Chromium: the simulator plays the caller, the telecaller answers on the page."""

import datetime as dt

import pytest

from accounts.models import Membership
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.actions.incoming import simulate_call
from dialer.models import Call, IncomingCall, IncomingSettings
from dialer.tests.callers import make_available
from jini.tests.browser.pumping import worker
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.models import Lead
from leads.tests.factories import make_lead
from privacy.models import ContactPolicy

pytestmark = pytest.mark.browser
PRESSED_WITHIN = 60_000


@pytest.fixture
def telecaller(transactional_db, live_server, settings) -> Membership:
    """Asha, who waits for calls at any hour."""
    settings.PUBLIC_URL = live_server.url
    organisation = make_organisation("Kiran Rooftop Solar")
    member = make_member(organisation, Role.TELECALLER, first_name="Asha", last_name="Kulkarni")
    with acting_for(organisation):
        ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59))
        make_available(member)
    return member


def calls(member: Membership, phone: str) -> None:
    with acting_for(member.organisation):
        simulate_call(phone, patience=120, message=0, by=member)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_phone_rings_on_the_page_and_the_call_is_wrapped_up(telecaller, visit: Visit, width):
    with acting_for(telecaller.organisation):
        lead = make_lead(name="Kavita Rao", assigned_to=telecaller)
    tab = visit(telecaller, width=width)
    with worker("telephony", "default"):
        page = tab.open("/today/")
        calls(telecaller, lead.phone)
        bar = page.get_by_role("region", name="Incoming call")
        bar.wait_for(timeout=PRESSED_WITHIN)
        assert bar.get_by_role("link", name="Kavita Rao").is_visible()
        # It stays while one goes elsewhere.
        page.get_by_role("link", name="Leads").first.click()
        page.get_by_role("heading", name="Leads").first.wait_for(timeout=PRESSED_WITHIN)
        assert bar.is_visible()
        bar.get_by_role("button", name="Answer").click()
        page.get_by_role("heading", name="Kavita Rao").first.wait_for(timeout=PRESSED_WITHIN)
        page.get_by_role("region", name="Active call").get_by_text("Connected").first.wait_for(timeout=PRESSED_WITHIN)
        page.get_by_role("button", name="Hang up").first.click()
        page.get_by_role("heading", name="How did it go?").wait_for(timeout=PRESSED_WITHIN)

    with acting_for(telecaller.organisation):
        call = Call.objects.get()
        assert (call.direction, call.telecaller, call.is_in_wrap_up) == ("incoming", telecaller, True)


def test_somebody_unknown_becomes_a_lead_while_one_talks(telecaller, visit: Visit):
    with acting_for(telecaller.organisation):
        IncomingSettings.objects.update(unknown_callers="kept")
    tab = visit(telecaller, width=PHONE)
    with worker("telephony", "default"):
        page = tab.open("/today/")
        calls(telecaller, "+919811122233")
        bar = page.get_by_role("region", name="Incoming call")
        bar.get_by_text("98111 22233").wait_for(timeout=PRESSED_WITHIN)
        bar.get_by_role("button", name="Answer").click()
        bar.get_by_role("button", name="Make a lead").click(timeout=PRESSED_WITHIN)
        page.get_by_role("region", name="Active call").wait_for(timeout=PRESSED_WITHIN)

    with acting_for(telecaller.organisation):
        assert Call.objects.get().lead == Lead.objects.get(phone="+919811122233")


def test_a_call_that_is_passed_on_is_missed_and_called_back(telecaller, visit: Visit):
    with acting_for(telecaller.organisation):
        lead = make_lead(name="Kavita Rao", assigned_to=telecaller)
    tab = visit(telecaller, width=PHONE)
    with worker("telephony", "default"):
        page = tab.open("/today/")
        calls(telecaller, lead.phone)
        page.get_by_role("button", name="Pass on").click(timeout=PRESSED_WITHIN)
        page.get_by_text("The call was passed on.").wait_for(timeout=PRESSED_WITHIN)
        for _try in range(60):
            with acting_for(telecaller.organisation):
                if IncomingCall.objects.to_return().exists():
                    break
            page.wait_for_timeout(500)
        page = tab.open("/today/")
        page.get_by_text("Missed calls to return: 1").wait_for(timeout=PRESSED_WITHIN)
        page.get_by_role("link", name="Show").first.click()
        page.get_by_role("button", name="Call Kavita Rao").wait_for(timeout=PRESSED_WITHIN)
