"""Filters over custom fields."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.tenancy import acting_for
from leads.custom import narrowing
from leads.filters import find
from leads.models import CustomField
from leads.tests.factories import make_field, make_lead

Kind = CustomField.Kind
LIST = reverse("leads:list")


@pytest.fixture
def story(scope):
    """f1 text, f2 number, f3 date, f4 choice, f5 choices, f6 yes or no, f7 out of use; (a) and (b) with answers, (c) none."""
    for kind in (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.CHOICE, Kind.CHOICES, Kind.YES_NO):
        make_field(kind, "Gold", "Silver")
    make_field(is_active=False)
    a = {"f1": "Acme Tools", "f2": "12.5", "f3": "2026-11-25", "f4": "1", "f5": ["1", "2"], "f6": "1", "f7": "x"}
    b = {"f1": "Beta", "f2": "-3", "f3": "2025-01-01", "f4": "2", "f5": ["2"], "f6": "0"}
    make_lead(name="a", custom=a)
    make_lead(name="b", custom=b)
    make_lead(name="c")


NARROWED = [
    ({"f1": "ACME  tools"}, "a", "Field 1: ACME tools"),
    ({"f1": "Acme"}, "", "Field 1: Acme"),
    ({"f1": "none"}, "c", "Field 1: empty"),
    ({"f2": "12.50"}, "a", "Field 2: 12.5"),
    ({"f2_min": "0"}, "a", "Field 2: from 0"),
    ({"f2_max": "12.5"}, "ab", "Field 2: up to 12.5"),
    ({"f2_min": "-5", "f2_max": "-3"}, "b", "Field 2: from -5"),
    ({"f3_min": "2025-06-01"}, "a", "Field 3: from 1 Jun 2025"),
    ({"f3_max": "25/11/2026"}, "ab", ""),
    ({"f4": "2"}, "b", "Field 4: Silver"),
    ({"f5": "2"}, "ab", "Field 5: Silver"),
    ({"f5": "1"}, "a", "Field 5: Gold"),
    ({"f6": "0"}, "b", "Field 6: No"),
    ({"f6": "none"}, "c", "Field 6: empty"),
    ({"f4": "1", "f1": "beta"}, "", "Field 4: Gold"),
]


@pytest.mark.parametrize("is_common", [False, True])
@pytest.mark.parametrize(("query", "names", "chip"), NARROWED)
def test_a_filter_narrows_however_many_match(story, manager, monkeypatch, query, names, chip, is_common):
    if is_common:
        monkeypatch.setattr(narrowing, "MOST_NAMED", 0)
    found = find(manager, query)

    assert sorted(found.leads.values_list("name", flat=True)) == sorted(names)
    assert any(one.text.startswith(chip) for one in found.chips)
    assert found.unfit == 0


@pytest.mark.parametrize(
    "query", [{"f4": "9"}, {"f2": "twelve"}, {"f2_min": "x"}, {"f3_min": "31/02/2026"}, {"f7": "x"}, {"f99": "x"}]
)
def test_what_does_not_fit_narrows_nothing_and_is_said(client_of, story, manager, query):
    page = client_of(manager).get(LIST, query)

    assert page.context["unfit"] == 1
    assert len(page.context["page"].rows) == 3
    assert "fits no more" in page.content.decode()


def test_a_filter_that_fits_is_no_complaint(client_of, story, manager):
    page = client_of(manager).get(LIST, {"f4": "1", "q": "a"})

    assert page.context["unfit"] == 0
    assert [row.name for row in page.context["page"].rows] == ["a"]


def test_the_menu_offers_every_field_in_use(client_of, story, manager):
    menu = client_of(manager).get(reverse("leads:filters"), {"f4": "2"}).content.decode()

    for name in ("f1", "f2_min", "f2_max", "f3_min", "f3_max", "f4", "f5", "f6"):
        assert f'name="{name}"' in menu
    assert 'name="f7"' not in menu
    assert '<option value="2" selected>Silver</option>' in menu


def test_many_are_told_from_few_in_the_database(story):
    with connection.cursor() as cursor:
        for _ in range(101):
            make_lead(custom={"f1": "Common"})
        for word, found in (("common", None), ("BETA", 1), ("nothing", 0)):
            cursor.execute(
                "SELECT cardinality(leads_holding(nullif(current_setting('jini.organisation'), '')::uuid, %s, 10))",
                [f'{{"f1": "{word}"}}'],
            )
            assert cursor.fetchone() == (found,)


def test_the_function_answers_for_the_organisation_of_the_scope_alone(story, rival):
    with (
        pytest.raises(DatabaseError, match="another organisation"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT leads_holding(%s, '{}', 10)", [rival.pk])


def test_the_same_answer_elsewhere_is_not_found(story, rival, outsider):
    with acting_for(rival):
        make_field()
        make_lead(name="theirs", custom={"f1": "Beta"})

        assert list(find(outsider, {"f1": "beta"}).leads.values_list("name", flat=True)) == ["theirs"]
