"""People and organisations for tests."""

import functools
import itertools
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.actions.organisations import found_organisation
from accounts.models import Membership, Organisation, User
from accounts.permissions import Role

_number = itertools.count(1)
PASSWORD = "correct horse battery"


def make_user(**fields: Any) -> User:
    number = next(_number)
    defaults = {"email": f"person{number}@mail.example", "first_name": f"Person{number}", "last_name": "Kumar"}
    return User.objects.create(password=_hashed(), **(defaults | fields))


@functools.cache
def _hashed() -> str:
    """The password as it is kept; hashing it is slow on purpose, so it is done once."""
    return make_password(PASSWORD)


def make_organisation(name: str = "Kiran Rooftop Solar", **fields: Any) -> Organisation:
    """An organisation with its owner and everything a new one is given."""
    return found_organisation(owner=make_user(), name=name, **fields).organisation


def make_member(organisation: Organisation, role: Role = Role.TELECALLER, **user_fields: Any) -> Membership:
    return Membership.objects.create(
        organisation=organisation, user=make_user(**user_fields), role=role, phone="+919000000001"
    )
