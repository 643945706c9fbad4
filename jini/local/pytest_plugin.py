"""Throw-away PostgreSQL and Valkey for the tests, unless DATABASE_URL and REDIS_URL name others.

Loaded by `-p` in pyproject.toml, because the settings need the addresses before the first conftest.py is read.
"""

import os
from collections.abc import Generator

import pytest

from jini.local.services import fresh_keys, throw_away_services

# These only describe; starting servers for them would be a waste.
QUIET = {"-h", "--help", "-V", "--version", "--markers", "--fixtures"}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Generator[None]:
    """Start the servers before pytest-django (an ordinary implementation of this hook) loads the settings.

    Workers of pytest-xdist inherit the controller's environment, and so share its servers: each has a database of its
    own by pytest-django, and a numbered space in Valkey by us.
    """
    if "JINI_TEST_SERVICES" not in os.environ and not QUIET.intersection(args):
        _start(early_config)
    elif (worker := os.environ.get("PYTEST_XDIST_WORKER")) and os.environ["REDIS_URL"].startswith("redis+socket"):
        os.environ["REDIS_URL"] += f"?virtual_host={int(worker.removeprefix('gw')) % 15 + 1}"
    return (yield)


def _start(config: pytest.Config) -> None:
    services = throw_away_services()
    config.add_cleanup(services.stop)
    services.start()
    os.environ |= fresh_keys() | services.environment | {"JINI_TEST_SERVICES": "started"}
