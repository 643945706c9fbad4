"""Throw-away PostgreSQL and Valkey for the tests, unless DATABASE_URL and REDIS_URL name others.

Loaded by `-p` in pyproject.toml, because the settings need the addresses before the first conftest.py is read.
"""

import os
from collections.abc import Generator
from urllib.parse import urlsplit, urlunsplit

import pytest

from jini.local.postgresql import DATABASE
from jini.local.services import fresh_keys, throw_away_services
from jini.local.template import migrated_cluster

# These only describe; starting servers for them would be a waste.
QUIET = {"-h", "--help", "-V", "--version", "--markers", "--fixtures"}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Generator[None]:
    """Start the servers before pytest-django (an ordinary implementation of this hook) loads the settings.

    Workers of pytest-xdist inherit the controller's environment, and so share its servers: each has a database of its
    own by pytest-django, and a numbered space in Valkey by us: beside a Redis that REDIS_URL names, its own number and
    those below it.
    """
    if "JINI_TEST_SERVICES" not in os.environ and not QUIET.intersection(args):
        _start(early_config)
    elif worker := os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ["REDIS_URL"] = _space_of(int(worker.removeprefix("gw")), os.environ["REDIS_URL"])
    return (yield)


def _space_of(worker: int, url: str) -> str:
    """`url` with a numbered space that the tests of `worker` (0, 1, …) have for themselves, of the 16 there are."""
    if url.startswith("redis+socket"):
        return f"{url}?virtual_host={worker % 15 + 1}"
    parts = urlsplit(url)
    number = int(parts.path.strip("/") or 0)
    return urlunsplit(parts._replace(path=f"/{(number - worker) % 16}"))


def _start(config: pytest.Config) -> None:
    template = migrated_cluster()
    services = throw_away_services(template=template)
    config.add_cleanup(services.stop)
    services.start()
    os.environ |= fresh_keys() | services.environment | {"JINI_TEST_SERVICES": "started"}
    if template is not None:
        os.environ["JINI_TEST_TEMPLATE"] = DATABASE
