"""Accounts below the installation's master account, against Twilio's own description."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from contract.conftest import ACCOUNT
from contract.test_twilio_keys import asked
from dialer.providers.accounts import master_of_installation
from dialer.providers.port import DialOutcome
from dialer.providers.port.sub_accounts import AccountStatus

pytestmark = pytest.mark.contract

V2010 = "/2010-04-01/Accounts"
SUB, NAME = "AC" + "fedcba9876543210" * 2, "JiNi 01a2189c3ab375f2ba9e40c5b52dfe93"


@pytest.fixture
def master(prism, settings):
    settings.TWILIO_BASE_URL = prism.address
    settings.TWILIO_MASTER_SID, settings.TWILIO_MASTER_TOKEN = ACCOUNT, "token"
    return master_of_installation()


@pytest.fixture
def answers(master):
    """Every answer of Prism to the master, each with the request that it answers, in their order."""
    heard = []
    master.client.http_client.session.hooks["response"].append(lambda answer, *_, **__: heard.append(answer))
    return heard


def test_an_account_is_created_by_its_name(prism, master, answers):
    opened = master.create(NAME)

    assert asked(answers) == [("POST", f"{V2010}.json", 201)]
    assert parse_qs(answers[0].request.body) == {"FriendlyName": [NAME]}
    assert prism.unknown_names(answers[0].request) == set()
    assert opened.outcome is DialOutcome.ACCEPTED
    assert opened.facts.provider_id.startswith("AC")


def test_it_is_looked_for_by_its_name(prism, master, answers):
    # Prism invents accounts of other names, which are nobody's of ours.
    assert master.find(NAME) is None

    assert asked(answers) == [("GET", f"{V2010}.json", 200)]
    assert parse_qs(urlsplit(answers[0].request.url).query)["FriendlyName"] == [NAME]
    assert prism.unknown_names(answers[0].request) == set()


def test_how_it_stands_is_fetched(master, answers):
    facts = master.fetch(SUB)

    assert asked(answers) == [("GET", f"{V2010}/{SUB}.json", 200)]
    assert facts.status in set(AccountStatus)


@pytest.mark.parametrize("status", AccountStatus)
def test_its_status_is_set(prism, master, answers, status):
    master.set_status(SUB, status)

    assert asked(answers) == [("POST", f"{V2010}/{SUB}.json", 200)]
    assert parse_qs(answers[0].request.body) == {"Status": [str(status)]}
    assert prism.unknown_names(answers[0].request) == set()


def test_a_status_that_twilio_does_not_have_would_be_noticed(prism, master):
    answer = requests.post(f"{prism.address}{V2010}/{SUB}.json", {"Status": "asleep"}, auth=("AC", "x"), timeout=10)

    assert answer.status_code >= 400
