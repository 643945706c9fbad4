"""The orders of the lead list, the leads before and after one, and a number that is known already."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads.models import FollowUp, Lead, LeadPhone, Status
from leads.ordering import COLUMNS, orders
from leads.tests.factories import make_lead
from leads.tests.test_list_columns import cells_of

LIST, KNOWN = reverse("leads:list"), reverse("leads:known")


def names(response):
    return [lead.name for lead in response.context["page"].rows]


@pytest.fixture
def four(scope, telecaller):
    """Four leads, added in this order."""
    now = timezone.now()
    rows = [
        {"name": "meena", "value": 500, "last_called_at": now - dt.timedelta(days=2)},
        {"name": "Asha", "value": None, "last_called_at": None},
        {"name": "राधा", "value": Decimal("99.50"), "last_called_at": now},
        {"name": "Zubin", "value": 500, "last_called_at": None},
    ]
    return [
        make_lead(**row, attempts=bool(row["last_called_at"]), assigned_to=telecaller, created_at=now) for row in rows
    ]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", "Zubin राधा Asha meena"),
        ("-created", "Zubin राधा Asha meena"),
        ("created", "meena Asha राधा Zubin"),
        ("name", "Asha meena Zubin राधा"),
        ("-name", "राधा Zubin meena Asha"),
        ("-value", "Zubin meena राधा Asha"),
        ("value", "Asha राधा meena Zubin"),
        ("-called", "राधा meena Zubin Asha"),
        ("called", "Asha Zubin meena राधा"),
        ("phone", "Zubin राधा Asha meena"),
        ("--name", "Zubin राधा Asha meena"),
        ("-", "Zubin राधा Asha meena"),
    ],
)
def test_a_list_in_every_order_page_by_page_and_back(client_of, four, manager, monkeypatch, sort, expected):
    monkeypatch.setattr("leads.views.leads.PAGE", 3)
    client = client_of(manager)
    first = client.get(LIST, {"sort": sort})
    second = client.get(first.context["page"].older_url)
    back = client.get(second.context["page"].newer_url)

    assert names(first) + names(second) == expected.split()
    assert names(back) == names(first)


def test_a_heading_turns_its_order_round_and_says_so(client_of, four, manager):
    page = client_of(manager).get(LIST, {"sort": "name", "q": "a", "older": "x"}).content.decode()
    headings = re.findall(r'<th role="columnheader"[^>]*?(?:aria-sort="(\w+)")?><a href="\?([^"]*)">', page)

    assert {unescape(query) for _, query in headings} == {
        "q=a&sort=-name",
        "q=a&sort=-value",
        "q=a&sort=-called",
        "q=a&sort=-created",
    }
    assert [order for order, _ in headings if order] == ["ascending"]


def test_every_order_can_be_chosen_and_a_search_keeps_it(client_of, four, manager):
    client = client_of(manager)
    page = client.get(LIST, {"sort": "-value", "q": "a"}).content.decode()
    menu = client.get(reverse("leads:filters"), {"sort": "-value", "q": "a"}).content.decode()

    assert 'name="sort" value="-value"' in page
    assert {key for key, _ in orders()} == {sign + name for name in COLUMNS for sign in ("", "-")}
    assert all(f'<option value="{key}"' in menu for key, _ in orders())
    assert '<option value="-value" selected>' in menu
    assert "<html" not in menu


def test_the_list_names_the_next_follow_up_that_is_open(client_of, four, telecaller):
    lead, now = four[0], timezone.now()
    for days, done in ((1, True), (2, False), (3, False)):
        FollowUp.objects.create(
            lead=lead,
            assigned_to=telecaller,
            due_at=now + dt.timedelta(days=days),
            done_at=now if done else None,
            done_by=telecaller if done else None,
        )

    rows = {row.pk: cells_of(row) for row in client_of(telecaller).get(LIST).context["rows"]}

    due = (now + dt.timedelta(days=2)).astimezone(telecaller.organisation.zone).isoformat()
    assert due in rows[lead.pk]["Next follow-up"]
    assert {row["Next follow-up"] for pk, row in rows.items() if pk != lead.pk} == {"–"}


def test_a_row_says_what_the_lead_is(client_of, four, manager, telecaller):
    rows = client_of(manager).get(LIST, {"sort": "name"}).context["rows"]
    asha, meena = map(cells_of, rows[:2])

    assert [row.url for row in rows] == [Lead.objects.get(pk=row.pk).get_absolute_url() for row in rows]
    assert (asha["Value"], asha["Last call"], asha["Next follow-up"]) == ("–", "–", "–")
    assert (meena["Value"], meena["Owner"]) == ("₹500", telecaller.name)
    assert ">New<" in meena[""]


def test_without_a_name_the_number_stands_for_it(client_of, scope, manager):
    make_lead(name="", phone="+919000000077")

    assert [row.name for row in client_of(manager).get(LIST).context["rows"]] == ["+919000000077"]


def neighbours_of(client, url):
    beside = client.get(url).context["beside"]
    return tuple(lead and lead.display_name for lead in (beside.previous, beside.next))


def test_a_lead_of_a_list_leads_to_the_ones_before_and_after(client_of, four, manager):
    meena, _asha, radha, zubin = four
    client = client_of(manager)

    assert neighbours_of(client, f"{meena.get_absolute_url()}?sort=name") == ("Asha", "Zubin")
    assert neighbours_of(client, f"{radha.get_absolute_url()}?sort=name") == ("Zubin", None)
    assert neighbours_of(client, f"{zubin.get_absolute_url()}?sort=-value&attempts_max=9") == (None, "meena")
    assert client.get(meena.get_absolute_url()).context["beside"] is None


def test_the_links_of_the_list_carry_it_and_an_action_comes_back_to_it(client_of, four, manager):
    client = client_of(manager)
    won = Status.objects.get(name="Won")
    shown = client.get(LIST, {"q": "mee", "sort": "name", "older": "x"})
    link = unescape(re.search(rf'href="({four[0].get_absolute_url()}[^"]*)"', shown.content.decode())[1])
    page = client.get(link).content.decode()
    move = reverse("leads:move", args=[four[0].pk])
    action = unescape(re.search(rf'action="({move}[^"]*)"', page)[1])

    assert link == f"{four[0].get_absolute_url()}?q=mee&sort=name"
    assert client.post(action, {"status": won.pk}).url == link


def test_a_lead_that_left_its_list_still_has_neighbours_there(client_of, four, manager):
    won = Status.objects.get(name="Won")
    four[2].status = won
    four[2].save()
    new = four[0].status_id

    url = f"{four[2].get_absolute_url()}?sort=-created&status={new}"

    assert neighbours_of(client_of(manager), url) == ("Zubin", "Asha")


def test_a_telecaller_is_led_through_their_own_leads_only(client_of, four, telecaller, colleague):
    four[1].assigned_to = colleague
    four[1].save()

    url = f"{four[0].get_absolute_url()}?sort=name"

    assert neighbours_of(client_of(telecaller), url) == (None, "Zubin")


def test_details_are_edited_in_their_place(client_of, four, manager):
    client = client_of(manager)
    edit = reverse("leads:edit", args=[four[0].pk])
    part = client.get(edit, headers={"HX-Request": "true"}).content.decode()

    assert f'action="{edit}"' in part
    assert "<html" not in part
    assert f'hx-get="{edit}"' in client.get(four[0].get_absolute_url()).content.decode()


@pytest.mark.parametrize("typed", ["90000 00077", "+919000000077", "०90000-00077", "09000000077"])
def test_a_known_number_is_named_while_it_is_typed(client_of, scope, manager, typed):
    lead = make_lead(name="Kavita", phone="+919000000077")

    answer = client_of(manager).post(KNOWN, {"phone": typed}).content.decode()

    assert lead.get_absolute_url() in answer
    assert "Kavita" in answer
    assert "<html" not in answer


def test_a_further_number_is_known_too(client_of, scope, manager):
    lead = make_lead(name="Kavita")
    LeadPhone.objects.create(lead=lead, phone="+919000000078")

    answer = client_of(manager).post(KNOWN, {"phone": "9000000078"}).content.decode()

    assert "further number" in answer
    assert lead.get_absolute_url() in answer


def test_a_lead_of_a_colleague_is_told_but_not_named(client_of, scope, telecaller, colleague):
    lead = make_lead(name="Kavita", phone="+919000000077", assigned_to=colleague)

    answer = client_of(telecaller).post(KNOWN, {"phone": "9000000077"}).content.decode()

    assert "exists already" in answer
    assert "Kavita" not in answer
    assert str(lead.pk) not in answer


@pytest.mark.parametrize("typed", ["", "9", "90000", "kavita", "\x00", "9000000079", "9" * 5000])
def test_nothing_is_said_of_a_number_that_nobody_has(client_of, scope, manager, typed):
    make_lead(phone="+919000000077")

    answer = client_of(manager).post(KNOWN, {"phone": typed})

    assert (answer.status_code, answer.content.decode().strip()) == (200, "")


def test_a_lead_of_a_list_asks_two_more_questions_however_long_the_list(client_of, four, manager):
    client = client_of(manager)
    url = f"{four[0].get_absolute_url()}?sort=name"
    client.get(url)
    with CaptureQueriesContext(connection) as before:
        client.get(url)
    for _ in range(3):
        make_lead()
    with CaptureQueriesContext(connection) as after:
        client.get(url)

    assert len(after) == len(before)
