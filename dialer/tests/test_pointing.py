"""The numbers that people call us at: which take calls, who is rung, and having their calls sent here."""

from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import responses
from django.db import connection

from accounts.models import DueTask
from accounts.work import schedule
from dialer import migrations
from dialer.actions.numbers import NumberTaken, save_number
from dialer.actions.pointing import POINT, point
from dialer.calls.line import hook_address
from dialer.models import IncomingCall, PhoneNumber, TelephonyAccount
from dialer.providers.port import ProviderUnavailable
from dialer.tests.callers import OUR_NUMBER, Caller, make_available, work
from dialer.tests.factories import open_all_day
from jini.lib.ids import uuid7
from leads.tests.factories import make_lead
from teams.models import Team, TeamMembership

NEW, OLD = "/settings/numbers/new/", "/settings/incoming/numbers/"
SID, PN = "AC" + "0" * 32, "PN" + "0" * 32
NUMBERS = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/IncomingPhoneNumbers"


@pytest.fixture(autouse=True)
def _open(scope):
    open_all_day()


@pytest.fixture
def at_twilio(scope):
    TelephonyAccount.objects.update(is_active=False)
    credentials = {"account_sid": SID, "auth_token": "x"}
    TelephonyAccount.objects.create(provider="twilio", credentials=credentials, is_active=True)
    return PhoneNumber.objects.create(provider="twilio", phone=OUR_NUMBER)


def said(**fields):
    row = {"sid": PN, "phone_number": OUR_NUMBER, "voice_url": "https://old.example/", "status_callback": ""}
    return row | {"voice_application_sid": ""} | fields


def test_a_number_is_added_and_changed(client_of, admin):
    client = client_of(admin)
    team = Team.objects.create(name="North")

    client.post(NEW, {"phone": "+91 22 4000 0001", "provider": "simulator", "takes_calls": "on", "is_active": "on"})
    number = PhoneNumber.objects.get()
    assert (number.phone, number.provider, number.takes_calls, number.team) == (OUR_NUMBER, "simulator", True, None)

    client.post(number.get_absolute_url(), {"team": str(team.pk), "is_active": "on"})
    assert (number.reloaded().team, number.reloaded().takes_calls) == (team, False)
    assert "North" in client.get(number.get_absolute_url()).content.decode()
    for page in ("/settings/numbers/", "/settings/incoming/"):
        assert "takes no calls" in client.get(page).content.decode()


def test_a_number_stands_here_once(client_of, admin):
    client = client_of(admin)
    sent = {"phone": OUR_NUMBER, "provider": "simulator", "takes_calls": "on", "is_active": "on"}
    client.post(NEW, sent)

    assert client.post(NEW, sent).status_code == 422
    assert client.post(NEW, sent | {"phone": "12"}).status_code == 422
    with pytest.raises(NumberTaken):
        save_number(PhoneNumber(phone=OUR_NUMBER, provider="simulator"), fields=[], by=admin)
    assert PhoneNumber.objects.count() == 1


def test_addresses_of_before_lead_to_the_number(client_of, admin, telecaller, at_twilio):
    client = client_of(admin)

    assert client.get(f"{OLD}new/").headers["Location"] == NEW
    assert client.get(f"{OLD}{at_twilio.pk}/").headers["Location"] == at_twilio.get_absolute_url()
    assert client_of(telecaller).get(f"{OLD}new/").status_code == 403


def test_another_organisations_number_is_not_pointed(client_of, outsider, at_twilio):
    assert client_of(outsider).post(f"{OLD}{at_twilio.pk}/pointing/").status_code in {403, 404}
    assert at_twilio.reloaded().pointing == {}


def test_only_who_edits_telephony_may(client_of, manager, telecaller, at_twilio):
    for member in (manager, telecaller):
        assert client_of(member).get(NEW).status_code == 403
        assert client_of(member).post(f"{OLD}{at_twilio.pk}/pointing/").status_code == 403


def test_a_number_that_is_off_takes_no_call(organisation, telecaller):
    PhoneNumber.objects.create(provider="simulator", phone=OUR_NUMBER, takes_calls=False)
    make_available(telecaller)
    caller = Caller(organisation, make_lead(assigned_to=telecaller).phone)

    first, again = caller.arrives(), caller.arrives()
    work(organisation)

    assert first.json() == again.json() == {"do": "refuse"}
    assert (caller.row().missed, caller.row().is_live, caller.rung()) == ("off", False, [])
    assert not IncomingCall.objects.to_return().exists()


def test_the_team_of_the_number_is_rung_for_who_has_no_owner(organisation, telecaller, colleague):
    north = Team.objects.create(name="North")
    TeamMembership.objects.create(team=north, member=colleague)
    PhoneNumber.objects.create(provider="simulator", phone=OUR_NUMBER, team=north)
    make_available(telecaller, colleague)
    caller = Caller(organisation, make_lead().phone)

    caller.arrives()
    work(organisation)

    assert (caller.row().team, caller.rung()) == (north, [colleague])


@responses.activate
def test_calls_are_sent_here_and_where_they_went_is_shown(client_of, admin, organisation, at_twilio):
    responses.get(f"{NUMBERS}.json", json={"incoming_phone_numbers": [said()]})
    here = hook_address("twilio", organisation.pk, "incoming")
    responses.post(f"{NUMBERS}/{PN}.json", json=said(voice_url=here))
    client, page = client_of(admin), at_twilio.get_absolute_url()

    client.post(f"{OLD}{at_twilio.pk}/pointing/")
    client.post(f"{OLD}{at_twilio.pk}/pointing/")
    assert "The provider is being asked." in client.get(page).content.decode()
    assert len(responses.calls) == 0
    point(organisation, at_twilio.pk)
    point(organisation, at_twilio.pk)

    sent = parse_qs(responses.calls[1].request.body)
    assert (sent["VoiceUrl"], sent["StatusCallback"]) == ([here], [f"{here}over/"])
    assert len(responses.calls) == 2
    shown = client.get(page).content.decode()
    assert "Calls to it come here." in shown
    assert "https://old.example/" in shown


@responses.activate
def test_what_it_was_before_stays_known(client_of, admin, organisation, at_twilio):
    here = hook_address("twilio", organisation.pk, "incoming")
    responses.get(f"{NUMBERS}.json", json={"incoming_phone_numbers": [said()]})
    responses.get(f"{NUMBERS}.json", json={"incoming_phone_numbers": [said(voice_url=here)]})
    responses.post(f"{NUMBERS}/{PN}.json", json=said(voice_url=here))
    for _press in range(2):
        client_of(admin).post(f"{OLD}{at_twilio.pk}/pointing/")
        point(organisation, at_twilio.pk)

    assert at_twilio.reloaded().pointing["before"]["asks"] == "https://old.example/"


@responses.activate
@pytest.mark.parametrize(
    ("listed", "outcome"), [([], "unknown"), ([said(voice_application_sid="AP" + "0" * 32)], "application")]
)
def test_what_cannot_be_pointed_is_said(client_of, admin, organisation, at_twilio, listed, outcome):
    responses.get(f"{NUMBERS}.json", json={"incoming_phone_numbers": listed})
    client_of(admin).post(f"{OLD}{at_twilio.pk}/pointing/")

    point(organisation, at_twilio.pk)

    assert at_twilio.reloaded().pointing["outcome"] == outcome


@responses.activate
@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_provider_that_cannot_say_now_is_asked_again(client_of, admin, organisation, at_twilio, status):
    responses.get(f"{NUMBERS}.json", json={"code": 1, "status": status}, status=status)
    client_of(admin).post(f"{OLD}{at_twilio.pk}/pointing/")

    with pytest.raises(ProviderUnavailable):
        point(organisation, at_twilio.pk)

    assert at_twilio.reloaded().is_being_pointed


def test_a_simulated_number_needs_no_pointing(client_of, admin):
    number = PhoneNumber.objects.create(provider="simulator", phone=OUR_NUMBER)

    client_of(admin).post(f"{OLD}{number.pk}/pointing/")

    assert number.reloaded().pointing == {}


def test_numbers_that_stood_apart_are_carried_over(organisation, admin):
    """The table of before is made for the test alone; the migration has dropped it."""
    (name,) = (path.stem for path in Path(migrations.__file__).parent.glob("*_one_table_of_numbers.py"))
    carry = import_module(f"dialer.migrations.{name}").CARRY
    north = Team.objects.create(name="North")
    shown = PhoneNumber.objects.create(provider="twilio", phone=OUR_NUMBER, label="Sales", series="1600")
    apart, called = uuid7(), uuid7()
    rows = [
        (apart, organisation.pk, "twilio", OUR_NUMBER, False, north.pk, '{"asked_at": "now"}'),
        (called, organisation.pk, "twilio", "+911401234567", True, None, "{}"),
    ]
    schedule(POINT, apart)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE dialer_incomingnumber (id uuid, organisation_id uuid, provider text, phone text,"
            " takes_calls boolean, team_id uuid, pointing jsonb) ON COMMIT DROP"
        )
        cursor.executemany("INSERT INTO dialer_incomingnumber VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)
        cursor.execute(carry)

    shown, other = shown.reloaded(), PhoneNumber.objects.get(pk=called)
    assert (shown.label, shown.series, shown.takes_calls, shown.team) == ("Sales", "1600", False, north)
    assert shown.is_being_pointed
    assert (other.series, other.takes_calls, other.is_active, other.team) == ("140", True, True, None)
    assert DueTask.objects.get(task=POINT).subject_id == shown.pk
    assert PhoneNumber.objects.count() == 2
