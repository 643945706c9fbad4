"""Custom fields: set up, answered by hand, shown, and read as people write."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from leads.actions.custom_fields import save_custom_field
from leads.actions.editing import edit_lead
from leads.custom.reading import as_text, as_value, read_value
from leads.custom.showing import in_words
from leads.models import Activity, CustomField, Lead
from leads.models.custom_field import CustomFieldQuerySet
from leads.tests.factories import make_field, make_lead

LIST = reverse("leads:custom_fields")
ADD = reverse("leads:custom_field_new")
Kind = CustomField.Kind


def answers(**changes):
    return {"name": "Budget", "kind": "money", "position": "1", "is_active": "on"} | changes


def choice(place, name, hindi="", *, used=True):
    row = {f"choice_{place}": name, f"hindi_{place}": hindi}
    return row | ({f"used_{place}": "on"} if used else {})


def edited(lead, **changes):
    fields = {"name": lead.name, "phone": lead.phone, "version": str(lead.version)}
    return fields | changes


READ = [
    (Kind.TEXT, "  two   words ", "two words"),
    (Kind.NUMBER, "1,85,000.50", "185000.5"),
    (Kind.NUMBER, "-०१२", "-12"),
    (Kind.NUMBER, "-0", "0"),
    (Kind.NUMBER, ".5", "0.5"),
    (Kind.NUMBER, "100", "100"),
    (Kind.MONEY, "₹ 1,85,000/-", "185000.00"),
    (Kind.DATE, "25/11/2026", "2026-11-25"),
    (Kind.DATE, "२५-११-२६", "2026-11-25"),
    (Kind.DATE, "2026-11-25 00:00:00", "2026-11-25"),
    (Kind.DATE, "5 Nov 2026", "2026-11-05"),
    (Kind.CHOICE, "GOLD  plan", "1"),
    (Kind.CHOICES, "silver, Gold plan", ["1", "2"]),
    (Kind.CHOICES, "Gold plan", ["1"]),
    (Kind.PHONE, "090000 00012", "+919000000012"),
    (Kind.EMAIL, "A@Mail.example", "a@mail.example"),
    (Kind.URL, "example.in/a", "https://example.in/a"),
    (Kind.YES_NO, "हाँ", "1"),
    (Kind.YES_NO, "No", "0"),
]
UNREAD = [
    (Kind.TEXT, "x" * 501, "too_long"),
    (Kind.NUMBER, "twelve", "number_invalid"),
    (Kind.NUMBER, "1" * 16, "number_invalid"),
    (Kind.NUMBER, "-", "number_invalid"),
    (Kind.MONEY, "-5", "value_invalid"),
    (Kind.DATE, "31/02/2026", "date_invalid"),
    (Kind.DATE, "1/1/0026", "date_invalid"),
    (Kind.CHOICE, "Bronze", "choice_unknown"),
    (Kind.CHOICES, "Silver, Bronze", "choice_unknown"),
    (Kind.PHONE, "12", "phone_too_short"),
    (Kind.EMAIL, "a@b", "email_invalid"),
    (Kind.URL, "javascript://alert(1)", "url_invalid"),
    (Kind.URL, "ftp://example.in", "url_invalid"),
    (Kind.YES_NO, "perhaps", "yes_no_invalid"),
]


@pytest.mark.parametrize(("kind", "text", "value"), READ)
def test_what_people_write_is_read(scope, kind, text, value):
    field = make_field(kind, "Gold plan", "Silver")

    assert read_value(field, text) == (value, "")
    assert as_value(field, as_text(value)) == value
    assert in_words(field, value) == in_words(field, as_text(value)) != ""


@pytest.mark.parametrize(("kind", "text", "fault"), UNREAD)
def test_what_cannot_be_meant_is_refused(scope, kind, text, fault):
    assert read_value(make_field(kind, "Gold plan", "Silver"), text) == (None, fault)


def test_nothing_is_nothing(scope):
    assert all(read_value(make_field(kind), "  ") == (None, "") for kind in Kind)


def test_a_field_is_added_and_changed_but_not_its_kind(client_of, admin, scope):
    client = client_of(admin)
    assert "No fields of your own yet" in client.get(LIST).content.decode()
    assert client.get(ADD).status_code == 200
    assert client.post(ADD, answers()).url == LIST
    field = CustomField.objects.get()
    page = reverse("leads:custom_field", args=[field.pk])

    assert client.get(page).status_code == 200
    client.post(page, answers(name="Price", kind="text", is_required="on"))

    field = CustomField.objects.get()
    assert (field.name, field.kind, field.is_required, field.number) == ("Price", "money", True, 1)
    assert [entry.details["fields"] for entry in AuditEntry.objects.filter(subject_id=field.pk).order_by("at")] == [
        ["name", "kind", "position"],
        ["name", "is_required"],
    ]


def test_choices_keep_their_keys(client_of, admin, scope):
    client = client_of(admin)
    client.post(ADD, answers(kind="choice", **choice(0, "Gold", "सोना"), **choice(1, "Silver")))
    field = CustomField.objects.get()
    lead = make_lead(custom={field.key: "2"})

    client.post(
        reverse("leads:custom_field", args=[field.pk]),
        answers(**choice(0, "Gold"), **choice(1, "Platinum", used=False), **choice(2, "Bronze")),
    )

    field = CustomField.objects.get()
    assert [(one["key"], one["name"], one["is_active"]) for one in field.choices] == [
        ("1", "Gold", True),
        ("2", "Platinum", False),
        ("3", "Bronze", True),
    ]
    assert "Platinum" in client.get(lead.get_absolute_url()).content.decode()
    form = client.get(reverse("leads:edit", args=[lead.pk])).context["form"]
    assert [key for key, _ in form.fields[f"custom_{field.number}"].widget.choices] == ["", "1", "2", "3"]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"name": ""}, "name"),
        ({"name": "BUDGET"}, "name"),
        ({"kind": "colour"}, "kind"),
        ({"kind": "choice"}, "choice_0"),
        ({"kind": "choice"} | choice(0, "A") | choice(1, "a"), "choice_1"),
        ({"kind": "choice"} | choice(0, "A", "क") | choice(1, "B", "क"), "choice_1"),
        ({"kind": "choices"} | choice(0, "A") | choice(1, "", "ख"), "choice_1"),
        ({"kind": "choice"} | choice(0, "A", used=False), "choice_0"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_added(client_of, admin, scope, changes, name):
    make_field(name="budget")
    response = client_of(admin).post(ADD, answers(name="Other") | changes)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name]
    assert CustomField.objects.count() == 1


def test_a_choice_that_leads_have_is_not_emptied(client_of, admin, scope):
    field = make_field(Kind.CHOICE, "Gold", "Silver")
    page = reverse("leads:custom_field", args=[field.pk])

    response = client_of(admin).post(page, answers(**choice(0, "Gold"), **choice(1, "")))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["choice_1"]


def test_there_are_at_most_fifty(client_of, admin, scope):
    for _ in range(50):
        make_field()

    response = client_of(admin).post(ADD, answers())

    assert response.status_code == 422
    assert "50 fields" in response.content.decode()


def test_two_at_once_get_two_numbers(scope, admin, monkeypatch):
    make_field()
    make_field()
    real, late = CustomFieldQuerySet.aggregate, [{"number__max": 1}]
    monkeypatch.setattr(CustomFieldQuerySet, "aggregate", lambda *of: late.pop() if late else real(*of))
    third = CustomField(name="Third")

    save_custom_field(third, fields=["name"], by=admin)

    assert (late, third.number) == ([], 3)


def test_wrong_method_role_and_organisation(client_of, admin, telecaller, outsider, organisation):
    with acting_for(organisation):
        page = reverse("leads:custom_field", args=[make_field().pk])

    assert client_of(admin).post(LIST).status_code == client_of(admin).put(page).status_code == 405
    assert client_of(telecaller).get(page).status_code == 403
    assert client_of(outsider).get(page).status_code == 404


def test_a_new_lead_answers_and_leaves_out_what_is_empty(client_of, telecaller, scope):
    budget, plan = make_field(Kind.MONEY, name="Budget"), make_field(Kind.CHOICES, "Gold", "Silver", name="Plan")
    make_field(name="Unused", is_active=False)

    response = client_of(telecaller).post(
        reverse("leads:new"), {"phone": "90000 00012", "custom_1": "₹5,000", "custom_2": ["2", "1"]}
    )

    lead = Lead.objects.get()
    assert response.url == lead.get_absolute_url()
    assert lead.custom == {budget.key: "5000.00", plan.key: ["1", "2"]}
    page = client_of(telecaller).get(lead.get_absolute_url()).content.decode()
    assert "₹5,000" in page
    assert "Gold, Silver" in page
    assert "Unused" not in page


@pytest.mark.parametrize(
    ("kind", "sent"), [(Kind.NUMBER, "x"), (Kind.CHOICE, "9"), (Kind.CHOICES, ["1", "9"]), (Kind.TEXT, "")]
)
def test_a_wrong_answer_is_named_and_the_others_stay(client_of, telecaller, scope, kind, sent):
    make_field(kind, "Gold", is_required=kind == Kind.TEXT)
    response = client_of(telecaller).post(
        reverse("leads:new"), {"phone": "90000 00012", "name": "Asha", "custom_1": sent}
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["custom_1"]
    assert response.context["form"]["name"].value() == "Asha"
    assert not Lead.objects.exists()


def test_an_edit_changes_one_answer_and_says_so(client_of, telecaller, scope):
    plan = make_field(Kind.CHOICE, "Gold", "Silver", name="Plan")
    notes = make_field(name="Notes")
    lead = make_lead(assigned_to=telecaller, custom={plan.key: "1", notes.key: "kept"})

    client_of(telecaller).post(reverse("leads:edit", args=[lead.pk]), edited(lead, custom_1="2", custom_2="kept"))

    lead = lead.reloaded()
    assert lead.custom == {plan.key: "2", notes.key: "kept"}
    line = Activity.objects.get(lead=lead, kind=Activity.Kind.CHANGE)
    assert line.details["changes"] == [{"field": plan.key, "old": "1", "new": "2"}]
    (shown,) = client_of(telecaller).get(lead.get_absolute_url()).context["lines"]
    assert shown.changes == [("Plan", "Gold", "Silver")]


def test_two_who_edit_different_answers_both_win_and_the_same_one_is_a_conflict(client_of, manager, scope):
    one, two = make_field(name="One"), make_field(Kind.CHOICE, "Gold", "Silver", name="Two")
    lead = make_lead()
    edit_lead(lead, {"custom": {one.key: "mine"}}, by=manager)
    edit_lead(lead, {"custom": {two.key: "1"}}, by=manager)
    assert lead.reloaded().custom == {one.key: "mine", two.key: "1"}

    response = client_of(manager).post(reverse("leads:edit", args=[lead.pk]), edited(lead, custom_2="2"))

    assert response.status_code == 409
    assert response.context["differing"] == [("One", "", "mine"), ("Two", "Silver", "Gold")]
    assert lead.reloaded().custom[two.key] == "1"


def test_an_answer_is_taken_away(scope, manager):
    field = make_field()
    lead = make_lead(custom={field.key: "x"})

    edit_lead(lead, {"custom": {field.key: None}}, by=manager)
    version = lead.reloaded().version
    edit_lead(lead, {"custom": {field.key: None}}, by=manager)

    assert lead.reloaded().custom == {}
    assert lead.reloaded().version == version


@pytest.mark.parametrize("count", [1, 3])
def test_a_lead_asks_the_same_queries_for_any_number_of_fields(client_of, scope, manager, count):
    lead, client = make_lead(), client_of(manager)
    make_field()
    client.get(lead.get_absolute_url())
    with CaptureQueriesContext(connection) as before:
        client.get(lead.get_absolute_url())
    for _ in range(count):
        make_field(Kind.CHOICE, "A")
    with CaptureQueriesContext(connection) as after:
        client.get(lead.get_absolute_url())

    assert len(after) == len(before)


@pytest.mark.parametrize("fields", [{"name": "FIELD 1"}, {"number": 1}])
def test_a_name_and_a_number_are_there_once(scope, fields):
    make_field()

    with pytest.raises(IntegrityError), transaction.atomic():
        CustomField.objects.create(**({"name": "Other", "number": 7} | fields))


def test_answers_are_an_object(scope):
    with pytest.raises(IntegrityError, match="lead_custom_is_object"), transaction.atomic():
        make_lead(custom=["x"])
