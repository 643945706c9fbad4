"""Renewing Twilio's auth token while calls go on: whichever of the two signed a post, it is taken."""

import json

import pytest
import responses
import time_machine
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from accounts.models import AuditEntry, DueTask
from accounts.tenancy import acting_for
from dialer import tasks
from dialer.actions.rotating import BETWEEN, ROTATE, ask_for_rotation
from dialer.actions.telephony import choose_provider
from dialer.models import CallEvent, TelephonyAccount
from dialer.models.telephony import OLD_SECRET_HOLDS
from dialer.providers import accounts
from dialer.providers.port import ProviderUnavailable
from dialer.tests.factories import make_call
from leads.tests.factories import make_lead

SID, OLD, NEW = "AC" + "1" * 32, "old-token", "new-token"
SECOND, PROMOTE = (
    "https://accounts.twilio.com/v1/AuthTokens/Secondary",
    "https://accounts.twilio.com/v1/AuthTokens/Promote",
)
URL = "/settings/telephony/token/"


@pytest.fixture
def account(scope):
    TelephonyAccount.objects.update(provider="twilio", credentials={"account_sid": SID, "auth_token": OLD})
    accounts._known.clear()
    return TelephonyAccount.objects.get()


def credentials():
    return TelephonyAccount.objects.get().credentials


def answer_all(mock):
    mock.delete(SECOND, status=404, json={"code": 20404, "status": 404})
    mock.post(SECOND, status=201, json={"account_sid": SID, "secondary_auth_token": NEW})
    mock.post(PROMOTE, status=200, json={"account_sid": SID, "auth_token": NEW})


def post_signed(organisation, call, token):
    path = f"/hooks/twilio/{organisation.pk}/{call.pk}/customer/status/"
    form = {"CallSid": "CA" + "c" * 32, "CallStatus": "ringing", "SequenceNumber": token[:3]}
    signed = RequestValidator(token).compute_signature(f"http://testserver{path}", form)
    return Client().post(path, form, headers={"X-Twilio-Signature": signed}).status_code


@responses.activate
def test_requests_use_the_second_token_before_the_first_one_is_thrown_away(account, admin, organisation):
    answer_all(responses)
    ask_for_rotation(by=admin)
    ask_for_rotation(by=admin)
    assert DueTask.objects.filter(task=ROTATE).count() == 1

    again = tasks.rotate_key(organisation, account.pk)

    assert again >= timezone.now() + BETWEEN * 0.9
    assert (credentials()["auth_token"], credentials()["rotation"]) == (NEW, "promote")
    assert [row["token"] for row in credentials()["old_tokens"]] == [OLD]
    assert PROMOTE not in [call.request.url for call in responses.calls]

    assert tasks.rotate_key(organisation, account.pk) is None
    assert "rotation" not in credentials()
    assert responses.calls[-1].request.url == PROMOTE
    assert tasks.rotate_key(organisation, account.pk) is None
    assert AuditEntry.objects.filter(verb="telephony.token_renewed").count() == 1
    assert NEW not in json.dumps([entry.details for entry in AuditEntry.objects.all()])


@responses.activate
def test_posts_signed_with_either_are_taken_until_calls_under_way_are_over(
    account, admin, telecaller, organisation, settings
):
    settings.PUBLIC_URL = "http://testserver"
    answer_all(responses)
    call = make_call(make_lead(), telecaller, provider="twilio")
    ask_for_rotation(by=admin)
    tasks.rotate_key(organisation, account.pk)

    assert post_signed(organisation, call, NEW) == 204
    assert post_signed(organisation, call, OLD) == 204
    assert post_signed(organisation, call, "forged") == 403

    tasks.rotate_key(organisation, account.pk)
    assert post_signed(organisation, call, OLD) == 204
    assert CallEvent.objects.count() == 2
    accounts._known.clear()
    with time_machine.travel(timezone.now() + OLD_SECRET_HOLDS, tick=False):
        assert post_signed(organisation, call, OLD) == 403
        assert post_signed(organisation, call, NEW) == 204


@responses.activate
@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_step_that_fails_is_taken_again(account, admin, organisation, status):
    responses.delete(SECOND, status=204)
    responses.post(SECOND, status=status, json={"code": 20000, "status": status})
    ask_for_rotation(by=admin)

    with pytest.raises(ProviderUnavailable):
        tasks.rotate_key(organisation, account.pk)

    assert (credentials()["auth_token"], credentials()["rotation"]) == (OLD, "second")


@responses.activate
def test_a_promotion_whose_answer_never_came_is_not_mistaken_for_none(account, admin, organisation):
    answer_all(responses)
    ask_for_rotation(by=admin)
    tasks.rotate_key(organisation, account.pk)
    responses.replace(responses.POST, PROMOTE, status=404, json={"code": 20404, "status": 404})

    tasks.rotate_key(organisation, account.pk)

    assert (credentials()["auth_token"], "rotation" in credentials()) == (NEW, False)


def test_a_token_that_an_admin_enters_leaves_the_old_one_for_posts(account, admin):
    choose_provider("twilio", by=admin, changes={"auth_token": "typed"})

    assert account.__class__.objects.get().tokens(at=timezone.now()) == ["typed", OLD]

    choose_provider("twilio", by=admin, changes={"account_sid": "AC" + "2" * 32, "auth_token": "other"})
    assert credentials()["auth_token"] == "other"


def test_an_admin_renews_it_on_the_page_and_nobody_else(client_of, admin, manager, account):
    assert client_of(manager).post(URL).status_code == 403
    assert client_of(admin).get(URL).status_code == 405

    assert client_of(admin).post(URL).url == "/settings/telephony/"

    assert "Calls go on" in client_of(admin).get("/settings/telephony/").content.decode()


def test_without_an_account_at_twilio_there_is_nothing_to_renew(client_of, admin, rival, outsider):
    with acting_for(rival):
        TelephonyAccount.objects.update(provider="twilio", credentials={"account_sid": SID, "auth_token": OLD})

    assert client_of(admin).post(URL).status_code == 404
    with acting_for(rival):
        assert "rotation" not in credentials()
