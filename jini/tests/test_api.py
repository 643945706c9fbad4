"""Every operation of the API: who is let in, and what it says to who is not."""

import json
import re
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from ninja.operation import Operation

from accounts.actions.api_keys import revoke
from accounts.models import ApiKey, Organisation
from accounts.permissions import GRANTS
from accounts.tenancy import acting_for
from accounts.tests.api import Program, program_of
from accounts.views.errors import server_error
from dialer.tests.phones import Phone
from dialer.views.api_devices import ByDevice
from jini.api import api, schema
from jini.lib.ids import uuid7

# Operations that no key guards, and why.
OPEN = {
    "/openapi.json": "says what there is, and of nobody",
    "/devices/pair/": "its one-time code is the right",
}


def operations() -> list[tuple[str, str, Operation]]:
    """(method, address, operation) of each."""
    found = []
    for prefix, router in api._routers:
        for place, view in router.path_operations.items():
            for operation in view.operations:
                found += [(method, f"{prefix}{place}".replace("//", "/"), operation) for method in operation.methods]
    return found


OPERATIONS = operations()
GUARDED = [(method, place, one) for method, place, one in OPERATIONS if place not in OPEN]


def is_for_phones(operation: Operation) -> bool:
    return any(isinstance(auth, ByDevice) for auth in operation.auth_callbacks)


def ask(program: Program, method: str, place: str) -> Any:
    address = re.sub(r"\{[^}]*\}", str(uuid7()), place)
    return program.send(method, f"/api/v1{address}", {} if method in {"POST", "PATCH"} else "")


def test_every_operation_names_its_permission_or_says_why_not():
    unguarded = {place for _, place, one in OPERATIONS if not hasattr(one.view_func, "required_permission")}

    assert len(GUARDED) >= 10
    assert unguarded == set(OPEN)


def test_without_a_valid_key_every_operation_refuses(telecaller, rival):
    lost = program_of(telecaller)
    with acting_for(telecaller.organisation):
        revoke(ApiKey.objects.get(), by=telecaller)
    strangers = [Program(), Program("jini_key_nonsense"), Program(f"jini_key_{rival.pk.hex}_{'x' * 43}"), lost]

    for method, place, _ in GUARDED:
        for stranger in strangers:
            answer = ask(stranger, method, place)
            assert (answer.status_code, answer.json()["code"]) == (401, "no_key"), (method, place)
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_lets_nobody_in(client_of, owner):
    for method, place, _ in GUARDED:
        program = Program()
        program.client = client_of(owner)
        assert ask(program, method, place).status_code == 401


def test_a_key_may_what_the_role_of_its_member_may(telecaller, owner):
    for member in (telecaller, owner):
        key, phone = program_of(member), Phone(member)
        for method, place, one in GUARDED:
            answer = ask(phone if is_for_phones(one) else key, method, place)
            may = one.view_func.required_permission in GRANTS[member.role]
            assert (answer.status_code == 403) != may or answer.status_code == 422, (method, place)
            assert answer.status_code < 500


def test_a_key_of_who_left_and_of_a_suspended_organisation_is_no_key(telecaller):
    program = program_of(telecaller)
    assert program.get("me/").status_code == 200

    Organisation.objects.filter(pk=telecaller.organisation_id).update(state="suspended")
    assert program.get("me/").status_code == 401
    Organisation.objects.filter(pk=telecaller.organisation_id).update(state="active")
    telecaller.deactivated_at = timezone.now()
    telecaller.save()
    assert program.get("me/").status_code == 401


def test_a_key_that_asks_too_often_waits(telecaller, monkeypatch):
    program = program_of(telecaller)
    monkeypatch.setattr(ApiKey, "PER_MINUTE", 2)
    with acting_for(telecaller.organisation):
        answers = [program.get("me/") for _ in range(3)]

    # A minute may end between two of them, which then count anew.
    assert [answer.status_code for answer in answers][:2] == [200, 200]
    if answers[2].status_code == 429:
        assert 0 < int(answers[2].headers["Retry-After"]) <= 60


def test_errors_are_json_that_names_what_is_wrong(telecaller):
    program = program_of(telecaller)

    assert program.get("nothing/").json()["code"] == "not_found"
    assert program.send("DELETE", "leads/", "").json()["code"] == "wrong_method"
    assert program.post("leads/", "{").json() == {
        "code": "unreadable",
        "message": "The body is not valid JSON.",
        "fields": {},
    }
    assert program.post("leads/", {"fone": "x"}).json()["fields"] == {"fone": ["Extra inputs are not permitted"]}
    assert "name" in program.post("leads/", {"name": "a\0b", "phone": "9000000001"}).json()["fields"]
    assert "name" in program.post("leads/", r'{"name": "\ud800", "phone": "9000000001"}').json()["fields"]


def test_the_document_and_the_page_about_it_are_there(client_of, telecaller):
    assert Client().get("/api/v1/openapi.json").json()["info"]["title"] == "JiNi"
    page = client_of(telecaller).get(reverse("api_docs")).content.decode()

    assert all(address in page for address in schema()["paths"])
    assert "/api/v1/leads/{lead}/" in page


@pytest.mark.parametrize(
    ("address", "reads"),
    [
        ("/api/v1/leads/", lambda answer: json.loads(answer.content)["reference"]),
        ("/leads/", lambda answer: re.search("quote ([0-9a-f]{8})", answer.content.decode())[1]),
    ],
)
def test_what_breaks_is_quoted_by_a_code_that_stands_in_the_log(address, reads, caplog):
    answer = server_error(RequestFactory().get(address))

    assert answer.status_code == 500
    line = next(record for record in caplog.records if record.message == "request.failed")
    assert line.code == reads(answer)
