"""The telecaller's loop, pressed through in Chromium against the simulator and our own webhook."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.calls.line import account_of
from dialer.models import Call, Disposition, QueueEntry, SimulatedCall
from dialer.providers.accounts import provider_of
from dialer.tests.factories import make_call, make_campaign, make_entry
from jini.tests.browser.pumping import worker
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.models import FollowUp
from leads.tests.factories import make_lead
from privacy.models import ContactPolicy

pytestmark = pytest.mark.browser


@pytest.fixture
def telecaller(transactional_db, live_server, settings) -> Membership:
    """Asha, with two leads waiting in a campaign whose calls go through the simulator at any hour."""
    settings.PUBLIC_URL, settings.DEMO = live_server.url, True
    organisation = make_organisation("Kiran Rooftop Solar")
    member = make_member(organisation, Role.TELECALLER, first_name="Asha", last_name="Kulkarni")
    with acting_for(organisation):
        ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59))
        campaign = make_campaign(member, name="Rooftop", script="Namaste {{first_name}}, this is Asha.")
        for number, name in enumerate(("Kavita Rao", "Suresh Patil")):
            make_entry(
                make_lead(name=name, city="Pune"),
                campaign,
                rank=4,
                due_at=campaign.created_at + dt.timedelta(seconds=number),
            )
    return member


def the_lead_hangs_up(organisation: Organisation) -> None:
    """What the other end does: the simulator ends both legs and tells us."""
    with acting_for(organisation):
        call = Call.objects.open().get()
        record = SimulatedCall.objects.get(token=call.pk)
        provider = provider_of(account_of(call), organisation)
    provider.hang_up([f"c-{record.token}", f"a-{record.token}"])


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_next_call_outcome_follow_up_next_in_four_taps(telecaller, visit: Visit, width):
    organisation = telecaller.organisation
    tab = visit(telecaller, width=width)
    with worker("telephony", "default"):
        page = tab.open("/today/")
        page.get_by_role("button", name="Call next lead").click()
        page.get_by_role("heading", name="Kavita Rao").wait_for()

        page.get_by_role("button", name="Call Kavita Rao").click()
        bar = page.get_by_role("region", name="Active call")
        bar.wait_for()
        page.get_by_text("Namaste").wait_for()
        # The bar follows by itself; going elsewhere does not lose it.
        # A busy line is over between two looks at it.
        over = page.get_by_role("heading", name="How did it go?")
        bar.get_by_text("Ringing").or_(bar.get_by_text("Connected")).or_(over).first.wait_for(timeout=60_000)
        the_lead_hangs_up(organisation)
        over.wait_for(timeout=60_000)
        # The status at the top follows the call, on the same page.
        page.locator("#presence").get_by_text("Wrap-up").wait_for()

        page.get_by_role("button", name="Busy" if _was_not_answered(organisation) else "Call back").first.click()
        if not _was_not_answered(organisation):
            page.get_by_role("button", name="Save and next").click()
        page.get_by_role("heading", name="Suresh Patil").wait_for()

    with acting_for(organisation):
        call = Call.objects.get()
        assert call.closed_at is not None
        assert call.disposition in Disposition.objects.filter(name__in=["Busy", "Call back"])
        assert FollowUp.objects.count() == (call.disposition.name == "Call back")
        waiting = QueueEntry.objects.get(lead__name="Suresh Patil")
        assert waiting.leased_to == telecaller
    assert tab.complaints == []
    assert tab.strangers == []


def _was_not_answered(organisation: Organisation) -> bool:
    with acting_for(organisation):
        return Call.objects.get().answered_at is None


def test_two_tabs_and_a_double_click_make_one_call(telecaller, visit: Visit):
    first = visit(telecaller, width=PHONE)
    second = visit(telecaller, width=DESKTOP)
    with worker("telephony"):
        page = first.open("/today/")
        page.get_by_role("button", name="Call next lead").click()
        page.get_by_role("heading", name="Kavita Rao").wait_for()
        other = second.open(page.url.removeprefix(first.address))
        page.get_by_role("button", name="Call Kavita Rao").dblclick()
        page.get_by_role("region", name="Active call").wait_for()
        button = other.get_by_role("button", name="Call Kavita Rao")
        button.click()
        other.get_by_role("region", name="Active call").wait_for()

    with acting_for(telecaller.organisation):
        assert Call.objects.count() == 1


def test_keys_choose_the_outcome(telecaller, visit: Visit):
    organisation = telecaller.organisation
    tab = visit(telecaller, width=DESKTOP)
    with worker("telephony", "default"):
        page = tab.open("/today/")
        page.get_by_role("button", name="Call next lead").click()
        page.get_by_role("heading", name="Kavita Rao").wait_for()
        page.keyboard.press("c")
        page.get_by_role("region", name="Active call").wait_for()
        page.get_by_text("Ringing").or_(page.get_by_text("Connected")).first.wait_for(timeout=60_000)
        page.keyboard.press("h")
        page.get_by_role("heading", name="How did it go?").wait_for(timeout=60_000)
        with acting_for(organisation):
            outcome = (
                Disposition.objects.in_order()
                .filter(needs_follow_up=False, minimum_talk_seconds=None)
                .exclude(hot_key="")
                .first()
            )
        page.keyboard.press(outcome.hot_key)
        page.get_by_role("heading", name="Suresh Patil").wait_for()
    with acting_for(organisation):
        assert Call.objects.get().disposition == outcome


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_when_to_call_back_is_seen_and_chosen(telecaller, visit: Visit, width):
    with acting_for(telecaller.organisation):
        lead = make_lead(name="Anil Deshpande", assigned_to=telecaller)
        call = make_call(lead, telecaller, closed_at=None, wrap_up_seconds=None)
    tab = visit(telecaller, width=width)
    page = tab.open(f"/calls/{call.pk}/disposition/")
    page.get_by_role("button", name="Call back").click()
    page.get_by_text("When will you call back?").wait_for()
    assert page.get_by_role("button", pressed=True).all_inner_texts()[0].startswith("Call back")
    assert page.get_by_role("button", pressed=True).count() == 1
    assert page.get_by_label("Date and time for Pick").is_hidden()
    assert page.get_by_role("button", name="Save and next").is_visible()
    assert page.get_by_role("button", name="Not interested").is_visible() == (width == DESKTOP)

    page.get_by_role("radio", name="+3 days").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("When will you call back?").wait_for(state="detached")
    with acting_for(telecaller.organisation):
        assert dt.timedelta(days=2) < FollowUp.objects.get().due_at - timezone.now() < dt.timedelta(days=5)
    assert tab.complaints == []
