"""Leads through the API."""

import pytest

from accounts.tests.api import program_of
from leads.models import Activity, Lead, Status, StatusReason
from leads.tests.factories import make_field, make_lead


@pytest.fixture
def program(manager, scope):
    return program_of(manager)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_queries_for_any_number_of_leads(program, manager, count, django_assert_num_queries):
    for _ in range(count):
        make_lead(assigned_to=manager)

    with django_assert_num_queries(17):
        answer = program.get("leads/")

    assert len(answer.json()["items"]) == count


def test_pages_follow_each_other(program):
    made = [str(make_lead(name=f"Lead {number}").pk) for number in range(5)]
    seen, address, query = [], "leads/", {"limit": 2, "sort": "created"}
    while address:
        page = program.get(address, **query).json()
        seen += [lead["id"] for lead in page["items"]]
        address, query = page["next"], {}

    assert seen == made


def test_filters_of_the_list_narrow_and_what_does_not_fit_is_refused(program):
    field = make_field("choice", "Roof", "Ground")
    pune = make_lead(city="Pune", custom={field.key: "1"})
    make_lead(city="Pune", custom={field.key: "2"})

    found = program.get("leads/", city="Pune", **{field.key: "1"}).json()["items"]

    assert [(lead["id"], lead["custom"]) for lead in found] == [(str(pune.pk), {field.key: "1"})]
    for query in ({"status": "x"}, {"citty": "Pune"}, {"sort": "age"}, {"limit": "0"}, {"f9": "1"}):
        answer = program.get("leads/", **query)
        assert (answer.status_code, list(answer.json()["fields"])) == (422, list(query))


def test_a_lead_is_added_with_typed_custom_fields(program, telecaller):
    date, many = make_field("date"), make_field("choices", "Roof", "Ground")
    body = {
        "name": "Kavita Rao",
        "phone": "90000 12345",
        "value": 185000.5,
        "custom": {date.key: "24/11/2026", many.key: ["2", "1"]},
        "owner_id": str(telecaller.pk),
    }

    answer = program.post("leads/", body)

    made = answer.json()
    assert answer.status_code == 201
    assert (made["phone"], made["value"], made["version"]) == ("+919000012345", "185000.50", 1)
    assert made["custom"] == {date.key: "2026-11-24", many.key: ["1", "2"]}
    assert made["owner"] == {"id": str(telecaller.pk), "name": telecaller.name}
    assert Lead.objects.get(pk=made["id"]).assigned_to == telecaller


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "phone"),
        ({"phone": "112"}, "phone"),
        ({"phone": "1909"}, "phone"),
        ({"phone": "+1 415 555 2671"}, "phone"),
        ({"phone": "9000012345", "email": "x"}, "email"),
        ({"phone": "9000012345", "custom": {"f1": "soon"}}, "custom.f1"),
        ({"phone": "9000012345", "custom": {"f7": "x"}}, "custom.f7"),
        ({"phone": "9000012345", "custom": 3}, "custom"),
        ({"phone": "9000012345", "language": "xx"}, "language"),
        ({"phone": "9000012345", "language": "hi", "other_languages": ["mr", "xx"]}, "other_languages"),
        ({"phone": "9000012345", "other_languages": "mr"}, "other_languages"),
        ({"phone": "9000012345", "owner_id": "x"}, "owner_id"),
    ],
)
def test_what_is_wrong_is_named(program, body, field):
    make_field("date")

    answer = program.post("leads/", body)

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert Lead.objects.count() == 0


def test_a_number_that_is_there_is_refused_with_its_lead(program):
    lead = make_lead()

    answer = program.post("leads/", {"phone": lead.phone})

    assert (answer.status_code, answer.json()["lead_id"]) == (409, str(lead.pk))


def test_only_what_was_sent_changes(program):
    field = make_field("text", is_required=True)
    lead = make_lead(name="Kavita", city="Pune")

    answer = program.send("PATCH", f"leads/{lead.pk}/", {"version": 1, "city": "Nashik"})

    row = lead.reloaded()
    assert answer.status_code == 200
    assert (row.name, row.city, row.version, answer.json()["version"]) == ("Kavita", "Nashik", 2, 2)
    assert Activity.objects.filter(lead=lead, kind=Activity.Kind.CHANGE).count() == 1
    refused = program.send("PATCH", f"leads/{lead.pk}/", {"version": 2, "custom": {field.key: ""}})
    assert list(refused.json()["fields"]) == [f"custom.{field.key}"]


def test_languages_are_sent_as_a_list(program):
    made = program.post(
        "leads/", {"phone": "9000012345", "language": "hi", "other_languages": ["mr", "hi", "en"]}
    ).json()
    assert (made["language"], made["other_languages"]) == ("hi", ["mr", "en"])
    url = f"leads/{made['id']}/"

    assert program.send("PATCH", url, {"version": 1, "language": "en"}).json()["other_languages"] == ["mr"]
    assert program.send("PATCH", url, {"version": 2, "other_languages": []}).json()["other_languages"] == []
    assert program.get("leads/", language="en").json()["items"][0]["language"] == "en"


def test_a_lead_that_moved_on_is_not_overwritten(program):
    lead = make_lead(city="Pune")
    program.send("PATCH", f"leads/{lead.pk}/", {"version": 1, "city": "Nashik"})

    answer = program.send("PATCH", f"leads/{lead.pk}/", {"version": 1, "city": "Surat"})

    assert (answer.status_code, answer.json()["code"], answer.json()["version"]) == (409, "stale", 2)
    assert lead.reloaded().city == "Nashik"
    assert program.send("PATCH", f"leads/{lead.pk}/", {"city": "Surat"}).json()["fields"] == {
        "version": ["Field required"]
    }


def test_a_status_that_asks_for_a_reason_gets_one(program):
    lead, reason = make_lead(), StatusReason.objects.in_order().first()
    lost = Status.objects.filter(requires_reason=True).first() or Status.objects.filter(kind="lost").first()
    Status.objects.filter(pk=lost.pk).update(requires_reason=True)
    body = {"version": 1, "status_id": str(lost.pk)}

    assert list(program.send("PATCH", f"leads/{lead.pk}/", body).json()["fields"]) == ["reason_id"]
    moved = program.send("PATCH", f"leads/{lead.pk}/", body | {"reason_id": str(reason.pk)}).json()

    assert (moved["status"]["id"], moved["reason_id"]) == (str(lost.pk), str(reason.pk))


def test_a_follow_up_is_planned_and_the_past_is_refused(program):
    lead = make_lead()
    body = {"lead_id": str(lead.pk), "due_at": "2999-01-01T10:00:00+05:30", "kind": "callback", "note": "roof plan"}

    planned = program.post("follow-ups/", body)

    assert (planned.status_code, planned.json()["note"]) == (201, "roof plan")
    for wrong in ({"due_at": "2001-01-01T10:00:00Z"}, {"due_at": "2999-01-01T10:00:00"}, {"kind": "visit"}):
        answer = program.post("follow-ups/", body | wrong)
        assert (answer.status_code, list(answer.json()["fields"])) == (422, list(wrong))


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"status": "x"}, {"status": ["there is no such filter"]}),
        ({"due": "tomorrow"}, {"due"}),
        ({"kind": "x", "person": "x", "day": "32"}, {"kind", "person", "day"}),
        ({"older": "made-up"}, {"older": ["is no place in this list"]}),
        ({"limit": "0"}, {"limit": ["1 to 200"]}),
    ],
)
def test_follow_ups_are_not_listed_for_what_cannot_be_meant(program, query, wrong):
    answer = program.get("follow-ups/", **query)

    assert answer.status_code == 422
    fields = answer.json()["fields"]
    assert fields == wrong or set(fields) == wrong


@pytest.mark.parametrize("address", ["leads/", "calls/"])
def test_a_list_does_not_begin_again_for_a_place_that_is_none(program, address):
    answer = program.get(address, older="made-up")

    assert (answer.status_code, answer.json()["fields"]) == (422, {"older": ["is no place in this list"]})
