"""An account for each organisation below the installation's master account: opened once, suspended, opened again, closed."""

import datetime as dt
import json
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, DueTask, Organisation
from dialer import sub_account_tasks as tasks
from dialer import sub_accounts
from dialer.actions.sub_accounts import HasOwnAccount, NotOffered, ask_for_sub_account
from dialer.closing import leave_providers
from dialer.models import SubAccount, TelephonyAccount
from dialer.providers.port import ProviderUnavailable
from dialer.tests.factories import open_all_day
from privacy.models import Cancellation

MASTER, SID, OTHER = "AC" + "0" * 32, "AC" + "5" * 32, "AC" + "9" * 32
API = "https://api.twilio.com/2010-04-01/Accounts"
PAGE, ASK = reverse("dialer:telephony"), reverse("dialer:telephony_sub_account")


class Master:
    """Twilio with a master account: it keeps what was made, and does with the next creation as `fate` says."""

    def __init__(self, mock):
        self.accounts, self.fate, self.created, self.filters = {}, "", 0, True
        mock.add_callback(responses.POST, f"{API}.json", self.create)
        mock.add_callback(responses.GET, f"{API}.json", self.list)
        for sid in (SID, OTHER):
            mock.add_callback(responses.GET, f"{API}/{sid}.json", self.one)
            mock.add_callback(responses.POST, f"{API}/{sid}.json", self.one)

    def create(self, request):
        self.created += 1
        fate, self.fate = self.fate, ""
        if fate == "refused":
            return 400, {}, json.dumps({"code": 20002, "status": 400, "message": "no"})
        if fate == "too many":
            return 429, {}, json.dumps({"code": 20429, "status": 429, "message": "slow"})
        if fate == "unreachable":
            return requests.ConnectTimeout()
        if "forgotten" not in fate:
            self.put(parse_qs(request.body)["FriendlyName"][0])
        if fate.startswith("silence"):
            return requests.ReadTimeout()
        if fate.startswith("error"):
            return 500, {}, json.dumps({"code": 20500, "status": 500, "message": "hm"})
        return 201, {}, json.dumps(self.accounts[SID])

    def put(self, name, sid=SID, **more):
        row = {"sid": sid, "friendly_name": name, "auth_token": f"token-{len(self.accounts)}", "status": "active"}
        self.accounts[sid] = row | {"date_created": "Thu, 26 Nov 2026 10:00:00 +0000"} | more

    def list(self, request):
        name = parse_qs(urlsplit(request.url).query)["FriendlyName"][0]
        found = [row for row in self.accounts.values() if row["friendly_name"] == name or not self.filters]
        return 200, {}, json.dumps({"accounts": found, "page": 0, "page_size": 20, "next_page_uri": None})

    def one(self, request):
        row = self.accounts.get(urlsplit(request.url).path.rpartition("/")[2].removesuffix(".json"))
        if row is None:
            return 404, {}, json.dumps({"code": 20404, "status": 404, "message": "none"})
        if request.method == "POST":
            row["status"] = parse_qs(request.body)["Status"][0]
        return 200, {}, json.dumps(row)


@pytest.fixture
def twilio(scope, settings):
    settings.TWILIO_MASTER_SID, settings.TWILIO_MASTER_TOKEN = MASTER, "master-token"
    open_all_day()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Master(mock)


def work(row, most=10):
    for _ in range(most):
        if tasks.steer_sub_account(row.organisation, row.pk) is None:
            return row.reloaded()
    raise AssertionError("it never came to an end")


@pytest.fixture
def opened(twilio, admin):
    return work(ask_for_sub_account(by=admin))


def credentials():
    return TelephonyAccount.objects.get(provider="twilio").credentials


def test_an_account_is_opened_once_and_its_token_is_the_organisations(twilio, admin):
    row = ask_for_sub_account(by=admin)
    assert ask_for_sub_account(by=admin) == row
    assert DueTask.objects.filter(task=sub_accounts.STEER).count() == 1

    row = work(row)

    assert (row.state, row.provider_id, row.failure) == ("open", SID, "")
    assert twilio.accounts[SID]["friendly_name"] == row.name
    assert credentials() == {"account_sid": SID, "auth_token": "token-0", "old_tokens": []}
    assert (ask_for_sub_account(by=admin), work(row).state, twilio.created) == (row, "open", 1)
    assert AuditEntry.objects.filter(verb="telephony.sub_account_asked").count() == 1
    assert not TelephonyAccount.objects.get(provider="twilio").is_active


@pytest.mark.parametrize("fate", ["error", "silence"])
def test_an_unclear_creation_is_found_by_its_name_and_never_sent_again(twilio, admin, fate):
    twilio.fate = fate
    row = ask_for_sub_account(by=admin)

    assert tasks.steer_sub_account(row.organisation, row.pk) is not None
    assert (row.reloaded().state, row.reloaded().sent_at is not None) == ("wanted", True)
    assert (work(row).state, twilio.created) == ("open", 1)


@pytest.mark.parametrize("fate", ["error, forgotten", "silence, forgotten"])
def test_one_that_is_never_found_is_told_and_looked_for_again_when_somebody_presses(twilio, admin, fate, client_of):
    twilio.fate = fate
    row = ask_for_sub_account(by=admin)
    for _ in range(3):
        assert tasks.steer_sub_account(row.organisation, row.pk) is not None
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        assert tasks.steer_sub_account(row.organisation, row.pk) is None
    assert (row.reloaded().failure, twilio.created) == ("unclear", 1)
    assert "none of its name was found" in client_of(admin).get(PAGE).content.decode()

    # It turned up after all.
    twilio.put(row.name)
    row = work(ask_for_sub_account(by=admin))

    assert (row.state, twilio.created) == ("open", 1)


def test_a_worker_that_died_after_asking_never_asks_again(twilio, admin):
    row = ask_for_sub_account(by=admin)
    assert sub_accounts.claim(row.pk)
    assert not sub_accounts.claim(row.pk)

    tasks.steer_sub_account(row.organisation, row.pk)

    assert twilio.created == 0


@pytest.mark.parametrize("fate", ["too many", "unreachable"])
def test_a_creation_that_was_not_taken_is_asked_for_again(twilio, admin, fate):
    twilio.fate = fate

    assert (work(ask_for_sub_account(by=admin)).state, twilio.created) == ("open", 2)


def test_a_refusal_is_told_with_its_code(twilio, admin, client_of):
    twilio.fate = "refused"
    row = work(ask_for_sub_account(by=admin))

    assert (row.state, row.failure) == ("wanted", "20002")
    assert "code 20002" in client_of(admin).get(PAGE).content.decode()
    assert work(ask_for_sub_account(by=admin)).state == "open"


@pytest.mark.parametrize("is_closed", [True, False])
def test_somebody_elses_account_and_one_that_is_closed_are_not_taken(twilio, admin, is_closed):
    row = ask_for_sub_account(by=admin)
    twilio.put(row.name if is_closed else "JiNi of somebody", OTHER, status="closed" if is_closed else "active")
    twilio.filters = False

    assert work(row).provider_id == SID


def test_a_provider_that_cannot_be_asked_is_asked_later(twilio, admin, settings):
    row = ask_for_sub_account(by=admin)
    settings.TWILIO_BASE_URL = "http://127.0.0.1:9"

    with pytest.raises(ProviderUnavailable):
        tasks.steer_sub_account(row.organisation, row.pk)
    assert row.reloaded().sent_at is None


def test_whoever_entered_an_account_of_their_own_meanwhile_keeps_it(twilio, admin):
    row = ask_for_sub_account(by=admin)
    TelephonyAccount.objects.create(provider="twilio", credentials={"account_sid": OTHER, "auth_token": "own"})

    row = work(row)

    assert (row.state, credentials()["account_sid"], twilio.accounts[SID]["status"]) == ("closed", OTHER, "closed")
    with pytest.raises(HasOwnAccount):
        ask_for_sub_account(by=admin)


def cancel(organisation, admin, days=30):
    now = timezone.now()
    Organisation.objects.filter(pk=organisation.pk).update(state="cancelled", ends_at=now + dt.timedelta(days=days))
    Cancellation.objects.create(
        asked_member=admin.pk, state="grace", begun_at=now, ends_at=now + dt.timedelta(days=days), state_before="active"
    )
    return Organisation.objects.get(pk=organisation.pk)


def test_it_is_suspended_when_the_organisation_cancels_and_closed_before_it_is_erased(twilio, opened, admin):
    ended = cancel(opened.organisation, admin)

    leave_providers(ended)
    assert not TelephonyAccount.objects.filter(provider="twilio").exists()
    assert (work(opened).state, twilio.accounts[SID]["status"]) == ("suspended", "suspended")
    owed = DueTask.objects.get(task=sub_accounts.CLOSE)
    assert owed.due_at == ended.ends_at - sub_accounts.BEFORE_THE_END
    assert tasks.close_sub_account(ended, opened.pk) == owed.due_at
    with time_machine.travel(owed.due_at + dt.timedelta(seconds=1)):
        assert tasks.close_sub_account(ended, opened.pk) is None
        assert (work(opened).state, twilio.accounts[SID]["status"]) == ("closed", "closed")


def test_taken_back_it_is_opened_again_with_the_token_of_then(twilio, opened, admin, client_of):
    ended = cancel(opened.organisation, admin)
    leave_providers(ended)
    work(opened)
    Organisation.objects.filter(pk=ended.pk).update(state="active", ends_at=None)
    twilio.accounts[SID]["auth_token"] = "another"
    assert "Open it again" in client_of(admin).get(PAGE).content.decode()

    row = work(ask_for_sub_account(by=admin))

    assert (row.state, twilio.accounts[SID]["status"], credentials()["auth_token"]) == ("open", "active", "another")
    assert twilio.created == 1
    assert tasks.close_sub_account(Organisation.objects.get(pk=ended.pk), row.pk) is None
    assert row.reloaded().wanted == "open"


def test_one_that_was_wanted_and_not_asked_for_is_not_made_for_who_leaves(twilio, admin):
    row = ask_for_sub_account(by=admin)
    sub_accounts.suspend(closes_at=None)

    assert (work(row).state, twilio.created) == ("closed", 0)


# The page


def test_the_page_offers_it_and_follows_it(twilio, admin, client_of):
    client = client_of(admin)
    assert "Open an account at Twilio" in client.get(PAGE).content.decode()

    answer = client.post(ASK, follow=True).content.decode()
    assert 'id="sub-account"' in answer
    assert "this page notices by itself" in answer
    part = client.get(PAGE, headers={"HX-Request": "true", "HX-Target": "sub-account"}).content.decode()
    assert part.strip().startswith("<section")
    assert part.count("<section") == 1
    work(SubAccount.objects.get())

    done = client.get(PAGE).content.decode()
    assert f"The account {SID} is yours alone" in done
    assert "token-0" not in done
    assert 'hx-trigger="load delay:3s"' not in done


def test_without_a_master_account_or_with_an_own_one_it_is_not_offered(scope, admin, client_of, settings):
    settings.TWILIO_MASTER_SID = settings.TWILIO_MASTER_TOKEN = ""
    client = client_of(admin)

    assert 'id="sub-account"' not in client.get(PAGE).content.decode()
    assert client.post(ASK).status_code == 404
    with pytest.raises(NotOffered):
        ask_for_sub_account(by=admin)
    settings.TWILIO_MASTER_SID, settings.TWILIO_MASTER_TOKEN = MASTER, "t"
    TelephonyAccount.objects.create(provider="twilio", credentials={"account_sid": OTHER, "auth_token": "own"})
    assert 'id="sub-account"' not in client.get(PAGE).content.decode()
    assert client.post(ASK).status_code == 404


def test_only_who_may_change_telephony_asks_for_it(twilio, telecaller, admin, client_of):
    assert client_of(telecaller).post(ASK).status_code == 403
    assert client_of(admin).get(ASK).status_code == 405
    assert not SubAccount.objects.exists()


@pytest.mark.parametrize("fields", [{"state": "open"}, {"wanted": "wanted"}, {"twice": True}])
def test_the_constraints(scope, admin, fields):
    if fields.pop("twice", False):
        SubAccount.objects.create(asked_by=admin)

    with pytest.raises(IntegrityError), transaction.atomic():
        SubAccount.objects.create(asked_by=admin, **fields)
