"""The requests of calls that come in, judged by the description of the API that Twilio publishes."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from contract.conftest import ACCOUNT
from contract.test_twilio import LEG, LEG_ID, TOKEN, asked
from dialer.providers.port import DialOutcome
from dialer.providers.port.incoming import RingRequest

pytestmark = pytest.mark.contract

V2010 = f"/2010-04-01/Accounts/{ACCOUNT}"
NUMBER = "PN" + "0123456789abcdef" * 2
HOOK = "https://jini.example/hooks/twilio/1/incoming/"


def test_a_member_is_rung_by_a_call(twilio, answers):
    answer = twilio.incoming.ring(
        RingRequest(
            token=TOKEN,
            room=TOKEN,
            caller_leg=LEG,
            to="+919000000001",
            caller_id="+912200000001",
            status_url=f"{HOOK}status/",
            answer_url=f"{HOOK}joining/",
            ring_seconds=20,
        )
    )

    assert asked(answers) == [("POST", f"{V2010}/Calls.json", 201)]
    assert answer.outcome == DialOutcome.ACCEPTED
    assert LEG_ID.fullmatch(answer.provider_id)


def test_a_caller_is_led_on_by_an_update_of_the_call(twilio, answers):
    twilio.incoming.move(LEG, f"{HOOK}voicemail/")

    assert asked(answers) == [("POST", f"{V2010}/Calls/{LEG}.json", 200)]
    assert parse_qs(answers[0].request.body) == {"Url": [f"{HOOK}voicemail/"], "Method": ["POST"]}


def test_a_number_is_found_by_its_digits(twilio, answers):
    found = twilio.numbers.find("+912200000001")

    assert asked(answers) == [("GET", f"{V2010}/IncomingPhoneNumbers.json", 200)]
    assert parse_qs(urlsplit(answers[0].request.url).query)["PhoneNumber"] == ["+912200000001"]
    assert found is None or re.fullmatch("PN[0-9a-fA-F]{32}", found.provider_id)


def test_a_number_is_pointed_at_us(twilio, answers):
    pointed = twilio.numbers.point(NUMBER, asks=HOOK, tells=f"{HOOK}over/")

    assert asked(answers) == [("POST", f"{V2010}/IncomingPhoneNumbers/{NUMBER}.json", 200)]
    assert re.fullmatch("PN[0-9a-fA-F]{32}", pointed.provider_id)


def test_no_request_names_a_parameter_that_twilio_does_not_have(prism, twilio, answers):
    twilio.incoming.move(LEG, HOOK)
    twilio.numbers.find("+912200000001")
    twilio.numbers.point(NUMBER, asks=HOOK, tells=HOOK)

    assert [prism.unknown_names(answer.request) for answer in answers] == [set()] * 3
