"""The organisation with teams that the tests of who sees what share, and the database of those that restore it."""

from collections.abc import Iterator

import pytest

from accounts.models import Membership, Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from jini.tests.restoring import backups
from jini.tests.sights import World
from reports.actions.rollups import rebuild


@pytest.fixture
def world(
    organisation: Organisation, telecaller: Membership, colleague: Membership, admin: Membership, owner: Membership
) -> Iterator[World]:
    cast = {
        "head": make_member(organisation, Role.MANAGER, first_name="Hema"),
        "west": make_member(organisation, Role.MANAGER, first_name="Wasim"),
        "none": make_member(organisation, Role.MANAGER, first_name="Nina"),
        "ela": make_member(organisation, Role.TELECALLER, first_name="Ela"),
        "asha": telecaller,
        "bilal": colleague,
        "admin": admin,
        "owner": owner,
    }
    with acting_for(organisation):
        made = World(**cast)
    rebuild(organisation)
    with acting_for(organisation):
        yield made


@pytest.fixture
def restorable(transactional_db: None) -> Iterator[list[str]]:
    """The name of the database, and of the backup that a test makes with `back_up`."""
    with backups() as names:
        yield names
