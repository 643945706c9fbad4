"""Our Twilio adapter, pointed at Prism, and what Prism said to each of its requests."""

from collections.abc import Iterator

import pytest
import requests
from pytest_django.fixtures import Settings

from accounts.models import Organisation
from contract.prism import Judge, ToolsMissing, judge
from dialer.models import TelephonyAccount
from dialer.providers.accounts import provider_of
from dialer.providers.twilio import Twilio

ACCOUNT = "AC" + "0123456789abcdef" * 2


@pytest.fixture(scope="session")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    try:
        with judge(tmp_path_factory.mktemp("prism")) as running:
            yield running
    except ToolsMissing as missing:
        pytest.fail(str(missing))


@pytest.fixture
def twilio(prism: Judge, settings: Settings) -> Twilio:
    """The adapter as the tasks get it, from an account's row and the settings."""
    settings.TWILIO_BASE_URL = prism.address
    account = TelephonyAccount(
        provider=TelephonyAccount.Provider.TWILIO, credentials={"account_sid": ACCOUNT, "auth_token": "0" * 32}
    )
    adapter = provider_of(account, Organisation())
    assert isinstance(adapter, Twilio)
    return adapter


@pytest.fixture
def answers(twilio: Twilio) -> list[requests.Response]:
    """Every answer of Prism to the adapter, each with the request that it answers, in their order."""
    heard: list[requests.Response] = []
    twilio.client.http_client.session.hooks["response"].append(lambda answer, *_, **__: heard.append(answer))
    return heard
