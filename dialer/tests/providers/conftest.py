"""Each test of the contract runs once with every provider."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from dialer.actions.calling import start_call
from dialer.models import Call, DialerSettings
from dialer.tests.factories import open_all_day
from dialer.tests.providers.bench import Bench
from dialer.tests.providers.benches import BENCHES, names_of
from leads.tests.factories import make_lead

PUBLIC = "https://calls.example.com"


@pytest.fixture
def network() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(re.compile(rf"{re.escape(PUBLIC)}/livez"))
        yield mock


@pytest.fixture
def bench(request: pytest.FixtureRequest, scope: Any, settings: Any, network: responses.RequestsMock) -> Bench:
    settings.PUBLIC_URL = PUBLIC
    return BENCHES[request.param](scope, network)


@pytest.fixture
def networked(bench: Bench) -> Bench:
    """A provider that something stands before, which can fail."""
    assert bench.has_network
    return bench


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with every provider, or with those that its own mark names; one that needs a network, with who has one."""
    is_chosen = any(mark.args[0] == "bench" for mark in metafunc.definition.iter_markers("parametrize"))
    if "bench" in metafunc.fixturenames and not is_chosen:
        wanted = {"has_network": True} if "networked" in metafunc.fixturenames else {}
        metafunc.parametrize("bench", names_of(**wanted), indirect=True)


@pytest.fixture
def call(bench: Bench, telecaller: Any) -> Call:
    """A call through the provider of which nobody has been asked yet."""
    open_all_day()
    DialerSettings.objects.update(default_mode=Call.Mode.BRIDGE)
    return start_call(make_lead(assigned_to=telecaller), by=telecaller)
