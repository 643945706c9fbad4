"""The cast of the tests: two organisations and the people in them."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from accounts import database
from accounts.models import Membership, Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation

pytest_plugins = ["jini.tests.browsing"]

# How long an example takes says how busy the machine is.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Create and migrate the test database as the owner; each worker of pytest-xdist has its own.

    It begins as a copy of one that is migrated, where the tests have started the server themselves.
    """
    database.become_owner()
    connection.settings_dict["TEST"]["TEMPLATE"] = os.environ.get("JINI_TEST_TEMPLATE")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Then run every test as the application's role, so that row-level security binds it as it does in production."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            # Transactional tests empty the tables at their end; only here may the application do that.
            cursor.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO jini_app")
        database.become_application()
    yield
    with django_db_blocker.unblock():
        database.become_owner()
        with connection.cursor() as cursor:
            # A live server's thread keeps its connection; the database could not be dropped under it.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin in English; a request in Hindi leaves its language to its thread, and so to the next test."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def ledger(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give each test a ledger of erasures of its own: the database forgets at its end, a file would not."""
    settings.ERASURE_LEDGER = tmp_path_factory.getbasetemp() / "ledgers" / uuid.uuid4().hex
    return settings.ERASURE_LEDGER


@pytest.fixture
def organisation(db: None) -> Organisation:
    return make_organisation("Kiran Rooftop Solar")


@pytest.fixture
def rival(db: None) -> Organisation:
    return make_organisation("Rival Traders")


@pytest.fixture
def scope(organisation: Organisation) -> Iterator[Organisation]:
    """The scope of `organisation`, open for the arranging of a test; a request opens its own."""
    with acting_for(organisation):
        yield organisation


@pytest.fixture
def telecaller(organisation: Organisation) -> Membership:
    return make_member(organisation, Role.TELECALLER, first_name="Asha", last_name="Kulkarni")


@pytest.fixture
def colleague(organisation: Organisation) -> Membership:
    return make_member(organisation, Role.TELECALLER, first_name="Bilal", last_name="Shaikh")


@pytest.fixture
def manager(organisation: Organisation) -> Membership:
    return make_member(organisation, Role.MANAGER, first_name="Meera", last_name="Iyer")


@pytest.fixture
def admin(organisation: Organisation) -> Membership:
    return make_member(organisation, Role.ADMIN, first_name="Ravi", last_name="Menon")


@pytest.fixture
def owner(organisation: Organisation) -> Membership:
    return organisation.memberships.get(role=Role.OWNER)


@pytest.fixture
def outsider(rival: Organisation) -> Membership:
    """An admin of the other organisation: all rights, none of them here."""
    return make_member(rival, Role.ADMIN, first_name="Omkar", last_name="Rival")


@pytest.fixture
def client_of() -> Callable[[Membership], Client]:
    """Return a function that gives a client signed in as a member."""

    def signed_in(member: Membership) -> Client:
        client = Client()
        client.force_login(member.user)
        return client

    return signed_in
