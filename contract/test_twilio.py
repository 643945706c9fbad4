"""Every request of our Twilio adapter, judged by the description of the API that Twilio publishes."""

import datetime as dt
import logging
import re
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from contract.conftest import ACCOUNT
from dialer.calls import line
from dialer.providers.port import CheckOutcome, DialOutcome, DialRequest, Leg, LegQuery, Status

pytestmark = pytest.mark.contract

V2010 = f"/2010-04-01/Accounts/{ACCOUNT}"
TOKEN = uuid.UUID("11111111-2222-4333-8444-555555555555")
LEG = "CA" + "0123456789abcdef" * 2
LEG_ID = re.compile("CA[0-9a-fA-F]{32}")
SINCE = dt.datetime(2026, 11, 25, 6, 30, 15, 250_000, tzinfo=dt.UTC)
CALL = {
    "To": "+919000000001",
    "From": "+912200000001",
    "Url": "https://jini.example/answer/",
    "Method": "POST",
    "StatusCallback": "https://jini.example/status/",
    "StatusCallbackEvent": ["initiated", "answered"],
    "StatusCallbackMethod": "POST",
    "Timeout": "30",
}
PARTICIPANT = {name: value for name, value in CALL.items() if name not in {"Url", "Method"}} | {"EarlyMedia": "true"}


def ring(leg, **changed):
    organisation = uuid.UUID(int=1)
    request = {
        "token": TOKEN,
        "leg": leg,
        "to": "+919000000001",
        "caller_id": "+912200000001",
        "status_url": line.address("status", "twilio", organisation, TOKEN, leg),
        "answer_url": line.address("answer", "twilio", organisation, TOKEN, leg),
        "ring_seconds": 30,
    }
    return DialRequest(**request | changed)


def query(provider_id):
    return LegQuery(TOKEN, Leg.AGENT, provider_id, "+919000000001", "+912200000001", SINCE)


def asked(answers):
    return [(answer.request.method, urlsplit(answer.request.url).path, answer.status_code) for answer in answers]


def test_the_telecallers_leg_is_a_call(twilio, answers):
    answer = twilio.dial(ring(Leg.AGENT))

    assert asked(answers) == [("POST", f"{V2010}/Calls.json", 201)]
    assert answer.outcome == DialOutcome.ACCEPTED
    assert LEG_ID.fullmatch(answer.provider_id)


def test_the_customers_leg_is_a_participant_of_the_conference(twilio, answers):
    answer = twilio.dial(ring(Leg.CUSTOMER))

    assert asked(answers) == [("POST", f"{V2010}/Conferences/{TOKEN}/Participants.json", 201)]
    assert answer.outcome == DialOutcome.ACCEPTED
    assert LEG_ID.fullmatch(answer.provider_id)


def test_each_event_is_asked_for_by_a_field_of_its_own(twilio, answers):
    twilio.dial(ring(Leg.AGENT))
    twilio.dial(ring(Leg.CUSTOMER))

    forms = [parse_qs(answer.request.body) for answer in answers]
    assert [form["StatusCallbackEvent"] for form in forms] == [["initiated", "ringing", "answered", "completed"]] * 2


def test_hanging_up_ends_each_leg(twilio, answers):
    other = "CA" + "f" * 32

    twilio.hang_up([LEG, other])

    assert asked(answers) == [("POST", f"{V2010}/Calls/{leg}.json", 200) for leg in (LEG, other)]


def test_a_leg_is_fetched_by_its_id(twilio, answers):
    [found] = twilio.fetch(query(LEG))

    assert asked(answers) == [("GET", f"{V2010}/Calls/{LEG}.json", 200)]
    assert LEG_ID.fullmatch(found.provider_id)


def test_a_leg_whose_id_never_came_is_looked_for_by_its_numbers(twilio, answers):
    [found] = twilio.fetch(query(""))

    assert asked(answers) == [("GET", f"{V2010}/Calls.json", 200)]
    assert LEG_ID.fullmatch(found.provider_id)


def test_the_connection_test_asks_for_the_account_and_its_numbers(twilio, answers):
    steps = twilio.check()

    assert asked(answers) == [("GET", f"{V2010}.json", 200), ("GET", f"{V2010}/IncomingPhoneNumbers.json", 200)]
    # Prism draws the account's status from those that Twilio describes.
    is_active = answers[0].json()["status"] == "active"
    assert steps[0].outcome == (CheckOutcome.PASSED if is_active else CheckOutcome.FAILED)
    assert steps[1].details["count"] == len(answers[1].json()["incoming_phone_numbers"])


def test_every_status_that_twilio_may_answer_is_one_of_ours(prism):
    described = prism.described["components"]["schemas"]["call_enum_status"]["enum"]

    assert set(described) - set(Status) == set()


def test_whatever_state_a_leg_is_in_it_is_read(twilio):
    seen = {event.status for _ in range(12) for event in twilio.fetch(query(LEG))}

    assert seen - set(Status) == set()
    assert len(seen) > 1


def test_no_request_names_a_parameter_that_twilio_does_not_have(prism, twilio, answers):
    twilio.dial(ring(Leg.AGENT))
    twilio.dial(ring(Leg.CUSTOMER))
    twilio.hang_up([LEG])
    twilio.fetch(query(LEG))
    twilio.fetch(query(""))
    twilio.check()

    assert {answer.request.url: prism.unknown_names(answer.request) for answer in answers} == {
        answer.request.url: set() for answer in answers
    }
    assert len(answers) == 7


@pytest.mark.parametrize(
    ("method", "path", "names"),
    [
        ("GET", "/Calls.json", {"Form": "+912200000001", "To": "+919000000001"}),
        ("POST", "/Calls.json", CALL | {"Form": "+912200000001"}),
        ("POST", f"/Calls/{LEG}.json", {"Status": "completed", "Form": "x"}),
    ],
)
def test_a_misspelt_name_would_be_noticed(prism, method, path, names):
    place = {"params": names} if method == "GET" else {"data": names}
    request = requests.Request(method, prism.address + V2010 + path, **place).prepare()

    assert prism.unknown_names(request) == {"Form"}


def test_no_number_is_written_to_the_log(twilio, caplog):
    """Twilio's library logs each request with its parameters; the settings silence it, and this undoes that."""
    caplog.set_level(logging.INFO)
    twilio.dial(ring(Leg.AGENT))
    twilio.fetch(query(""))
    silenced = caplog.text

    with caplog.at_level(logging.INFO, logger="twilio.http_client"):
        twilio.fetch(query(""))

    assert "9000000001" not in silenced
    assert "9000000001" in caplog.text


# The twins: what must be refused, so that the acceptance above says something.
def send(prism, path, form, **options):
    options = {"auth": (ACCOUNT, "0" * 32)} | options
    return requests.post(prism.address + path, form, timeout=10, **options)


def without(form, name):
    return {key: value for key, value in form.items() if key != name}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/Calls.json", CALL),
        (f"/Conferences/{TOKEN}/Participants.json", PARTICIPANT),
        (f"/Calls/{LEG}.json", {"Status": "completed"}),
    ],
    ids=["call", "participant", "update"],
)
def test_the_sound_forms_of_the_twins_are_accepted(prism, path, form):
    assert send(prism, V2010 + path, form).ok


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/Calls.json", without(CALL, "From")),
        ("/Calls.json", without(CALL, "To")),
        ("/Calls.json", without(CALL, "From") | {"from": "+912200000001"}),
        ("/Calls.json", CALL | {"Timeout": "soon"}),
        ("/Calls.json", CALL | {"Url": "not an address"}),
        ("/Calls.json", CALL | {"StatusCallbackMethod": "FETCH"}),
        (f"/Conferences/{TOKEN}/Participants.json", without(PARTICIPANT, "From")),
        (f"/Conferences/{TOKEN}/Participants.json", PARTICIPANT | {"EarlyMedia": "perhaps"}),
        (f"/Calls/{LEG}.json", {"Status": "exploded"}),
        ("/Calls/11111111-2222-4333-8444-555555555555.json", {"Status": "completed"}),
    ],
    ids=str,
)
def test_a_broken_form_is_refused(prism, path, form):
    assert send(prism, V2010 + path, form).status_code == 422


def test_a_request_without_credentials_or_of_another_kind_is_refused(prism):
    assert send(prism, f"{V2010}/Calls.json", CALL, auth=None).status_code == 401
    assert send(prism, f"{V2010}/Call.json", CALL).status_code == 404
    assert send(prism, f"{V2010}/Calls.json", None, json=CALL).status_code == 415


@pytest.mark.parametrize("changed", [{"ring_seconds": "soon"}, {"status_url": "nowhere to be found"}])
@pytest.mark.parametrize("leg", list(Leg))
def test_the_adapter_passes_a_refusal_on(twilio, answers, leg, changed):
    answer = twilio.dial(ring(leg, **changed))

    assert [answer.status_code for answer in answers] == [422]
    assert (answer.outcome, answer.code) == (DialOutcome.REFUSED, "422")
