"""A colleague who takes a call in their browser, and a manager who listens in theirs: in Chromium."""

import pytest
from django.urls import reverse

from accounts.tenancy import acting_for
from dialer.actions.softphone import choose_mode
from dialer.actions.transferring import bring_in
from dialer.models import Participant, SimulatedCall, Softphone
from dialer.tests.conversing import make_conversation
from dialer.tests.factories import open_all_day
from dialer.tests.test_line import run_until
from leads.tests.factories import make_lead
from teams.actions.presence import set_presence
from teams.models import Presence


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_a_colleague_takes_a_call_and_a_manager_listens_in_their_browsers(
    visit, organisation, telecaller, colleague, manager, live_server, settings, width
):
    settings.PUBLIC_URL = live_server.url
    with acting_for(organisation):
        open_all_day()
        for member in (colleague, manager):
            choose_mode(member, "browser")
        set_presence(colleague, Presence.State.AVAILABLE)
        call = make_conversation(make_lead(assigned_to=telecaller, name="Kavita Rao"), telecaller)
        SimulatedCall.objects.update(events=[row | {"url": row["url"].replace("http://testserver", live_server.url)}
                                             for row in SimulatedCall.objects.get().events])  # fmt: skip

    def opened(member, path):
        tab = visit(member, width=width)
        tab.page.context.grant_permissions(["microphone"], origin=tab.address)
        tab.open(path)
        return tab

    def is_so(page, question):
        def ask():
            page.wait_for_timeout(50)
            with acting_for(organisation):
                return question()

        run_until(ask)

    theirs, ears = (
        opened(colleague, reverse("dialer:today")),
        opened(manager, reverse("dialer:supervise", args=[call.pk])),
    )
    page, ear = theirs.page, ears.page
    second = page.context.new_page()
    second.goto(theirs.address + reverse("dialer:today"))
    is_so(page, lambda: Softphone.objects.there().count() == 2)

    with acting_for(organisation):
        bring_in(call, "warm", by=telecaller, colleague=colleague)
    is_so(page, lambda: Participant.objects.filter(status="ringing").exists())
    page.locator("#guest-take").wait_for(timeout=20_000)
    assert not second.locator("#guest-take").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#guest-take").click()
    is_so(page, lambda: Participant.objects.filter(status="in-progress").exists())

    ear.get_by_role("button", name="Listen in the browser").click()
    is_so(ear, lambda: Participant.objects.filter(kind="supervisor", status="in-progress").exists())
    ear.locator("#callbar").get_by_text("On the call of").wait_for()
    assert ear.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#guest-leave").click()
    is_so(page, lambda: Participant.objects.get(kind="colleague").left_at is not None)
    assert [(tab.complaints, tab.strangers) for tab in (theirs, ears)] == [([], [])] * 2
