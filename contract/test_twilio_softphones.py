"""What browsers as phones ask of Twilio, judged by the description of its API; and what their tokens say."""

import time

import jwt
import pytest

from contract.conftest import ACCOUNT
from contract.test_twilio import V2010, asked, ring
from dialer.providers.port import CheckOutcome, DialOutcome, Leg
from dialer.providers.twilio.softphones import SigningKey, TwilioSoftphones

pytestmark = pytest.mark.contract

KEY = "SK" + "0123456789abcdef" * 2
IDENTITY = "0123456789abcdef" * 2


def test_a_browser_is_rung_like_a_number(twilio, answers, prism):
    answer = twilio.dial(ring(Leg.AGENT, to=f"client:{IDENTITY}"))

    assert asked(answers) == [("POST", f"{V2010}/Calls.json", 201)]
    assert answer.outcome == DialOutcome.ACCEPTED
    assert prism.unknown_names(answers[0].request) == set()


def test_a_key_is_made_when_there_is_none(twilio, answers, prism):
    prepared = twilio.softphones.prepare("JiNi of a test")

    assert asked(answers) == [("GET", f"{V2010}/Keys.json", 200), ("POST", f"{V2010}/Keys.json", 201)]
    made = answers[1].json()
    # Prism draws no secret now and then, which the description allows; without one there is nothing to sign with.
    found = {"key_sid": made["sid"], "key_secret": made["secret"]} if made["secret"] else {}
    assert prepared.credentials == found
    assert prepared.step.outcome is (CheckOutcome.PASSED if found else CheckOutcome.FAILED)
    assert [prism.unknown_names(answer.request) for answer in answers] == [set(), set()]


def test_a_key_is_deleted_by_its_id(twilio, answers):
    assert twilio.client.keys(KEY).delete()

    assert asked(answers) == [("DELETE", f"{V2010}/Keys/{KEY}.json", 204)]


def test_at_the_end_the_key_is_deleted(twilio, answers, prism):
    TwilioSoftphones(twilio.client, SigningKey(KEY, "signs")).retire("JiNi of a test")

    assert asked(answers) == [("GET", f"{V2010}/Keys.json", 200), ("DELETE", f"{V2010}/Keys/{KEY}.json", 204)]
    assert [prism.unknown_names(answer.request) for answer in answers] == [set(), set()]


def test_a_key_that_is_known_is_kept(twilio, answers):
    prepared = TwilioSoftphones(twilio.client, SigningKey(KEY, "signs")).prepare("JiNi of a test")

    assert asked(answers) == [("GET", f"{V2010}/Keys/{KEY}.json", 200)]
    assert (prepared.step.outcome, dict(prepared.credentials)) == (CheckOutcome.PASSED, {})


def test_a_token_lets_a_browser_be_rung_for_an_hour_and_begin_nothing(twilio):
    token = TwilioSoftphones(twilio.client, SigningKey(KEY, "s" * 32)).token(IDENTITY)

    said = jwt.decode(token, "s" * 32, algorithms=["HS256"])
    assert jwt.get_unverified_header(token)["cty"] == "twilio-fpa;v=1"
    assert (said["iss"], said["sub"]) == (KEY, ACCOUNT)
    assert said["grants"] == {"identity": IDENTITY, "voice": {"incoming": {"allow": True}}}
    assert 3590 <= said["exp"] - time.time() <= 3600
