"""Consents through the API: read, noted once, refused with the field that is wrong."""

import pytest

from accounts.tests.api import program_of
from leads.models import Consent
from leads.tests.factories import make_lead

SAID = {
    "purpose": "promotional",
    "channel": "call",
    "state": "given",
    "wording": "Box on our page",
    "evidence": "form 9",
}


@pytest.fixture
def lead(scope, manager):
    return make_lead(assigned_to=manager)


@pytest.fixture
def program(manager, scope):
    return program_of(manager)


def test_a_word_is_noted_and_read_again(program, lead, manager):
    sent = SAID | {"source": "form", "obtained_at": "2026-01-05T10:00:00+05:30", "valid_until": "2099-01-05T00:00:00Z"}

    answers = [program.post(f"leads/{lead.pk}/consents/", sent) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    row = Consent.objects.get()
    assert (row.by, row.source, row.lead) == (manager, "form", lead)
    program.post(f"leads/{lead.pk}/consents/", {"purpose": "promotional", "channel": "call", "state": "withdrawn"})
    items = program.get(f"leads/{lead.pk}/consents/").json()["items"]
    assert [(item["state"], item["source"]) for item in items] == [("withdrawn", "api"), ("given", "form")]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"purpose": "transactional"}, "purpose"),
        ({"channel": "fax"}, "channel"),
        ({"state": "maybe"}, "state"),
        ({"source": "import"}, "source"),
        ({"wording": " "}, "wording"),
        ({"wording": "x" * 501}, "wording"),
        ({"evidence": "x" * 201}, "evidence"),
        ({"obtained_at": "2099-01-01T00:00:00Z"}, "obtained_at"),
        ({"obtained_at": "2026-01-01T00:00:00"}, "obtained_at"),
        ({"valid_until": "2001-01-01T00:00:00Z"}, "valid_until"),
        ({"lead": "x"}, "lead"),
    ],
)
def test_what_is_no_word_is_refused_by_its_field(program, lead, fields, wrong):
    answer = program.post(f"leads/{lead.pk}/consents/", SAID | fields)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [wrong])
    assert not Consent.objects.exists()


def test_a_lead_that_the_key_does_not_see_has_none(lead, colleague, outsider):
    for member in (colleague, outsider):
        assert program_of(member).post(f"leads/{lead.pk}/consents/", SAID).status_code == 404
        assert program_of(member).get(f"leads/{lead.pk}/consents/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_queries_for_any_number(program, lead, count, django_assert_num_queries):
    for _time in range(count):
        program.post(f"leads/{lead.pk}/consents/", SAID)

    with django_assert_num_queries(15):
        assert len(program.get(f"leads/{lead.pk}/consents/").json()["items"]) == count
