"""Choosing Exotel in Settings, its test in words, and the key in the addresses that it posts to."""

import datetime as dt
import json

import pytest
import requests
import responses
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from dialer.actions.telephony import choose_provider
from dialer.calls.line import active_account
from dialer.models import TelephonyAccount
from dialer.models.telephony import OLD_SECRET_HOLDS
from dialer.providers.accounts import provider_of
from dialer.providers.exotel.signing import signed
from dialer.providers.port import ForgedPost, WebhookPost
from dialer.tasks import check_account
from dialer.tests.providers.benches import ExotelBench
from dialer.tests.test_telephony import text_of

PAGE, SECRET = reverse("dialer:telephony"), reverse("dialer:telephony_secret")
FORM = {
    "provider": "exotel",
    "exotel_sid": "acme1",
    "region": "mumbai",
    "api_key": "0a1b2c",
    "api_token": "t0ken-of-theirs",
    "exophone": "080 4718 0000",
}
KNOWN = {"account_sid": "acme1", "api_key": "0a1b2c", "api_token": "t0ken-of-theirs", "region": "mumbai"}


@pytest.fixture(autouse=True)
def public(settings):
    settings.PUBLIC_URL = "https://calls.example.com"


@pytest.fixture
def exotel(scope, admin):
    """An Exotel account that waits for its test."""
    return choose_provider("exotel", by=admin, changes=KNOWN | {"caller_id": "+918047180000"})


@pytest.fixture
def internet():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as faked:
        rows = [{"sid": "1", "phone_number": "+918047180000"}]
        faked.get(ExotelBench.numbers, json={"incoming_phone_numbers": rows, "next_page_uri": None})
        faked.get("https://calls.example.com/livez")
        yield faked


def test_calls_move_to_exotel_when_its_test_has_passed(client_of, scope, admin, internet):
    client = client_of(admin)
    response = client.post(PAGE, FORM)

    assert response.status_code == 302, response.context["form"].errors
    account = TelephonyAccount.objects.get(provider="exotel")
    assert active_account().provider == "simulator"
    assert {name: account.credentials[name] for name in KNOWN} == KNOWN
    assert (len(account.credentials["secret"]) > 40, account.caller_id) == (True, "+918047180000")

    check_account(account.organisation, account.pk)

    assert [step["outcome"] for step in account.reloaded().steps] == ["passed"] * 4
    assert active_account() == account
    shown = text_of(client.get(PAGE))
    assert "Exotel accepts the API key and the token" in shown
    assert "may be shown to leads" in shown
    assert "It cannot end a call from here" in shown


def test_the_token_is_encrypted_and_shown_nowhere(client_of, admin, exotel):
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM dialer_telephonyaccount WHERE provider = 'exotel'")
        stored = cursor.fetchone()[0]
    secret = exotel.credentials["secret"]
    client = client_of(admin)

    for hidden in (KNOWN["api_token"], secret):
        assert hidden not in stored
        assert hidden not in client.get(PAGE).content.decode()
        assert hidden not in client.post(PAGE, FORM | {"exophone": ""}).content.decode()
        assert hidden not in json.dumps([row.details for row in AuditEntry.objects.all()])


def test_an_empty_token_keeps_the_one_on_file_and_the_secret(client_of, admin, exotel, scope):
    secret = exotel.credentials["secret"]
    client_of(admin).post(PAGE, FORM | {"api_token": "", "region": "singapore"})

    account = exotel.reloaded()
    assert (account.credentials["api_token"], account.credentials["region"]) == (KNOWN["api_token"], "singapore")
    assert account.credentials["secret"] == secret
    line = AuditEntry.objects.filter(verb="telephony.changed").order_by("-at", "-id")[0]
    assert line.details == {"fields": ["provider", "region"], "provider": "exotel"}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"exotel_sid": ""}, "exotel_sid"),
        ({"exotel_sid": "../v1"}, "exotel_sid"),
        ({"exotel_sid": "acme1@evil.example"}, "exotel_sid"),
        ({"api_key": ""}, "api_key"),
        ({"api_key": "key:colon"}, "api_key"),
        ({"api_token": ""}, "api_token"),
        ({"api_token": "tökén"}, "api_token"),
        ({"region": ""}, "region"),
        ({"region": "evil.example"}, "region"),
        ({"exophone": ""}, "exophone"),
        ({"exophone": "letters"}, "exophone"),
    ],
)
def test_a_bad_form_is_refused_and_the_rest_kept(client_of, scope, admin, sent, field):
    response = client_of(admin).post(PAGE, FORM | sent)

    assert response.status_code == 422
    assert [*response.context["form"].errors] == [field]
    assert not TelephonyAccount.objects.filter(provider="exotel").exists()


def test_another_key_needs_its_own_token(client_of, admin, exotel):
    response = client_of(admin).post(PAGE, FORM | {"api_key": "another", "api_token": ""})

    assert [*response.context["form"].errors] == ["api_token"]


@pytest.mark.parametrize(
    ("answer", "step", "words"),
    [
        ({"status": 401}, ("credentials", "401"), "Exotel refused the account SID, the API key or the token"),
        ({"status": 403}, ("credentials", "403"), "Exotel refused the account SID, the API key or the token"),
        ({"status": 404}, ("credentials", "404"), "see that the region is the one that it names"),
        ({"status": 503}, ("credentials", "503"), "It answered with status 503"),
        ({"body": "<html>"}, ("credentials", "unreadable"), "Exotel could not be reached"),
        ({"body": requests.ConnectTimeout()}, ("credentials", "ConnectTimeout"), "Exotel could not be reached"),
        ({"json": {"incoming_phone_numbers": [], "page": 0}}, ("numbers", ""), "Ask Exotel for an ExoPhone"),
        (
            {"json": {"incoming_phone_numbers": [{"phone_number": "02233334444"}]}},
            ("caller_id", "not_yours"),
            "Choose one of the ExoPhones",
        ),
    ],
)
def test_what_exotel_may_answer(client_of, scope, admin, exotel, internet, answer, step, words):
    internet.replace(responses.GET, ExotelBench.numbers, **answer)

    check_account(exotel.organisation, exotel.pk)

    failed = next(row for row in exotel.reloaded().steps if row["outcome"] == "failed")
    if step[0] != "caller_id":
        assert (failed["name"], failed["reason"]) == step
    assert words in text_of(client_of(admin).get(PAGE))
    assert active_account().provider == "simulator"


def test_a_number_on_a_later_page_is_found(exotel, internet, scope):
    pages = [
        {"incoming_phone_numbers": [{"phone_number": "02233334444"}], "next_page_uri": "/next"},
        {"incoming_phone_numbers": [{"phone_number": "080-4718-0000"}], "next_page_uri": None},
    ]
    internet.remove(responses.GET, ExotelBench.numbers)
    for page in pages:
        internet.get(ExotelBench.numbers, json=page)

    steps = {step.name: step for step in provider_of(exotel, scope).check()}

    assert steps["numbers"].details == {"count": 2}
    assert steps["caller_id"].reason == "own"


def test_a_new_key_is_taken_at_once_and_the_old_one_for_the_calls_under_way(client_of, admin, exotel, scope):
    old = provider_of(exotel, scope)

    assert client_of(admin).post(SECRET).status_code == 302

    account = exotel.reloaded()
    new = provider_of(account, scope)
    assert new.secrets == [account.credentials["secret"], old.secrets[0]]
    assert old.secrets[0] != new.secrets[0]
    assert AuditEntry.objects.get(verb="telephony.secret_renewed").actor == admin
    assert "New key for call events" in text_of(client_of(admin).get(PAGE))
    with time_machine.travel(timezone.now() + OLD_SECRET_HOLDS + dt.timedelta(seconds=1)):
        assert provider_of(account, scope).secrets == [account.credentials["secret"]]


def test_several_new_keys_in_a_row_lose_no_call(client_of, admin, exotel, scope):
    client = client_of(admin)
    for _ in range(3):
        client.post(SECRET)

    assert len(provider_of(exotel.reloaded(), scope).secrets) == 4
    with time_machine.travel(timezone.now() + OLD_SECRET_HOLDS * 2):
        client.post(SECRET)
        assert len(exotel.reloaded().credentials["old_secrets"]) == 1


def test_an_account_without_a_secret_takes_no_post(scope):
    account = TelephonyAccount(provider="exotel", credentials={})

    url = signed("https://calls.example.com/hooks/exotel/a/b/agent/status/", "")
    with pytest.raises(ForgedPost):
        provider_of(account, scope).verify(WebhookPost(url, {}, {}, b"", timezone.now()))


def test_who_may_not_make_a_new_key(client_of, scope, manager, telecaller, outsider, admin, exotel):
    secret = exotel.credentials["secret"]
    for member in (manager, telecaller):
        assert client_of(member).post(SECRET).status_code == 403
    # Another organisation has no account there.
    assert client_of(outsider).post(SECRET).status_code == 404
    assert client_of(admin).get(SECRET).status_code == 405
    assert exotel.reloaded().credentials["secret"] == secret
