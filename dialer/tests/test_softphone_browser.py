"""The page as a phone, in Chromium: a call from the press to the outcome, two tabs, a microphone that is not allowed."""

import re

import pytest
from django.urls import reverse

from accounts.tenancy import acting_for
from dialer.actions.softphone import choose_mode
from dialer.models import Call, Softphone, TelephonyAccount
from dialer.providers.twilio.softphones import POLICY
from dialer.tests.factories import open_all_day
from dialer.tests.test_line import run_until
from leads.tests.factories import make_lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE, TODAY = reverse("dialer:own_calling"), reverse("dialer:today")
VIOLATIONS = "addEventListener('securitypolicyviolation', (event) => (window.broken ??= []).push(event.blockedURI))"


@pytest.fixture
def lead(organisation, telecaller, live_server, settings):
    settings.PUBLIC_URL = live_server.url
    with acting_for(organisation):
        open_all_day()
        choose_mode(telecaller, "browser")
        return make_lead(assigned_to=telecaller)


def opened(visit, member, path, **options):
    """A tab that may use the microphone."""
    tab = visit(member, **options)
    tab.page.context.grant_permissions(["microphone"], origin=tab.address)
    tab.open(path)
    return tab


def strip(page):
    return page.locator("#softphone")


def now(organisation, model=Call):
    with acting_for(organisation):
        return model.objects.get()


def agent_is(status, organisation):
    with acting_for(organisation):
        return Call.objects.filter(agent_status=status).exists()


def is_ready(organisation):
    with acting_for(organisation):
        return any(phone.is_there for phone in Softphone.objects.all())


def wait_for(page, is_so):
    run_until(lambda: page.wait_for_timeout(50) or is_so())


@pytest.mark.parametrize("width", [390, 1280])
def test_a_call_in_the_browser_from_the_press_to_the_outcome(visit, organisation, telecaller, lead, width):
    tab = opened(visit, telecaller, reverse("leads:lead", args=[lead.pk]), width=width)
    page, asked = tab.page, []
    page.on("request", lambda request: asked.append(request.url))
    wait_for(page, lambda: is_ready(organisation))
    assert not strip(page).is_visible()

    page.locator("#call-panel .btn-success").first.click()
    wait_for(page, lambda: agent_is("in-progress", organisation))
    strip(page).get_by_text("Simulated audio").wait_for()
    assert (now(organisation).mode, now(organisation).fell_back_at) == ("browser", None)

    # A boosted link keeps the page that is the phone, and the leg with it.
    page.get_by_role("link", name="Leads", exact=True).locator("visible=true").first.click()
    page.wait_for_url(re.compile("/leads/$"))
    assert strip(page).get_by_text("Simulated audio").is_visible()
    assert now(organisation).is_live
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#callbar .btn.hang").click()
    wait_for(page, lambda: not now(organisation).is_live)
    page.locator("#callbar").get_by_text("Choose an outcome").wait_for()
    strip(page).wait_for(state="hidden")

    assert not any("token=" in url or "eyJ" in url for url in asked)
    assert (tab.complaints, tab.strangers) == ([], [])


def test_of_two_tabs_one_is_the_phone(visit, organisation, telecaller, lead):
    first = opened(visit, telecaller, TODAY)
    wait_for(first.page, lambda: is_ready(organisation))
    second = first.page.context.new_page()
    second.goto(first.address + TODAY)
    strip(second).get_by_text("Another tab is the phone.").wait_for()
    assert not strip(first.page).is_visible()
    before = now(organisation, Softphone).tab

    second.get_by_role("button", name="Use this tab").click()
    strip(first.page).get_by_text("Another tab is the phone.").wait_for()
    strip(second).wait_for(state="hidden")
    run_until(lambda: second.wait_for_timeout(50) or now(organisation, Softphone).tab != before)
    second.close()
    # What closes gives the lock back, and the tab that waits is the phone again.
    strip(first.page).wait_for(state="hidden")


def test_a_microphone_that_is_not_allowed_is_said_and_the_phone_rings(visit, organisation, telecaller, lead):
    tab = visit(telecaller)
    page = tab.open(reverse("leads:lead", args=[lead.pk]))
    strip(page).get_by_text("Calls ring in this browser once it may use the microphone.").wait_for()
    assert strip(page).get_by_text("Until then your calls ring your phone.").is_visible()
    page.get_by_role("button", name="Allow the microphone").click()
    strip(page).get_by_text("The browser does not let JiNi use the microphone.").wait_for()
    page.locator("#call-panel .btn-success").first.click()
    wait_for(page, lambda: agent_is("in-progress", organisation))

    assert now(organisation).mode == "bridge"
    assert now(organisation).fell_back_at is not None


SLOW_MICROPHONE = """() => {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return (window.opened = await ask(wanted));
  };
}"""


def test_the_microphone_is_tested_without_a_call(visit, telecaller, lead):
    page = opened(visit, telecaller, PAGE).page
    page.get_by_role("button", name="Test the microphone").last.click()
    page.get_by_text("You are heard.").wait_for()
    assert page.get_by_label("Microphone", exact=True).locator("option").count() > 0
    chosen = page.get_by_label("Microphone", exact=True).locator("option").last.get_attribute("value")
    page.evaluate(SLOW_MICROPHONE)
    page.get_by_label("Microphone", exact=True).select_option(chosen)

    assert page.evaluate("localStorage['jini-microphone']") == chosen
    # The other microphone is still being opened, and is closed again when it comes.
    page.get_by_role("button", name="End the test").click()
    page.get_by_text("The test makes no call").wait_for()
    wait_for(page, lambda: page.evaluate("window.opened?.getTracks().every((track) => track.readyState === 'ended')"))
    assert page.get_by_text("The test makes no call").is_visible()


@pytest.mark.parametrize("is_allowed", [True, False])
def test_twilios_library_runs_under_our_content_policy(visit, organisation, telecaller, lead, monkeypatch, is_allowed):
    with acting_for(organisation):
        TelephonyAccount.objects.update(is_active=False)
        credentials = {"account_sid": "AC" + "a" * 32, "auth_token": "t", "key_sid": "SK1", "key_secret": "s" * 32}
        TelephonyAccount.objects.create(provider="twilio", credentials=credentials, is_active=True)
    if not is_allowed:
        monkeypatch.setitem(POLICY, "connect-src", ())
    tab = visit(telecaller)
    tab.page.context.grant_permissions(["microphone"], origin=tab.address)
    tab.page.add_init_script(VIOLATIONS)
    page = tab.open(TODAY)
    # Nobody answers there: what counts is whether the browser lets it ask.
    strip(page).get_by_text("This browser has no connection").wait_for()

    assert page.evaluate("typeof Twilio.Device") == "function"
    broken = page.evaluate("window.broken ?? []")
    assert (broken == []) == is_allowed
    assert is_allowed or "wss://voice-js.roaming.twilio.com" in broken[0]
