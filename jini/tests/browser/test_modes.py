"""Timed preview and progressive calling, watched in Chromium: the telecaller presses once, and the calls come."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.models import Call, Campaign, Skip
from dialer.tests.factories import make_campaign, make_entry
from jini.tests.browser.pumping import worker
from jini.tests.browser.test_telecaller import the_lead_hangs_up
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.tests.factories import make_lead
from privacy.models import ContactPolicy

pytestmark = pytest.mark.browser


@pytest.fixture
def telecaller(transactional_db, live_server, settings) -> Membership:
    settings.PUBLIC_URL, settings.DEMO = live_server.url, True
    return make_member(make_organisation("Kiran Rooftop Solar"), Role.TELECALLER, first_name="Asha")


def waiting(telecaller: Membership, **how) -> Campaign:
    """A campaign with two leads, called as `how` says at any hour."""
    with acting_for(telecaller.organisation):
        ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59))
        campaign = make_campaign(telecaller, name="Rooftop", **how)
        for place, name in enumerate(("Kavita Rao", "Suresh Patil")):
            due_at = timezone.now() - dt.timedelta(minutes=9 - place)
            make_entry(make_lead(name=name, city="Pune"), campaign, due_at=due_at)
    return campaign


def called(telecaller: Membership) -> list[str]:
    with acting_for(telecaller.organisation):
        return [call.lead.name for call in Call.objects.select_related("lead").order_by("started_at")]


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_countdown_calls_by_itself_and_a_reload_buys_no_time(telecaller, visit: Visit, width):
    waiting(telecaller, mode="timed", countdown_seconds=8)
    tab = visit(telecaller, width=width)
    with worker("telephony"):
        page = tab.open("/today/")
        page.get_by_role("button", name="Call next lead").click()
        timer = page.get_by_role("timer")
        timer.wait_for()
        page.wait_for_timeout(2500)
        page.reload()
        assert int(re.search(r"\d+", timer.inner_text()).group()) <= 6
        assert called(telecaller) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

        page.get_by_role("region", name="Active call").wait_for(timeout=20_000)

    assert called(telecaller) == ["Kavita Rao"]
    assert tab.complaints == []
    assert tab.strangers == []


def test_two_tabs_count_down_to_one_call(telecaller, visit: Visit):
    waiting(telecaller, mode="timed", countdown_seconds=6)
    first, second = visit(telecaller, width=PHONE), visit(telecaller, width=DESKTOP)
    with worker("telephony"):
        page = first.open("/today/")
        page.get_by_role("button", name="Call next lead").click()
        page.get_by_role("timer").wait_for()
        other = second.open(page.url.removeprefix(first.address))
        other.get_by_role("region", name="Active call").wait_for(timeout=20_000)
        page.get_by_role("region", name="Active call").wait_for(timeout=20_000)

    assert called(telecaller) == ["Kavita Rao"]


def test_a_countdown_is_stopped_and_the_lead_skipped(telecaller, visit: Visit):
    waiting(telecaller, mode="timed", countdown_seconds=8)
    tab = visit(telecaller, width=PHONE)
    page = tab.open("/today/")
    page.get_by_role("button", name="Call next lead").click()
    page.get_by_role("button", name="Stop the countdown").click()
    page.get_by_text(re.compile(r"Stopped with \d seconds left")).wait_for()
    page.wait_for_timeout(9000)
    page.get_by_text("Skip…").click()
    page.get_by_role("button", name="Speaks another language").click()
    page.get_by_role("heading", name="Suresh Patil").wait_for()

    assert called(telecaller) == []
    with acting_for(telecaller.organisation):
        assert [skip.reason for skip in Skip.objects.all()] == [Skip.Reason.LANGUAGE]
    assert tab.complaints == []


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_one_call_comes_after_the_other(telecaller, visit: Visit, width):
    organisation = telecaller.organisation
    waiting(telecaller, mode="progressive")
    tab = visit(telecaller, width=width)
    with worker("telephony", "default"):
        page = tab.open("/today/")
        page.get_by_role("button", name="Call next lead").click()
        bar, over = (
            page.get_by_role("region", name="Active call"),
            page.get_by_role("heading", name="How did it go?"),
        )
        bar.wait_for()
        bar.get_by_text("Ringing").or_(bar.get_by_text("Connected")).or_(over).first.wait_for(timeout=60_000)
        the_lead_hangs_up(organisation)
        over.wait_for(timeout=60_000)
        page.get_by_text("Otherwise the next call starts").wait_for()
        page.get_by_role("button", name="Wrong number").click()
        page.get_by_role("heading", name="Suresh Patil").wait_for()
        bar.wait_for()

    assert called(telecaller) == ["Kavita Rao", "Suresh Patil"]
    assert tab.complaints == []
    assert tab.strangers == []
