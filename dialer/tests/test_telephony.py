"""Who carries the calls: the page in Settings, the test of the connection, and the move to another provider."""

import datetime as dt
import json

import pytest
import requests
import responses
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, DueTask
from accounts.tasks import run_due
from accounts.tenancy import acting_for
from dialer.actions.telephony import choose_provider
from dialer.calls.line import active_account
from dialer.models import TelephonyAccount
from dialer.providers.address import check_address
from dialer.tasks import check_account
from dialer.telephony_words import line_of

PAGE, TEST = reverse("dialer:telephony"), reverse("dialer:telephony_test")
SID, TOKEN, CALLER_ID = "AC" + "a" * 32, "0123456789abcdef0123456789abcdef", "+14155552671"
TWILIO = {"provider": "twilio", "account_sid": SID, "auth_token": TOKEN, "caller_id": "+1 415 555 2671"}
API = f"https://api.twilio.com/2010-04-01/Accounts/{SID}"


@pytest.fixture(autouse=True)
def public(settings):
    settings.PUBLIC_URL = "https://calls.example.com"


@pytest.fixture
def twilio(scope, admin):
    """A Twilio account that waits for its test."""
    return choose_provider("twilio", by=admin, changes={name: TWILIO[name] for name in ("account_sid", "auth_token")} | {"caller_id": CALLER_ID})  # fmt: skip


@pytest.fixture
def internet():
    """Twilio and our own address, all well unless a test says otherwise."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as faked:
        faked.get(f"{API}.json", json={"sid": SID, "status": "active", "type": "Full"})
        faked.get(f"{API}/IncomingPhoneNumbers.json", json={"incoming_phone_numbers": [{"phone_number": CALLER_ID}]})
        faked.get(f"{API}/OutgoingCallerIds.json", json={"outgoing_caller_ids": []})
        faked.get("https://calls.example.com/livez")
        faked.get(f"{API}/Keys.json", json={"keys": []})
        faked.post(f"{API}/Keys.json", json={"sid": "SK" + "b" * 32, "secret": "signs"}, status=201)
        yield faked


def steps_of(account):
    check_account(account.organisation, account.pk)
    return {step["name"]: (step["outcome"], step["reason"]) for step in account.reloaded().steps}


def check_again(account):
    account.check_result = {"asked_at": timezone.now().isoformat()}
    account.save(update_fields=["check_result"])
    return steps_of(account)


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_simulator_carries_the_calls_of_a_new_organisation(client_of, admin):
    response = client_of(admin).get(PAGE)

    assert response.context["form"]["provider"].value() == "simulator"
    assert "Not tested yet." in text_of(response)
    assert "Telephony" in text_of(client_of(admin).get(reverse("accounts:settings")))


def test_calls_move_to_twilio_when_its_test_has_passed(client_of, scope, admin, internet):
    client = client_of(admin)
    response = client.post(PAGE, TWILIO)

    assert response.status_code == 302, response.context["form"].errors
    account = TelephonyAccount.objects.get(provider="twilio")
    assert active_account().provider == "simulator"
    assert account.credentials == {"account_sid": SID, "auth_token": TOKEN}
    assert DueTask.objects.get(task="dialer.check_account").subject_id == account.pk
    assert "The connection is being tested." in text_of(client.get(PAGE))

    assert steps_of(account) == {
        "credentials": ("passed", ""),
        "numbers": ("passed", ""),
        "caller_id": ("passed", "own"),
        "permissions": ("skipped", "unknown"),
        "reachable": ("passed", ""),
        "softphone": ("passed", ""),
    }
    assert active_account() == account
    shown = text_of(client.get(PAGE))
    assert "Calls go through: Twilio." in shown
    assert "+14155552671 may be shown to leads" in shown
    assert "The test passed, and calls moved, by Ravi Menon" in shown
    assert AuditEntry.objects.get(verb="telephony.activated").actor == admin


def test_the_key_for_browsers_is_made_once_and_kept_beside_the_rest(twilio, internet):
    steps_of(twilio)
    kept = twilio.reloaded().credentials
    assert kept == {"account_sid": SID, "auth_token": TOKEN, "key_sid": "SK" + "b" * 32, "key_secret": "signs"}
    internet.get(f"{API}/Keys/SK{'b' * 32}.json", json={"sid": "SK" + "b" * 32})
    check_again(twilio)

    assert twilio.reloaded().credentials == kept
    assert [call.request.url for call in internet.calls if call.request.method == "POST"] == [f"{API}/Keys.json"]


def test_a_key_that_twilio_has_forgotten_is_made_anew_and_a_left_over_one_goes(twilio, internet):
    steps_of(twilio)
    left_over = {"sid": "SK" + "c" * 32, "friendly_name": f"JiNi {twilio.organisation_id}"}
    internet.replace("GET", f"{API}/Keys.json", json={"keys": [left_over, {"sid": "SK1", "friendly_name": "theirs"}]})
    internet.get(f"{API}/Keys/SK{'b' * 32}.json", json={"code": 20404, "status": 404, "message": "gone"}, status=404)
    internet.delete(f"{API}/Keys/SK{'c' * 32}.json", status=204)
    internet.replace("POST", f"{API}/Keys.json", json={"sid": "SK" + "d" * 32, "secret": "other"}, status=201)
    check_again(twilio)

    assert twilio.reloaded().credentials["key_sid"] == "SK" + "d" * 32
    assert [call.request.url for call in internet.calls if call.request.method == "DELETE"] == [
        f"{API}/Keys/SK{'c' * 32}.json"
    ]


@pytest.mark.parametrize(
    "answer", [{"json": {"code": 20500, "status": 500}, "status": 500}, {"body": requests.ConnectionError()}]
)
def test_calls_do_not_wait_for_a_key_that_twilio_did_not_make(twilio, internet, answer):
    internet.replace("POST", f"{API}/Keys.json", **answer)

    assert steps_of(twilio)["softphone"][0] == "failed"
    assert active_account() == twilio
    assert "key_sid" not in twilio.reloaded().credentials
    assert "Browsers cannot be phones yet" in [line_of(step, "twilio").title for step in twilio.reloaded().steps]


def test_another_account_has_no_key_yet(twilio, internet, admin):
    steps_of(twilio)
    choose_provider("twilio", by=admin, changes={"account_sid": "AC" + "b" * 32, "auth_token": TOKEN})

    assert twilio.reloaded().credentials == {"account_sid": "AC" + "b" * 32, "auth_token": TOKEN}


def test_the_token_is_encrypted_and_shown_nowhere(client_of, admin, twilio):
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM dialer_telephonyaccount WHERE provider = 'twilio'")
        assert TOKEN not in cursor.fetchone()[0]
    client = client_of(admin)

    assert TOKEN not in client.get(PAGE).content.decode()
    refused = client.post(PAGE, TWILIO | {"account_sid": "AC1"})
    assert (refused.status_code, TOKEN in refused.content.decode()) == (422, False)
    assert TOKEN not in json.dumps([row.details for row in AuditEntry.objects.all()])


def test_an_empty_token_keeps_the_one_on_file(client_of, admin, twilio, scope):
    client_of(admin).post(PAGE, TWILIO | {"auth_token": "", "caller_id": "+91 80 4718 0000"})

    account = twilio.reloaded()
    assert (account.credentials["auth_token"], account.caller_id) == (TOKEN, "+918047180000")
    line = AuditEntry.objects.filter(verb="telephony.changed").order_by("-at", "-id")[0]
    assert line.details == {"fields": ["provider", "caller_id"], "provider": "twilio"}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"account_sid": ""}, "account_sid"),
        ({"account_sid": "AC" + "g" * 32}, "account_sid"),
        ({"auth_token": ""}, "auth_token"),
        ({"caller_id": ""}, "caller_id"),
        ({"caller_id": "letters"}, "caller_id"),
        ({"provider": ""}, "provider"),
        ({"provider": "pigeon"}, "provider"),
    ],
)
def test_a_bad_form_is_refused_and_the_rest_kept(client_of, scope, admin, sent, field):
    response = client_of(admin).post(PAGE, TWILIO | sent)

    assert response.status_code == 422
    assert [*response.context["form"].errors] == [field]
    assert not TelephonyAccount.objects.filter(provider="twilio").exists()


def test_another_account_needs_its_own_token(client_of, admin, twilio):
    response = client_of(admin).post(PAGE, TWILIO | {"account_sid": "AC" + "b" * 32, "auth_token": ""})

    assert [*response.context["form"].errors] == ["auth_token"]


@pytest.mark.parametrize("provider", ["own_phone", "simulator"])
def test_what_needs_no_one_outside_is_used_at_once(client_of, scope, admin, twilio, internet, provider):
    client = client_of(admin)
    steps_of(twilio)
    assert active_account() == twilio

    client.post(PAGE, {"provider": provider})
    client.post(PAGE, {"provider": provider})

    assert active_account().provider == provider
    assert twilio.reloaded().credentials["auth_token"] == TOKEN
    assert AuditEntry.objects.filter(verb="telephony.changed", details__provider=provider).count() == 1


def test_who_changes_their_mind_is_not_moved_by_a_late_test(client_of, scope, admin, twilio, internet):
    client_of(admin).post(PAGE, {"provider": "own_phone"})

    steps_of(twilio)

    assert active_account().provider == "own_phone"


def test_a_test_of_what_was_before_is_forgotten(client_of, scope, admin, twilio, internet):
    """The account changes while the provider is being asked."""

    def change(_request):
        client_of(admin).post(PAGE, TWILIO | {"auth_token": "f" * 32})
        return 200, {}, json.dumps({"sid": SID, "status": "active", "type": "Full"})

    internet.remove(responses.GET, f"{API}.json")
    internet.add_callback(responses.GET, f"{API}.json", change)

    assert steps_of(twilio) == {}
    assert twilio.reloaded().is_in_test
    assert active_account().provider == "simulator"


def test_a_refused_token_is_told_in_words_and_calls_stay(client_of, scope, admin, twilio, internet):
    internet.replace(responses.GET, f"{API}.json", json={"code": 20003, "message": "no", "status": 401}, status=401)

    assert steps_of(twilio)["credentials"] == ("failed", "20003")
    shown = text_of(client_of(admin).get(PAGE))

    assert active_account().provider == "simulator"
    assert "Twilio refused the account SID or the auth token" in shown
    assert "The test has not passed, so calls still go through: Simulator." in shown
    assert shown.count("Not run") == 4


@pytest.mark.parametrize(
    ("change", "step", "found", "words"),
    [
        ({"path": ".json", "body": requests.ConnectTimeout()}, "credentials", ("failed", "ConnectTimeout"), "Twilio could not be reached"),
        ({"path": ".json", "json": {"code": 20500}, "status": 500}, "credentials", ("failed", "20500"), "error 20500"),
        ({"path": ".json", "body": "<html>", "status": 502}, "credentials", ("failed", "502"), "error 502"),
        ({"path": ".json", "json": {"status": "suspended", "type": "Full"}}, "credentials", ("failed", "not_active"), "“suspended”"),
        ({"path": ".json", "json": {"status": "active", "type": "Trial"}}, "credentials", ("passed", ""), "trial account"),
        ({"path": "/IncomingPhoneNumbers.json", "json": {"incoming_phone_numbers": []}}, "numbers", ("failed", ""), "The account has no number"),
        ({"path": "/IncomingPhoneNumbers.json", "json": {"incoming_phone_numbers": []}}, "caller_id", ("failed", "not_yours"), "may not be shown to leads"),
        ({"path": "/OutgoingCallerIds.json", "json": {"outgoing_caller_ids": [{"sid": "PN"}]}, "has_numbers": False}, "caller_id", ("passed", "verified"), "Verified at Twilio"),
        ({"path": "/OutgoingCallerIds.json", "json": {"outgoing_caller_ids": [{"sid": "PN"}]}, "has_numbers": False}, "numbers", ("skipped", ""), "It has none, and needs none"),
    ],
)  # fmt: skip
def test_what_twilio_may_answer(client_of, scope, admin, twilio, internet, change, step, found, words):
    change = dict(change)
    if not change.pop("has_numbers", True):
        internet.replace(responses.GET, f"{API}/IncomingPhoneNumbers.json", json={"incoming_phone_numbers": []})
    internet.replace(responses.GET, API + change.pop("path"), **change)

    assert steps_of(twilio)[step] == found
    assert words in text_of(client_of(admin).get(PAGE))
    is_well = all(row["outcome"] != "failed" for row in twilio.reloaded().steps)
    assert (active_account() == twilio) == is_well


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://127.0.0.1:8000", ("failed", "local_address")),
        ("http://localhost", ("failed", "local_address")),
        ("http://192.168.1.5", ("failed", "local_address")),
        ("http://[::1]:8000", ("failed", "local_address")),
        ("http://office.local", ("failed", "local_address")),
        ("https://calls.example.com", ("passed", "")),
        ("https://broken.example.com", ("failed", "502")),
        ("https://nowhere.example.com", ("failed", "ConnectionError")),
        ("", ("skipped", "")),
    ],
)
def test_the_way_back_to_us(internet, address, found):
    internet.get("https://broken.example.com/livez", status=502)
    internet.get("https://nowhere.example.com/livez", body=requests.ConnectionError())

    step = check_address(address)

    assert (step.outcome, step.reason) == found
    assert line_of(
        {"name": "reachable", "outcome": step.outcome, "reason": step.reason, "details": step.details}, "twilio"
    ).title


def test_nobody_is_asked_within_a_transaction(scope, twilio, internet):
    """The test's own transaction is one block; the task must have closed those it opened."""
    depths = []

    def listen(_request):
        depths.append(len(connection.savepoint_ids))
        return 200, {}, json.dumps({"status": "active", "type": "Full"})

    before = len(connection.savepoint_ids)
    internet.remove(responses.GET, f"{API}.json")
    internet.add_callback(responses.GET, f"{API}.json", listen)
    steps_of(twilio)

    assert depths == [before]


def test_a_test_can_be_asked_for_again_and_is_owed_once(client_of, scope, admin, twilio, internet):
    client = client_of(admin)
    steps_of(twilio)

    for _ in range(2):
        assert client.post(TEST).status_code == 302

    assert twilio.reloaded().is_in_test
    assert AuditEntry.objects.filter(verb="telephony.tested").count() == 1
    assert active_account() == twilio


def test_a_test_that_nobody_runs_is_said_to_be_slow(client_of, admin, twilio):
    client = client_of(admin)
    assert "a worker is running" not in text_of(client.get(PAGE))

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2)):
        assert "a worker is running" in text_of(client.get(PAGE))


def test_own_phones_have_nothing_to_test(client_of, admin, scope):
    client = client_of(admin)
    client.post(PAGE, {"provider": "own_phone"})

    assert "Nothing to test" in text_of(client.get(PAGE))
    assert client.post(TEST).status_code == 409


def test_the_fragment_is_the_same_region_of_the_page(client_of, admin, twilio):
    client = client_of(admin)
    part = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="load delay:1s"' in part
    assert "<form" not in part
    assert part.strip() in client.get(PAGE).content.decode()


def test_who_may_not(client_of, scope, manager, telecaller, outsider, admin, twilio):
    for member in (manager, telecaller):
        client = client_of(member)
        assert {client.get(PAGE).status_code, client.post(PAGE, TWILIO).status_code, client.post(TEST).status_code} == {
            403
        }
    assert client_of(outsider).get(PAGE).context["form"]["account_sid"].value() == ""
    assert client_of(admin).get(TEST).status_code == 405
    assert client_of(admin).delete(PAGE).status_code == 405


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_testing_the_simulator_in_the_browser(visit, organisation, admin, live_server, settings, width):
    settings.PUBLIC_URL = live_server.url
    tab = visit(admin, width=width)
    page = tab.open(PAGE)
    assert not page.locator("#id_account_sid").is_visible()
    page.get_by_text("Twilio", exact=True).click()
    assert page.locator("#id_account_sid").is_visible()
    page.get_by_text("Simulator", exact=True).first.click()
    page.get_by_role("button", name="Test").click()
    page.get_by_text("The connection is being tested.").wait_for()
    run_due("telephony")
    page.get_by_text("Call events can reach JiNi").wait_for()

    with acting_for(organisation):
        assert active_account().steps[0]["outcome"] == "passed"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.complaints == []
    assert tab.strangers == []
