"""The columns of the lead list are chosen, kept in the address and in views, and cost what they show."""

import re
import uuid

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.list_columns import COLUMNS, DEFAULT, MOST_COLUMNS, every_column
from leads.models import CustomField, LeadTag, SavedView, Tag
from leads.tests.factories import make_field, make_lead

LIST, COLUMNS_OF = reverse("leads:list"), reverse("leads:columns")


def keys(page):
    return [column.key for column in page.context["columns"]]


def said(page):
    (row,) = page.context["rows"]
    return cells_of(row)


def cells_of(row):
    """What stands in the cells of a row, by their labels."""
    return dict(re.findall(r'<td role="cell" class="[^"]*"(?: data-label="([^"]*)")?>(.*?)</td>', row.markup))


def test_a_list_has_the_usual_columns(client_of, manager, scope):
    make_lead(name="Asha")

    assert keys(client_of(manager).get(LIST)) == list(DEFAULT)


def test_every_column_says_what_the_lead_is(client_of, manager, scope):
    field = make_field(CustomField.Kind.CHOICE, "Gold", name="Plan")
    lead = make_lead(
        email="a@mail.example", region="Goa", source="Expo", language="hi", attempts=3, connected=1, custom={field.key: "1"},
        last_disposition_id=uuid.UUID(int=7), score=72,
    )  # fmt: skip
    for name in ("hot", "cold"):
        LeadTag.objects.create(lead=lead, tag=Tag.objects.create(name=name))
    every = [key for key in every_column([field]) if key not in DEFAULT]

    row = said(client_of(manager).get(LIST, {"columns": ",".join(every)}))

    assert row == {
        "Score": "72",
        "E-mail": "a@mail.example",
        "State": "Goa",
        "Source": "Expo",
        "Language": "Hindi",
        "Attempts": "3, 1 connected",
        "Last outcome": "–",
        "Tags": "cold, hot",
        "Plan": "Gold",
    }


def test_a_lead_that_has_nothing_to_say_is_a_dash(client_of, manager, scope):
    make_field(name="Plan")
    make_lead(name="", email="")

    row = said(client_of(manager).get(LIST, {"columns": "email,f1,tags,attempts,owner"}))

    assert row == {"E-mail": "–", "Plan": "–", "Tags": "–", "Attempts": "–", "Owner": "Nobody yet"}


@pytest.mark.parametrize("asked", ["", "nonsense", "f9", ",,", "'"])
def test_what_is_no_column_leaves_the_usual_ones(client_of, manager, scope, asked):
    make_lead()

    assert keys(client_of(manager).get(LIST, {"columns": asked, "view": "all"})) == list(DEFAULT)


def test_columns_are_chosen_in_an_order_and_kept_in_a_view(client_of, manager, scope):
    make_lead(city="Pune")
    client = client_of(manager)
    menu = client.get(COLUMNS_OF, {"city": "Pune", "columns": "tags,phone"}).content.decode()
    assert menu.count('name="pick"') == MOST_COLUMNS
    assert '<input type="hidden" name="city" value="Pune" form="columns">' in menu
    assert 'name="columns"' not in menu

    response = client.get(COLUMNS_OF, {"city": "Pune", "pick": ["email", "", "phone", "email"]})

    assert QueryDict(response.url.partition("?")[2]).dict() == {"city": "Pune", "columns": "email,phone"}
    page = client.get(response.url)
    assert keys(page) == ["email", "phone"]
    assert 'name="columns" value="email,phone"' in page.content.decode()
    client.post(
        f"{reverse('leads:view_new')}?{page.context['query']}",
        {"name": "Mail", "sharing": "own", "query": page.context["query"]},
    )
    view = SavedView.objects.get()
    assert keys(client.get(view.get_absolute_url())) == ["email", "phone"]


def test_the_usual_columns_are_not_in_the_address(client_of, manager, scope):
    response = client_of(manager).get(COLUMNS_OF, {"pick": list(DEFAULT), "columns": "tags"})

    assert response.url == f"{LIST}?view=all"


def test_a_list_asks_nothing_for_columns_that_it_has_not(client_of, manager, scope):
    lead = make_lead()
    LeadTag.objects.create(lead=lead, tag=Tag.objects.create(name="hot"))
    client = client_of(manager)
    counted = {}
    for columns in ("phone", "phone,tags", ",".join(COLUMNS)):
        client.get(LIST, {"columns": columns})
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST, {"columns": columns})
        counted[columns] = len(queries)

    assert counted["phone,tags"] == counted["phone"] + 1


def test_methods_and_rights(client_of, manager, client):
    assert client_of(manager).post(COLUMNS_OF).status_code == 405
