"""The requests about recordings of our Twilio adapter, judged by the description of the API that Twilio publishes."""

import uuid
from urllib.parse import parse_qs, urlsplit

import pytest

from contract.conftest import ACCOUNT
from dialer.providers.port import DialOutcome, DialRequest, Leg, RecordingStatus

pytestmark = pytest.mark.contract

V2010 = f"/2010-04-01/Accounts/{ACCOUNT}"
LEG, NUMBER = "CA" + "0123456789abcdef" * 2, "RE" + "0123456789abcdef" * 2
STATUS_URL = "https://jini.example/hooks/twilio/o/c/recording/"


def asked(answers):
    return [(answer.request.method, urlsplit(answer.request.url).path, answer.status_code) for answer in answers]


def test_a_recording_is_begun_on_a_leg(twilio, answers):
    answer = twilio.recordings.start(LEG, STATUS_URL)

    assert asked(answers) == [("POST", f"{V2010}/Calls/{LEG}/Recordings.json", 200)]
    assert answer.outcome == DialOutcome.ACCEPTED
    assert parse_qs(answers[0].request.body)["RecordingStatusCallbackEvent"] == ["in-progress", "completed", "absent"]


def test_it_is_paused_gone_on_with_and_ended(twilio, answers):
    for step in (twilio.recordings.pause, twilio.recordings.resume, twilio.recordings.stop):
        step(LEG, NUMBER)

    assert asked(answers) == [("POST", f"{V2010}/Calls/{LEG}/Recordings/{NUMBER}.json", 200)] * 3
    assert [parse_qs(answer.request.body)["Status"] for answer in answers] == [["paused"], ["in-progress"], ["stopped"]]


def test_it_is_fetched_listed_and_deleted(twilio, answers):
    twilio.recordings.fetch(NUMBER)
    twilio.recordings.of_leg(LEG)
    twilio.recordings.delete(NUMBER)

    assert asked(answers) == [
        ("GET", f"{V2010}/Recordings/{NUMBER}.json", 200),
        ("GET", f"{V2010}/Calls/{LEG}/Recordings.json", 200),
        ("DELETE", f"{V2010}/Recordings/{NUMBER}.json", 204),
    ]


def test_whatever_state_it_is_in_is_read(prism, twilio):
    described = prism.described["components"]["schemas"]["recording_enum_status"]["enum"]
    seen = {twilio.recordings.fetch(NUMBER).status for _ in range(12)}

    assert set(described) - set(RecordingStatus) == set()
    assert seen - set(RecordingStatus) == set()


def test_no_request_names_a_parameter_that_twilio_does_not_have(prism, twilio, answers):
    twilio.recordings.start(LEG, STATUS_URL)
    twilio.recordings.pause(LEG, NUMBER)
    twilio.recordings.of_leg(LEG)

    assert [prism.unknown_names(answer.request) for answer in answers] == [set(), set(), set()]


def test_a_message_is_left_by_new_instructions_for_the_leg(prism, twilio, answers):
    assert twilio.machines.leave(LEG, "https://jini.example/hooks/sounds/x/").outcome == DialOutcome.ACCEPTED

    assert asked(answers) == [("POST", f"{V2010}/Calls/{LEG}.json", 200)]
    assert prism.unknown_names(answers[0].request) == set()


@pytest.mark.parametrize("announces", [True, False])
def test_machines_are_listened_for_in_both_ways_of_ringing(prism, twilio, answers, announces):
    urls = {"status_url": STATUS_URL, "answer_url": STATUS_URL, "machine_url": STATUS_URL}
    request = DialRequest(
        uuid.UUID(int=7), Leg.CUSTOMER, "+919000000001", "+912200000001", ring_seconds=30, announces=announces, **urls
    )

    assert twilio.dial(request).outcome == DialOutcome.ACCEPTED
    assert prism.unknown_names(answers[0].request) == set()
