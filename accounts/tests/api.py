"""A program that asks the API, for tests."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.actions.api_keys import create_key
from accounts.api import API_ROOT
from accounts.models import Membership
from accounts.tenancy import acting_for


class Program:
    """Asks with the secret `token`; without one with none."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"} if token else {})

    def get(self, address: str, **query: Any) -> HttpResponse:
        return self.client.get(_full(address), query)

    def send(self, method: str, address: str, body: Any, **headers: str) -> HttpResponse:
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.generic(
            method, _full(address), content, content_type="application/json", headers=headers or None
        )

    def post(self, address: str, body: Any, **headers: str) -> HttpResponse:
        return self.send("POST", address, body, **headers)


def _full(address: str) -> str:
    return address if address.startswith("/") else f"{API_ROOT}{address}"


def program_of(member: Membership) -> Program:
    """A program with a key that stands for `member`."""
    with acting_for(member.organisation):
        return Program(create_key("test", for_member=member, by=member)[1])
