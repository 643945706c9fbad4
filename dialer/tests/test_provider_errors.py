"""What each error of Twilio does to a call: whom it tells, and whether anybody is rung again."""

import pytest
import requests
import responses
from django.utils import timezone

from accounts.models import DueTask, Notification
from accounts.notices import tell
from dialer import tasks
from dialer.actions.calling import start_call
from dialer.calls.contact import decide
from dialer.calls.failures import FAILURES
from dialer.models import Call, TelephonyAccount
from dialer.providers.accounts import provider_of
from dialer.providers.port import CheckOutcome
from dialer.telephony_words import line_of
from dialer.tests.factories import open_all_day
from leads.tests.factories import make_lead
from privacy.contact_reasons import Reason
from privacy.models import ContactPolicy

SID = "AC" + "1" * 32
CALLS = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Calls.json"
GEO = "https://voice.twilio.com/v1/DialingPermissions/Countries"


@pytest.fixture
def call(scope, telecaller):
    open_all_day()
    TelephonyAccount.objects.update(
        provider="twilio", credentials={"account_sid": SID, "auth_token": "secret"}, caller_id="+14155552671"
    )
    return start_call(make_lead(assigned_to=telecaller), by=telecaller)


def place(call, organisation, status, code):
    responses.post(CALLS, status=status, json={"code": code, "message": "no", "status": status})
    again = tasks.place_call(organisation, call.pk)
    return again, Call.objects.get(pk=call.pk)


@responses.activate
@pytest.mark.parametrize(
    ("status", "code", "failure", "tells_admins"),
    [
        (401, 20003, "credentials_refused", True),
        (400, 21210, "caller_id_refused", True),
        (400, 21212, "caller_id_refused", True),
        (400, 21219, "trial_account", True),
        (400, 21211, "number_invalid", False),
        (400, 21217, "number_invalid", False),
        (400, 21299, "provider_refused", False),
    ],
)
def test_a_refusal_ends_the_call_with_its_own_words(
    call, organisation, admin, owner, telecaller, status, code, failure, tells_admins
):
    again, call = place(call, organisation, status, code)

    assert (again, call.status, call.failure) == (None, "failed", failure)
    assert str(FAILURES[failure])
    told = Notification.objects.all()
    assert {notice.member_id for notice in told} == ({admin.pk, owner.pk} if tells_admins else set())
    if tells_admins:
        assert tell(admin, told.filter(member=admin))[0].text == str(FAILURES[failure])
    # Nobody is rung a second time.
    tasks.place_call(organisation, call.pk)
    assert len(responses.calls) == 1


@responses.activate
def test_admins_are_told_once_a_day_and_not_of_every_call(call, organisation, admin, colleague):
    place(call, organisation, 401, 20003)
    other = start_call(make_lead(assigned_to=colleague), by=colleague)

    place(other, organisation, 401, 20003)

    assert Notification.objects.filter(member=admin).count() == 1


@responses.activate
def test_too_many_requests_are_tried_again_within_the_minute(call, organisation):
    again, call = place(call, organisation, 429, 20429)

    assert again > timezone.now()
    assert (call.is_live, call.agent_status) == (True, "intent")

    Call.objects.update(started_at=timezone.now() - tasks.TRY_FOR * 1.1)
    assert tasks.place_call(organisation, call.pk) is None
    assert Call.objects.get(pk=call.pk).failure == "provider_busy"
    assert Notification.objects.count() == 0


@responses.activate
@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_error_of_the_server_is_asked_about_and_never_sent_again(call, organisation, status):
    DueTask.objects.all().delete()

    again, call = place(call, organisation, status, 20500)

    assert (again, call.is_live) == (None, True)
    assert DueTask.objects.filter(task="dialer.reconcile_call", subject_id=call.pk).exists()
    tasks.place_call(organisation, call.pk)
    assert len(responses.calls) == 1


@responses.activate
@pytest.mark.parametrize(("error", "is_sent_again"), [(requests.ReadTimeout, False), (requests.ConnectTimeout, True)])
def test_a_time_out_is_sent_again_only_when_nothing_was_asked(call, organisation, error, is_sent_again):
    responses.post(CALLS, body=error())

    again = tasks.place_call(organisation, call.pk)

    assert (again is not None) is is_sent_again
    tasks.place_call(organisation, call.pk)
    assert len(responses.calls) == 1 + is_sent_again


def checked(countries, **enabled):
    for country, is_enabled in enabled.items():
        responses.get(f"{GEO}/{country}", json={"iso_code": country, "low_risk_numbers_enabled": is_enabled})
    account = TelephonyAccount(provider="twilio", credentials={"account_sid": SID, "auth_token": "secret"})
    return provider_of(account, None, countries=countries)._check_permissions()


@responses.activate
def test_the_test_says_which_countries_the_provider_does_not_call(db):
    step = checked(["IN", "AE"], IN=True, AE=False)

    assert (step.outcome, step.details) == (CheckOutcome.FAILED, {"countries": "AE"})
    line = line_of({"name": "permissions", "outcome": "failed", "reason": "", "details": step.details}, "twilio")
    assert "AE" in line.title
    assert "Geo permissions" in line.text


@responses.activate
def test_the_test_passes_where_all_are_called_and_goes_on_where_twilio_does_not_say(db):
    assert checked(["IN"], IN=True).outcome is CheckOutcome.PASSED
    responses.reset()

    step = checked(["IN"])

    assert (step.outcome, step.reason) == (CheckOutcome.SKIPPED, "unknown")
    line = line_of({"name": "permissions", "outcome": "skipped", "reason": "unknown", "details": {}}, "twilio")
    assert "did not say" in line.text


@pytest.mark.parametrize(
    ("kinds", "phone", "reason"),
    [
        (["mobile", "fixed"], "+919000000012", Reason.ALLOWED),
        (["fixed"], "+919000000012", Reason.KIND_NOT_ALLOWED),
        (["mobile"], "+911800123456", Reason.KIND_NOT_ALLOWED),
        (["mobile", "toll_free"], "+911800123456", Reason.ALLOWED),
        (["mobile", "premium", "short", "other"], "+911861234567", Reason.KIND_NOT_ALLOWED),
    ],
)
def test_only_the_kinds_of_numbers_that_the_rules_name_are_called_and_premium_never(scope, kinds, phone, reason):
    open_all_day()
    ContactPolicy.objects.update(kinds=kinds)

    assert decide(make_lead(phone=phone)).reason == reason
