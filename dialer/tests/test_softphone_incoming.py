"""A call that comes in rings in the browser of whoever has it as their phone: offered, taken, passed on, or on the phone."""

from urllib.parse import parse_qs

import pytest
import responses
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.actions.softphone import choose_mode
from dialer.incoming.steps import take_step
from dialer.models import Call, IncomingCall, IncomingRing, SimulatedCall, Softphone, TelephonyAccount
from dialer.providers.port import Leg, LegQuery
from dialer.providers.simulator import Simulator
from dialer.tests.callers import Caller, make_available, picks_up, work
from dialer.tests.factories import open_all_day
from dialer.tests.test_line import run_until
from dialer.tests.test_softphone import TAB, register
from leads.tests.factories import make_lead

RINGING, SIMULATED = reverse("dialer:softphone_ringing"), reverse("dialer:softphone_simulated")
BAR = reverse("dialer:active_call")
SID = "AC" + "a" * 32


@pytest.fixture
def lead(scope, telecaller):
    open_all_day()
    choose_mode(telecaller, "browser")
    return make_lead(assigned_to=telecaller, name="Kavita Rao")


@pytest.fixture
def page(client_of, telecaller, lead):
    """A page of the telecaller that is their phone."""
    client = client_of(telecaller)
    register(client)
    make_available(telecaller)
    return client


@pytest.fixture
def caller(organisation, lead):
    return Caller(organisation, lead.phone)


def rings(organisation, caller):
    caller.arrives()
    work(organisation)
    return caller.ring()


def asked(page, ring, tab=TAB):
    return page.post(RINGING, {"tab": tab, "leg": f"a-{ring.pk}"}).json()["answer"]


def test_the_browser_rings_and_its_member_is_asked(organisation, page, caller):
    ring = rings(organisation, caller)

    assert ring.in_browser
    assert asked(page, ring) == "ask"
    bar = page.get(BAR).content.decode()
    assert f'data-jini-simulated-leg="a-{ring.pk}"' in bar
    assert 'data-jini-phone-press="answer"' in bar
    assert 'id="ringing-answer"' not in bar


def test_whoever_presses_talks_in_the_browser(organisation, page, caller, lead, telecaller):
    ring = rings(organisation, caller)
    SimulatedCall.objects.create(
        token=caller.token, created_at=timezone.now(), events=[{
            "leg": "customer", "status": "ringing", "at": timezone.now().isoformat(), "duration": None, "url": "u",
            "form": {}, "message": 0, "ended_to": "e",
        }],
    )  # fmt: skip

    assert page.post(SIMULATED, {"tab": TAB, "leg": f"a-{ring.pk}"}).status_code == 204
    assert page.post(SIMULATED, {"tab": TAB, "leg": f"a-{ring.pk}"}).status_code == 409
    picks_up(ring)

    call = Call.objects.get()
    assert (call.mode, call.telecaller, call.agent_leg) == ("browser", telecaller, f"a-{ring.pk}")
    assert f'data-jini-simulated-leg="a-{ring.pk}"' in page.get(BAR).content.decode()
    assert asked(page, ring) == "refuse"
    query = LegQuery(call.pk, Leg.AGENT, call.agent_leg, "client:x", "", call.started_at, "")
    assert [event.status for event in Simulator(organisation=organisation, secret="x", address="").fetch(query)] == [
        "in-progress"
    ]


def test_a_call_that_is_passed_on_rings_here_no_more(organisation, page, caller):
    ring = rings(organisation, caller)

    page.post(reverse("dialer:ring_passing", args=[ring.pk]))

    assert asked(page, ring) == "refuse"
    assert IncomingRing.objects.get().outcome == "declined"


def test_another_tab_and_another_member_are_not_asked(organisation, page, client_of, colleague, caller):
    ring = rings(organisation, caller)

    assert asked(page, ring, tab="aaaaaaaa.9999999999999999") == "refuse"
    assert asked(client_of(colleague), ring) == "refuse"
    assert client_of(colleague).post(SIMULATED, {"tab": TAB, "leg": f"a-{ring.pk}"}).status_code == 409


def test_another_leg_than_the_one_that_was_rung_is_refused(organisation, page, caller):
    rings(organisation, caller)

    assert page.post(RINGING, {"tab": TAB, "leg": "a-other"}).json()["answer"] == "refuse"


@pytest.mark.parametrize("away", [{"state": "denied"}, {"seen_at": "long ago"}])
def test_the_phone_rings_while_the_browser_is_away(organisation, page, caller, telecaller, away):
    if "seen_at" in away:
        away = {"seen_at": timezone.now() - timezone.timedelta(minutes=3)}
    Softphone.objects.update(**away)

    ring = rings(organisation, caller)

    assert (ring.member, ring.in_browser) == (telecaller, False)
    assert asked(page, ring) == "refuse"


def test_a_member_without_a_phone_is_rung_in_their_browser_alone(organisation, page, caller, telecaller):
    telecaller.phone = ""
    telecaller.save()
    assert rings(organisation, caller).in_browser
    caller.hangs_up()
    work(organisation)
    IncomingRing.objects.all().delete()

    Softphone.objects.update(state="")
    other = Caller(organisation, caller.phone)
    other.arrives()
    work(organisation)
    assert (other.rung(), other.row().missed) == ([], "nobody")


def test_a_browser_that_another_account_lets_in_is_not_rung(organisation, page, caller, telecaller):
    TelephonyAccount.objects.update(is_active=False)
    TelephonyAccount.objects.create(
        provider="twilio", credentials={"account_sid": SID, "auth_token": "x"}, is_active=True
    )

    assert not rings(organisation, caller).in_browser


@responses.activate
def test_twilio_is_asked_to_ring_the_browser(organisation, page, telecaller, lead):
    TelephonyAccount.objects.update(is_active=False)
    TelephonyAccount.objects.create(
        provider="twilio", credentials={"account_sid": SID, "auth_token": "x"}, is_active=True
    )
    incoming = IncomingCall.objects.create(
        provider="twilio", provider_id="CA" + "c" * 32, lead=lead, caller=lead.phone, called="+912240000001",
        started_at=timezone.now(),
    )  # fmt: skip
    dialled = responses.post(f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Calls.json", json={"sid": "CA1"})

    take_step(organisation, incoming.pk)

    sent = parse_qs(dialled.calls[0].request.body)
    assert sent["To"] == [f"client:{Softphone.objects.get().identity}"]
    assert (IncomingRing.objects.get().in_browser, IncomingRing.objects.get().leg) == (True, "CA1")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_call_is_taken_in_the_browser(visit, organisation, telecaller, live_server, settings):
    settings.PUBLIC_URL = live_server.url
    with acting_for(organisation):
        open_all_day()
        choose_mode(telecaller, "browser")
        caller = Caller(organisation, make_lead(assigned_to=telecaller, name="Kavita Rao").phone)
        make_available(telecaller)
    tab = visit(telecaller, width=390)
    page = tab.page
    page.context.grant_permissions(["microphone"], origin=tab.address)
    tab.open(reverse("dialer:today"))
    second = page.context.new_page()
    second.goto(tab.address + reverse("dialer:today"))

    def is_so(question):
        def ask():
            page.wait_for_timeout(50)
            with acting_for(organisation):
                return question()

        run_until(ask)

    is_so(lambda: any(phone.is_there for phone in Softphone.objects.all()))
    caller.arrives()
    with acting_for(organisation):
        begin = timezone.now().isoformat()
        SimulatedCall.objects.create(
            token=caller.token, created_at=timezone.now(), events=[{
                "leg": "customer", "status": "ringing", "at": begin, "duration": None, "url": "u", "form": {},
                "message": 0, "ended_to": "e",
            }],
        )  # fmt: skip
    is_so(lambda: IncomingRing.objects.filter(status__in=["queued", "initiated", "ringing"]).exists())

    page.locator("#ringing-take").wait_for(timeout=20_000)
    assert not second.locator("#ringing-take").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#ringing-take").click()
    is_so(lambda: Call.objects.filter(mode="browser", status="in-progress").exists())
    page.locator("#softphone").get_by_text("Simulated audio").wait_for()
    assert (tab.complaints, tab.strangers) == ([], [])
