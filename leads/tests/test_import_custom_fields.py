"""Importing answers to custom fields, and making the fields while mapping."""

import pytest
from django.urls import reverse

from leads.actions import undoing_import
from leads.importing import ahead
from leads.models import Activity, CustomField, ImportRow, Lead
from leads.tests.factories import make_field, make_lead
from leads.tests.importing import import_list, look, run, step, storage, upload  # noqa: F401 -- a fixture

Kind = CustomField.Kind
pytestmark = pytest.mark.usefixtures("storage")
LIST = 'Phone,Budget,Plan,Visit on\n90000 00012,"1,85,000",gold; silver,25/11/2026\n90000 00013,much,Bronze,\n'


@pytest.fixture
def fields(scope):
    return [
        make_field(Kind.MONEY, name="Budget"),
        make_field(Kind.CHOICES, "Gold", "Silver", name="Plan"),
        make_field(Kind.DATE, name="Visit on", is_required=True),
    ]


def test_columns_are_known_by_the_fields_names(fields, admin):
    batch = import_list(LIST, admin)

    assert batch.mapping == {"0": "phone", "1": "f1", "2": "f2", "3": "f3"}
    one, two = Lead.objects.order_by("phone")
    assert one.custom == {"f1": "185000.00", "f2": ["1", "2"], "f3": "2026-11-25"}
    assert two.custom == {}
    assert batch.counts["warnings"] == 1
    (row,) = ImportRow.objects.all()
    assert [(error["field"], error["code"]) for error in row.errors] == [
        ("f1", "value_invalid"),
        ("f2", "choice_unknown"),
        ("f3", "missing"),
    ]


def test_the_look_ahead_and_the_rows_say_it_in_words(fields, admin, client_of):
    make_lead(phone="+919000000012", custom={"f2": ["1"]})
    batch = look(upload(LIST, admin), duplicates="update")
    client = client_of(admin)
    page = client.get(reverse("leads:import", args=[batch.pk])).content.decode()
    for words in ("₹1,85,000", "Gold, Silver", "25 Nov", "instead of Gold", "none of the field"):
        assert words in page
    run(batch)

    shown = client.get(reverse("leads:import_rows", args=[batch.pk])).content.decode()
    assert "Plan: Gold → Gold, Silver" in shown
    assert "Visit on: This field must be answered" in shown
    errors = b"".join(client.get(reverse("leads:import_errors", args=[batch.pk])).streaming_content).decode()
    assert "Budget, Plan, Visit on" in errors


@pytest.mark.parametrize(
    ("duplicates", "after"),
    [
        ("skip", {"f1": "1.00"}),
        ("fill", {"f1": "1.00", "f2": ["1", "2"], "f3": "2026-11-25"}),
        ("update", {"f1": "185000.00", "f2": ["1", "2"], "f3": "2026-11-25"}),
    ],
)
def test_a_lead_that_is_there_is_filled_or_updated_and_undone(fields, admin, scope, duplicates, after):
    lead = make_lead(phone="+919000000012", custom={"f1": "1.00"})
    batch = import_list(LIST, admin, duplicates=duplicates)
    assert lead.reloaded().custom == after

    undoing_import.start_undo(batch, by=admin)
    step(undoing_import.UNDO, batch)

    assert lead.reloaded().custom == {"f1": "1.00"}
    assert Lead.objects.count() == 1


def test_an_answer_that_was_changed_since_stays(fields, admin):
    lead = make_lead(phone="+919000000012")
    batch = import_list(LIST, admin, duplicates="update")
    Lead.objects.filter(pk=lead.pk).update(custom=lead.reloaded().custom | {"f1": "7.00"})

    undoing_import.start_undo(batch, by=admin)
    step(undoing_import.UNDO, batch)

    assert lead.reloaded().custom == {"f1": "7.00"}
    lines = Activity.objects.filter(lead=lead, kind=Activity.Kind.IMPORT).order_by("id")
    assert [change["field"] for change in lines.last().details["changes"]] == ["f2", "f3"]


def test_a_field_that_is_used_no_more_in_the_middle_of_the_run_is_left_out(fields, admin, scope, monkeypatch):
    from leads.actions import importing  # noqa: PLC0415 -- the steps one by one

    monkeypatch.setattr(ahead, "STRETCH", 1)
    batch = look(upload(LIST, admin))
    importing.start_run(batch, by=admin)
    with ahead.ReadAhead() as reading:
        importing.run_stretch(scope, batch.pk, reading)
        CustomField.objects.filter(number=1).update(is_active=False)
        while importing.run_stretch(scope, batch.pk, reading):
            pass

    assert Lead.objects.get(phone="+919000000012").custom["f1"] == "185000.00"
    (row,) = ImportRow.objects.all()
    assert [error["field"] for error in row.errors] == ["f2", "f3"]


def mapped(client, batch, **columns):
    terms = {"duplicates": "skip", "legal_ground": "unknown", "column_0": "phone"}
    return client.post(reverse("leads:import_map", args=[batch.pk]), terms | columns)


def test_fields_are_made_while_mapping(scope, admin, client_of):
    batch = upload(LIST, admin)
    client = client_of(admin)
    assert "A new field" in client.get(reverse("leads:import_map", args=[batch.pk])).content.decode()

    response = mapped(client, batch, column_1="new:text", column_2="new:choice")

    assert response.status_code == 302
    budget, plan = CustomField.objects.order_by("number")
    assert (budget.name, budget.kind) == ("Budget", "text")
    assert [choice["name"] for choice in plan.choices] == ["Bronze", "gold; silver"]
    assert batch.reloaded().mapping == {"0": "phone", "1": "f1", "2": "f2"}


@pytest.mark.parametrize(
    ("values", "columns", "wrong"),
    [
        (range(51), {"column_1": "new:choice"}, "column_1"),
        (["x" * 61], {"column_1": "new:choice"}, "column_1"),
        ([""], {"column_1": "new:choice"}, "column_1"),
        ([1], {"column_1": "new:text", "column_2": "new:text"}, "column_2"),
    ],
)
def test_a_column_that_cannot_be_a_field_is_named_and_none_is_made(scope, admin, client_of, values, columns, wrong):
    make_field(name="taken")
    rows = [f"90000 {place:05},{value},x" for place, value in enumerate(values)]
    batch = upload("\n".join(["Phone,Course,Taken", *rows]), admin)

    response = mapped(client_of(admin), batch, **columns)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]
    assert CustomField.objects.count() == 1
    assert batch.reloaded().step == "read"


def test_a_manager_maps_to_fields_but_makes_none(fields, manager, client_of):
    batch = upload(LIST, manager)
    client = client_of(manager)
    page = client.get(reverse("leads:import_map", args=[batch.pk])).content.decode()

    assert '<option value="f1" selected>Budget</option>' in page
    assert "new:text" not in page
    assert mapped(client, batch, column_1="new:text").status_code == 422
