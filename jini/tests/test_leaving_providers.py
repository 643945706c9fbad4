"""The API key that was made at Twilio goes there before its secret goes here; what cannot be deleted is told of."""

import datetime as dt

import pytest
import responses
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import AuditEntry, DueTask, Organisation, User
from accounts.tenancy import acting_for
from dialer.closing import LONGEST_WAIT, TELL_OF_KEYS, leave_providers
from dialer.models import TelephonyAccount
from dialer.providers import accounts
from dialer.providers.accounts import name_of_key
from dialer.providers.port import ProviderUnavailable
from dialer.tests.factories import make_call
from dialer.tests.recordings import make_recording
from jini.lib.work import handler_of
from leads.tests.factories import make_lead
from privacy.actions import cancelling

ACCOUNT, KEY, STRAY = "AC" + "0" * 32, "SK" + "1" * 32, "SK" + "2" * 32
KEYS = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Keys"
NOON = dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def leaving(owner, clock):
    """An organisation with a key at Twilio, whose account is cancelled."""
    credentials = {"account_sid": ACCOUNT, "auth_token": "0" * 32, "key_sid": KEY, "key_secret": "signs"}
    with acting_for(owner.organisation):
        TelephonyAccount.objects.update(provider="twilio", credentials=credentials)
        made = cancelling.ask_to_cancel(reason="", by=owner)
    accounts._known.clear()
    clock.shift(dt.timedelta(days=1))
    handler_of(cancelling.CANCEL).run(Organisation.objects.get(pk=owner.organisation_id), made.pk)
    return Organisation.objects.get(pk=owner.organisation_id)


@pytest.fixture
def twilio():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def listed(*rows):
    keys = [{"sid": sid, "friendly_name": name, "date_created": None, "date_updated": None} for sid, name in rows]
    return {"keys": keys, "first_page_uri": "", "next_page_uri": None, "page": 0, "page_size": 50, "uri": ""}


def deleted(twilio):
    return {call.request.url for call in twilio.calls if call.request.method == "DELETE"}


def secrets_of(organisation):
    with acting_for(organisation):
        return [row.credentials for row in TelephonyAccount.objects.filter(provider="twilio")]


def test_the_key_and_what_is_called_like_it_go_there_before_the_secret_goes_here(leaving, twilio):
    twilio.get(f"{KEYS}.json", json=listed((STRAY, name_of_key(leaving)), ("SK" + "3" * 32, "Somebody else's")))
    for sid, status in ((KEY, 204), (STRAY, 404)):
        twilio.delete(
            f"{KEYS}/{sid}.json", status=status, json={"code": 20404, "status": 404} if status == 404 else None
        )

    assert leave_providers(leaving) is None

    assert deleted(twilio) == {f"{KEYS}/{KEY}.json", f"{KEYS}/{STRAY}.json"}
    assert secrets_of(leaving) == []
    with acting_for(leaving):
        assert AuditEntry.objects.get(verb="telephony.left").details["keys"] == []
    assert not DueTask.objects.filter(task=TELL_OF_KEYS).exists()


def test_while_twilio_does_not_answer_it_is_tried_again_and_the_secret_stays(leaving, twilio):
    twilio.get(f"{KEYS}.json", status=503)

    with pytest.raises(ProviderUnavailable):
        leave_providers(leaving)

    assert [row["key_sid"] for row in secrets_of(leaving)] == [KEY]


def test_after_a_day_the_end_goes_on_and_the_operator_is_told(leaving, twilio, clock):
    User.objects.create_superuser("root@mail.example", "x")
    twilio.get(f"{KEYS}.json", status=401, json={"code": 20003, "status": 401})
    clock.shift(LONGEST_WAIT)

    assert leave_providers(leaving) is None
    handler_of(TELL_OF_KEYS).run(leaving, leaving.pk)

    assert secrets_of(leaving) == []
    assert DueTask.objects.filter(task=TELL_OF_KEYS, due_at__lte=timezone.now()).exists()
    [message] = [message for message in mail.outbox if message.to == ["root@mail.example"]]
    assert f"twilio {ACCOUNT}: {KEY}" in message.body
    assert str(leaving.pk) in message.body
    assert "signs" not in message.body


def test_without_the_call_the_key_would_stay_there_and_nobody_would_know(leaving, twilio, monkeypatch):
    monkeypatch.setattr("dialer.closing._made", lambda organisation: iter(()))

    leave_providers(leaving)

    assert deleted(twilio) == set()
    assert secrets_of(leaving) == []


def test_taken_back_before_nothing_is_asked_of_twilio(leaving, twilio, owner):
    with acting_for(leaving):
        cancelling.undo(cancelling.current(), by=owner)

    leave_providers(leaving)

    assert list(twilio.calls) == []
    assert [row["key_sid"] for row in secrets_of(leaving)] == [KEY]


UNTIL = NOON.date() + dt.timedelta(days=30)


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({"state": "kept"}, True),
        ({"state": "kept", "deleted_at_provider_at": NOON}, False),
        ({"state": "running"}, True),
        # Nobody can delete it there: once it is fetched, there is nothing to wait for.
        ({"state": "running", "at_provider_until": UNTIL}, True),
        ({"state": "kept", "at_provider_until": UNTIL}, False),
    ],
)
def test_what_is_recorded_is_fetched_and_deleted_there_before_the_keys_go(
    leaving, telecaller, twilio, settings, tmp_path, fields, waits
):
    settings.MEDIA_ROOT = tmp_path
    twilio.get(f"{KEYS}.json", json=listed())
    twilio.delete(f"{KEYS}/{KEY}.json", status=204)
    with acting_for(leaving):
        make_recording(make_call(make_lead(), telecaller), provider="twilio", **fields)

    assert (leave_providers(leaving) is not None) is waits

    assert bool(secrets_of(leaving)) is waits
