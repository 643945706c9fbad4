"""The page that is a phone: its token, what it says of itself, what it may answer, and who else may not."""

import datetime as dt

import jwt
import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions.people import deactivate, reactivate
from accounts.models import DueTask
from accounts.tenancy import acting_for
from dialer import tasks
from dialer.actions.calling import hang_up, start_call
from dialer.actions.softphone import choose_mode
from dialer.models import Call, CallingChoice, DialerSettings, SimulatedCall, Softphone, TelephonyAccount
from dialer.tests.factories import open_all_day
from leads.tests.factories import make_lead

TOKEN, STATE = reverse("dialer:softphone_token"), reverse("dialer:softphone_state")
RINGING, SIMULATED = reverse("dialer:softphone_ringing"), reverse("dialer:softphone_simulated")
PAGE, TODAY = reverse("dialer:own_calling"), reverse("dialer:today")
TAB, SAME_BROWSER, OTHER_BROWSER = "aaaaaaaa.1111111111111111", "aaaaaaaa.2222222222222222", "bbbbbbbb.3333333333333333"
SECRET = "s" * 32
SDK = "twilio-voice-sdk"


@pytest.fixture
def in_browser(scope, telecaller):
    open_all_day()
    choose_mode(telecaller, "browser")
    return telecaller


@pytest.fixture
def twilio(in_browser):
    TelephonyAccount.objects.update(is_active=False)
    credentials = {"account_sid": "AC" + "a" * 32, "auth_token": "t", "key_sid": "SK" + "b" * 32, "key_secret": SECRET}
    return TelephonyAccount.objects.create(
        provider="twilio", credentials=credentials, caller_id="+15005550006", is_active=True
    )


def register(client, tab=TAB, **more):
    answer = client.post(TOKEN, {"tab": tab, **more})
    if answer.status_code == 200:
        client.post(STATE, {"tab": tab, "state": "ready"})
    return answer


@pytest.fixture
def page(client_of, in_browser):
    """A page of the telecaller that is their phone."""
    client = client_of(in_browser)
    register(client)
    return client


@pytest.fixture
def call(page, in_browser):
    """A call that rings in the browser."""
    call = start_call(make_lead(assigned_to=in_browser), by=in_browser)
    tasks.place_call(call.organisation, call.pk)
    return call.reloaded()


def answer_of(client, call, tab=TAB, leg=None):
    return client.post(RINGING, {"tab": tab, "leg": call.agent_leg if leg is None else leg}).json()["answer"]


def said_by(response):
    return jwt.decode(response.json()["token"], SECRET, algorithms=["HS256"])


def test_the_token_lets_be_rung_for_an_hour_under_an_opaque_name(client_of, twilio, in_browser):
    response = client_of(in_browser).post(TOKEN, {"tab": TAB})

    said, phone = said_by(response), Softphone.objects.get()
    assert (said["iss"], said["sub"]) == ("SK" + "b" * 32, "AC" + "a" * 32)
    assert said["grants"] == {"identity": phone.identity, "voice": {"incoming": {"allow": True}}}
    assert 0 < said["exp"] - timezone.now().timestamp() <= 3600
    assert "no-store" in response["Cache-Control"]
    user = in_browser.user
    assert not any(part.lower() in phone.identity for part in (user.first_name, user.email, str(in_browser.pk)))


def test_the_token_is_in_no_log(client_of, twilio, in_browser, caplog):
    caplog.set_level("DEBUG")
    token = client_of(in_browser).post(TOKEN, {"tab": TAB}).json()["token"]

    assert token not in caplog.text
    assert token.rsplit(".", 1)[1] not in caplog.text


def test_the_name_changes_when_access_ends(client_of, page, in_browser, owner):
    before = Softphone.objects.get().identity
    deactivate(in_browser, by=owner)
    assert Softphone.objects.get().identity != before
    assert page.post(TOKEN, {"tab": TAB}).status_code in {302, 403}
    reactivate(in_browser, by=owner)

    assert register(client_of(in_browser)).status_code == 200
    assert Softphone.objects.get().identity != before


def test_the_name_changes_when_the_browser_is_the_phone_no_more(page, in_browser):
    before = Softphone.objects.get().identity
    page.post(PAGE, {"mode": "bridge"})

    assert Softphone.objects.get().identity != before
    answer = page.post(TOKEN, {"tab": TAB})
    assert (answer.status_code, answer.json()) == (409, {"reason": "mode"})


def test_no_more_tokens_are_given_than_pages_need(page):
    answers = [page.post(TOKEN, {"tab": TAB}) for _ in range(Softphone.MOST_TOKENS)]

    assert [answer.status_code for answer in answers] == [200] * (Softphone.MOST_TOKENS - 1) + [429]
    assert answers[-1].json() == {"reason": "too_many"}
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        assert page.post(TOKEN, {"tab": TAB}).status_code == 200


def test_without_a_key_an_admin_is_to_test(client_of, twilio, in_browser):
    twilio.credentials = {"account_sid": "AC" + "a" * 32, "auth_token": "t"}
    twilio.save()
    answer = client_of(in_browser).post(TOKEN, {"tab": TAB})

    assert (answer.status_code, answer.json()) == (409, {"reason": "not_ready"})


def test_a_tab_of_the_same_browser_takes_over_and_one_of_another_asks_first(page, client_of, in_browser):
    assert register(page, SAME_BROWSER).status_code == 200
    assert page.post(STATE, {"tab": TAB, "state": "ready"}).status_code == 409
    other = client_of(in_browser)
    refused = register(other, OTHER_BROWSER)
    assert (refused.status_code, refused.json()) == (409, {"reason": "elsewhere"})

    assert register(other, OTHER_BROWSER, takes="1").status_code == 200
    assert Softphone.objects.get().tab == OTHER_BROWSER
    assert page.post(TOKEN, {"tab": SAME_BROWSER}).status_code == 409


def test_a_browser_that_fell_silent_is_in_nobodys_way(page, client_of, in_browser):
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=3)):
        assert register(client_of(in_browser), OTHER_BROWSER).status_code == 200


@pytest.mark.parametrize("tab", ["", "x", TAB.upper(), f"{TAB}0", "a" * 300, "\0"])
def test_a_name_that_no_page_makes_is_refused(page, tab):
    assert page.post(TOKEN, {"tab": tab}).status_code == 422
    assert page.post(STATE, {"tab": tab, "state": "ready"}).status_code == 422
    assert page.post(RINGING, {"tab": tab, "leg": "x"}).json() == {"answer": "refuse"}
    assert page.post(SIMULATED, {"tab": tab, "leg": "x"}).status_code == 409


def test_what_a_page_says_of_itself_is_kept(page):
    assert page.post(STATE, {"tab": TAB, "state": "denied"}).status_code == 204

    phone = Softphone.objects.get()
    assert (phone.state, phone.is_there) == ("denied", False)
    assert page.post(STATE, {"tab": TAB, "state": "happy"}).status_code == 422
    assert page.post(STATE, {"tab": TAB, "state": ""}).status_code == 204


def test_the_page_answers_the_call_that_is_its_members_own(page, call):
    assert answer_of(page, call) == "accept"
    assert answer_of(page, call, leg="b-other") == "refuse"
    assert answer_of(page, call, tab=SAME_BROWSER) == "refuse"


@pytest.mark.parametrize(
    "changed",
    [
        {"mode": "bridge"},
        {"agent_status": "in-progress"},
        {"hang_up_asked_at": timezone.now()},
        {"ended_at": timezone.now()},
        {"ended_at": timezone.now(), "closed_at": timezone.now()},
    ],
    ids=["rings the phone", "answered", "hung up", "ended", "closed"],
)
def test_what_is_not_to_be_answered_is_refused(page, call, changed):
    Call.objects.update(**changed)

    assert answer_of(page, call) == "refuse"
    assert page.post(SIMULATED, {"tab": TAB, "leg": call.agent_leg}).status_code == 409


def test_a_call_of_somebody_else_is_refused(call, client_of, colleague):
    choose_mode(colleague, "browser")
    other = client_of(colleague)
    register(other, OTHER_BROWSER)

    assert answer_of(other, call, tab=OTHER_BROWSER) == "refuse"
    assert answer_of(other, call, tab=TAB) == "refuse"
    assert other.post(SIMULATED, {"tab": OTHER_BROWSER, "leg": call.agent_leg}).status_code == 409


def test_the_simulators_browser_answers_once(page, call):
    form = {"tab": TAB, "leg": call.agent_leg}
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=1)):
        assert page.post(SIMULATED, form).status_code == 204
        assert page.post(SIMULATED, form).status_code == 409

    assert [row["status"] for row in SimulatedCall.objects.get().events if not row.get("cut")] == [
        "initiated", "ringing", "in-progress",
    ]  # fmt: skip
    assert DueTask.objects.filter(task="simulator.emit").exists()


def test_another_provider_is_not_answered_for(twilio, page, in_browser):
    register(page)
    call = start_call(make_lead(assigned_to=in_browser), by=in_browser)
    Call.objects.update(agent_status="ringing", agent_leg="CA1")

    assert page.post(SIMULATED, {"tab": TAB, "leg": "CA1"}).status_code == 409
    assert answer_of(page, call.reloaded()) == "accept"
    hang_up(call, by=in_browser)


@pytest.mark.parametrize("path", [TOKEN, STATE, RINGING, SIMULATED])
def test_only_posts_of_signed_in_members(client, page, path):
    assert page.get(path).status_code == 405
    assert client.post(path).status_code == 302


def test_a_page_must_send_the_security_token(in_browser):
    from django.test import Client  # noqa: PLC0415 -- this test alone

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(in_browser.user)
    assert {strict.post(path, {"tab": TAB}).status_code for path in (TOKEN, STATE, RINGING, SIMULATED)} == {403}


def test_another_organisation_sees_nothing(call, client_of, outsider):
    with acting_for(outsider.organisation):
        choose_mode(outsider, "browser")
    other = client_of(outsider)
    register(other, TAB)

    assert answer_of(other, call) == "refuse"
    with acting_for(outsider.organisation):
        assert Softphone.objects.get().member == outsider


def test_two_softphones_of_one_member_are_refused(page, in_browser):
    with pytest.raises(IntegrityError), transaction.atomic():
        Softphone.objects.create(member=in_browser)
    with pytest.raises(IntegrityError), transaction.atomic():
        CallingChoice.objects.create(member=in_browser, mode="bridge")
    with pytest.raises(IntegrityError), transaction.atomic():
        Softphone.objects.update(identity="asha@example.com")


def test_a_page_in_browser_mode_alone_carries_the_phone(client_of, twilio, in_browser, colleague):
    phone, plain = client_of(in_browser).get(TODAY), client_of(colleague).get(TODAY)

    assert SDK in phone.content.decode()
    assert "data-jini-phone-token" in phone.content.decode()
    policy = phone["Content-Security-Policy"]
    assert "wss://voice-js.roaming.twilio.com" in policy
    assert "unsafe" not in policy
    assert "data-jini-phone" not in plain.content.decode()
    assert "js/dialer" not in plain.content.decode()
    assert "twilio" not in plain["Content-Security-Policy"]
    assert "twilio" not in client_of(in_browser).get(reverse("dialer:active_call"))["Content-Security-Policy"]


def test_the_simulators_page_needs_no_other_host(page, client_of, colleague):
    shown, plain = page.get(TODAY), client_of(colleague).get(TODAY)

    assert "js/dialer/simulated_phone.js" in shown.content.decode()
    assert SDK not in shown.content.decode()
    parts = [sorted(response["Content-Security-Policy"].split("; ")) for response in (shown, plain)]
    assert parts[0] == parts[1]


def test_how_my_calls_start(client_of, scope, telecaller):
    client = client_of(telecaller)
    shown = client.get(PAGE)
    assert [value for value, _, _ in shown.context["form"].ways] == ["", "bridge", "browser"]
    assert client.post(PAGE, {"mode": "browser"}).status_code == 302
    assert CallingChoice.objects.get().mode == "browser"
    assert client.get(PAGE).context["form"]["mode"].value() == "browser"

    assert client.post(PAGE, {"mode": ""}).status_code == 302
    assert not CallingChoice.objects.exists()


@pytest.mark.parametrize("mode", ["own_phone", "pigeon"])
def test_a_way_that_is_not_open_is_refused(client_of, scope, telecaller, mode):
    response = client_of(telecaller).post(PAGE, {"mode": mode})

    assert response.status_code == 422
    assert [*response.context["form"].errors] == ["mode"]
    DialerSettings.objects.update(may_dial_themselves=True)
    assert client_of(telecaller).post(PAGE, {"mode": mode}).status_code == (302 if mode == "own_phone" else 422)


def test_my_page_asks_the_same_questions_each_time(client_of, scope, telecaller, django_assert_num_queries):
    client = client_of(telecaller)
    client.get(PAGE)

    with django_assert_num_queries(17):
        client.get(PAGE)
    assert client.delete(PAGE).status_code == 405
