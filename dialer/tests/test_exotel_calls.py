"""Calls through Exotel from the press of the button to the wrap-up, with a server of our own in Exotel's place."""

import datetime as dt
import time
from dataclasses import replace

import pytest
import responses
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tasks import run_due
from accounts.tenancy import acting_for
from benchmarks.local_exotel.company import ACCOUNT, KEY, TOKEN, LocalExotel, flat
from benchmarks.local_exotel.serving import serving
from dialer import tasks
from dialer.actions.calling import start_call
from dialer.calls import line
from dialer.models import Call, CallEvent, DialerSettings, TelephonyAccount
from dialer.providers.accounts import provider_of
from dialer.providers.exotel.signing import signed
from dialer.providers.port import Leg
from dialer.tests.factories import open_all_day
from leads.tests.factories import make_lead

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def exotel(organisation, live_server, settings):
    """The account, and whom it is with."""
    company = LocalExotel(pace=0.05, talk=1)
    settings.PUBLIC_URL = live_server.url
    known = {"account_sid": ACCOUNT, "api_key": KEY, "api_token": TOKEN, "region": "mumbai", "secret": "s3cret"}
    with acting_for(organisation):
        TelephonyAccount.objects.update(is_active=False)
        TelephonyAccount.objects.create(provider="exotel", credentials=known, caller_id="+918047180000", is_active=True)
        DialerSettings.objects.update(default_mode=Call.Mode.BRIDGE)
        open_all_day()
    with serving(company) as address:
        settings.EXOTEL_BASE_URL = address
        yield company


def ring(telecaller, phone):
    with acting_for(telecaller.organisation):
        return start_call(make_lead(phone=phone, assigned_to=telecaller), by=telecaller)


def now(call):
    with acting_for(call.organisation):
        return call.reloaded()


def posts_of(call):
    with acting_for(call.organisation):
        return list(CallEvent.objects.filter(call_token=call.pk))


def change(call, **fields):
    with acting_for(call.organisation):
        Call.objects.filter(pk=call.pk).update(**fields)


def provider_for(call):
    with acting_for(call.organisation):
        return provider_of(TelephonyAccount.objects.get(provider="exotel"), call.organisation)


def request_for(call, leg=Leg.AGENT):
    with acting_for(call.organisation):
        return line.request_of(call, leg, call.organisation)


def work_until(is_reached, seconds=20):
    ends = time.monotonic() + seconds
    while not is_reached():
        assert time.monotonic() < ends, "it never came to that"
        run_due("telephony")
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("phone", "found"),
    [
        ("+919000000110", ("completed", "", 1, True)),
        ("+919000000114", ("completed", "", 1, True)),
        ("+919000000115", ("busy", "", None, True)),
        ("+919000000116", ("no-answer", "", None, True)),
        ("+919000000117", ("failed", "telecaller_no_answer", None, False)),
    ],
)
def test_a_call_and_what_it_comes_to(exotel, telecaller, phone, found):
    call = ring(telecaller, phone)
    work_until(lambda: not now(call).is_live and not exotel.posts)
    work_until(lambda: all(row.verdict != "waiting" for row in posts_of(call)))

    ended = now(call)
    with acting_for(call.organisation):
        tried = Call.objects.attempts().filter(pk=call.pk).exists()
    assert (ended.status, ended.failure, ended.talk_seconds, tried) == found
    assert ended.is_in_wrap_up
    assert exotel.made == {str(call.pk): 1}
    if phone.endswith("4"):
        assert {row.copies for row in posts_of(call)} == {3}


@pytest.mark.parametrize(
    ("phone", "failure"), [("+919000000200", "number_invalid"), ("+919000000201", "on_provider_register")]
)
def test_a_number_that_exotel_does_not_call(exotel, telecaller, phone, failure):
    call = ring(telecaller, phone)
    work_until(lambda: not now(call).is_live)

    assert (now(call).status, now(call).failure) == ("failed", failure)


def test_the_page_shows_how_far_the_call_is(exotel, telecaller):
    exotel.pace = 0.3
    call = ring(telecaller, "+919000000110")
    seen = []

    def is_over():
        row = now(call)
        if not seen or seen[-1] != row.status:
            seen.append(row.status)
        return not row.is_live

    work_until(is_over)
    assert seen == ["intent", "queued", "initiated", "in-progress", "completed"] or seen == [
        "queued", "initiated", "in-progress", "completed"]  # fmt: skip


def test_lost_posts_are_made_up_for_by_asking(exotel, telecaller):
    call = ring(telecaller, "+919000000118")
    work_until(lambda: now(call).agent_leg)
    time.sleep(1.6)
    assert now(call).status == "queued"

    assert tasks.reconcile_call(call.organisation, call.pk) is None

    ended = now(call)
    assert (ended.status, ended.talk_seconds, ended.is_in_wrap_up) == ("completed", 1, True)
    assert {row.is_answer for row in posts_of(call)} == {True}


def test_saying_that_it_is_over_asks_exotel_at_once(exotel, telecaller, client):
    call = ring(telecaller, "+919000000118")
    work_until(lambda: now(call).agent_leg)
    time.sleep(1.6)
    client.force_login(telecaller.user)

    assert client.post(reverse("dialer:hang_up", args=[call.pk])).status_code == 302
    work_until(lambda: not now(call).is_live, seconds=5)

    assert now(call).status == "completed"


def test_an_answer_that_got_lost_makes_no_second_call(exotel, telecaller):
    exotel.drops = 1
    call = ring(telecaller, "+919000000118")
    work_until(lambda: now(call).agent_status == "queued")
    tasks.place_call(call.organisation, call.pk)
    assert now(call).agent_leg == ""
    time.sleep(1.6)

    assert tasks.reconcile_call(call.organisation, call.pk) is None

    assert exotel.made == {str(call.pk): 1}
    assert (now(call).status, now(call).agent_leg) == ("completed", next(iter(exotel.calls)))


def test_of_two_calls_between_the_same_numbers_ours_is_found(exotel, telecaller):
    call = ring(telecaller, "+919000000110")
    other = replace(request_for(call), token=call.organisation_id)
    provider = provider_for(call)
    mine = provider.dial(request_for(call))
    provider.dial(other)

    told = provider.fetch(line.query_of(call, Leg.AGENT))

    assert {event.provider_id for event in told} == {mine.provider_id}


def test_a_form_tells_the_same_as_json(exotel, telecaller):
    """Exotel's own default is a multipart form; both come to the same, and are known for the same."""
    call = ring(telecaller, "+919000000110")
    path = signed(f"/hooks/exotel/{call.organisation_id}/{call.pk}/agent/status/", "s3cret")
    at = timezone.now().astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30))).replace(microsecond=0)
    said = {
        "CallSid": "e" * 32, "EventType": "terminal", "Status": "completed", "ConversationDuration": 40,
        "DateUpdated": f"{at:%Y-%m-%d %H:%M:%S}", "EndTime": at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        "Legs": [{"OnCallDuration": 50, "Status": "completed"}, {"OnCallDuration": 40, "Status": "completed"}],
    }  # fmt: skip
    change(call, agent_status="queued")

    for sent in ({"data": flat(said)}, {"data": said, "content_type": "application/json"}):
        assert Client().post(path, **sent).status_code == 204
    tasks.merge_events(call.organisation, [call.pk])

    assert {(row.leg, row.copies) for row in posts_of(call)} == {("agent", 2), ("customer", 2)}
    ended = now(call)
    assert (ended.talk_seconds, ended.ended_at) == (40, at)


@pytest.mark.parametrize(
    ("answer", "outcome", "refusal"),
    [
        ({"status": 402}, "refused", "no_credit"),
        (
            {"status": 403, "json": {"RestException": {"Message": "Account suspended"}}},
            "refused",
            "credentials_refused",
        ),
        ({"status": 403, "json": {"RestException": {"Message": "To is in NDNC"}}}, "refused", "on_provider_register"),
        ({"status": 400, "json": {"RestException": {"Message": "KYC is not done"}}}, "refused", "trial_account"),
        ({"status": 400, "json": {"RestException": {"Message": "Insufficient balance"}}}, "refused", "no_credit"),
        ({"status": 400, "json": {"RestException": {"Message": "From is invalid"}}}, "refused", "provider_refused"),
        ({"status": 400, "json": {"RestException": "?"}}, "refused", "provider_refused"),
        ({"status": 400, "body": "<html>"}, "refused", "provider_refused"),
        ({"status": 503}, "try_later", None),
        ({"status": 502}, "unclear", None),
        ({"status": 302, "headers": {"Location": "https://elsewhere.example"}}, "unclear", None),
        ({"status": 200, "json": {"Call": None}}, "unclear", None),
        ({"status": 200, "json": ["Call"]}, "unclear", None),
    ],
)
def test_what_a_refusal_means(exotel, telecaller, settings, answer, outcome, refusal):
    call = ring(telecaller, "+919000000110")
    settings.EXOTEL_BASE_URL = ""
    provider = provider_for(call)
    with responses.RequestsMock() as faked:
        faked.post(f"https://api.in.exotel.com/v1/Accounts/{ACCOUNT}/Calls/connect.json", **answer)
        found = provider.dial(request_for(call))

    assert (found.outcome, found.refusal) == (outcome, refusal)


def test_what_is_asked_of_exotel(exotel, telecaller, settings):
    call = ring(telecaller, "+919000000110")
    work_until(lambda: exotel.calls)

    form = next(iter(exotel.calls.values())).form
    assert (form["From"], form["To"], form["CallerId"]) == (telecaller.phone, call.phone, "08047180000")
    assert (form["CustomField"], form["TimeOut"]) == (str(call.pk), str(line.RING_SECONDS))
    assert "s3cret" not in form["StatusCallback"]


def test_the_customer_is_never_rung_by_us(exotel, telecaller):
    call = ring(telecaller, "+919000000110")

    with pytest.raises(ValueError, match="by itself"):
        provider_for(call).dial(request_for(call, Leg.CUSTOMER))


def test_a_call_of_which_exotel_knows_nothing_is_given_up(exotel, telecaller):
    call = ring(telecaller, "+919000000118")
    change(call, agent_status="queued")

    assert tasks.reconcile_call(call.organisation, call.pk) > timezone.now()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        assert tasks.reconcile_call(call.organisation, call.pk) is None

    assert now(call).failure == "lost"


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_a_call_in_the_browser(exotel, visit, telecaller, width):
    exotel.pace, exotel.talk = 0.6, 3
    with acting_for(telecaller.organisation):
        lead = make_lead(name="Suresh Patil", phone="+919000000110", assigned_to=telecaller)
    tab = visit(telecaller, width=width)
    page = tab.open(reverse("leads:lead", args=[lead.pk]))

    page.get_by_role("button", name="Call Suresh Patil").click()
    page.get_by_text("Hang up on your phone. Exotel cannot end a call from here").wait_for()
    with acting_for(telecaller.organisation):
        call = Call.objects.get()
    work_until(lambda: now(call).status == "initiated")
    page.get_by_role("status").get_by_text("Dialling").first.wait_for()
    work_until(lambda: now(call).status == "in-progress")
    page.get_by_role("status").get_by_text("Connected").first.wait_for()
    assert not page.get_by_role("button", name="Hang up").is_visible()
    page.get_by_role("button", name="Call ended").click()
    page.get_by_text("Asking Exotel whether it is over").first.wait_for()
    work_until(lambda: not now(call).is_live)
    page.get_by_role("button", name="Interested").first.wait_for()

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.complaints == []
    assert tab.strangers == []
