"""The board: columns with figures and cards, more of them, and moves on it."""

import datetime as dt
import re
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads import board as board_module
from leads.actions.editing import change_status
from leads.models import Status, StatusReason
from leads.tests.factories import make_follow_up, make_lead

URL = reverse("leads:board")
HTMX = {"HX-Request": "true"}


def named(name):
    return Status.objects.get(name=name)


def columns(client, **query):
    return {column.status.name: column for column in client.get(URL, query).context["columns"]}


def test_columns_stand_in_order_with_count_worth_and_cards(client_of, scope, manager, telecaller):
    make_lead(name="Kavita", value=Decimal(240_000), status=named("Interested"), assigned_to=telecaller)
    make_lead(name="Suresh", value=Decimal(60_000), status=named("Interested"))
    Status.objects.filter(name="On hold").update(is_active=False)
    shown = columns(client_of(manager))

    assert list(shown) == ["New", "Contacted", "Interested", "Won", "Lost", "Invalid"]
    assert (shown["Interested"].count, shown["Interested"].worth) == ("2", "₹3 lakh")
    assert [card.name for card in shown["Interested"].cards] == ["Suresh", "Kavita"]
    assert (shown["New"].count, shown["New"].worth, shown["New"].cards) == ("0", "", [])


def test_a_card_says_what_one_must_know(client_of, scope, manager, telecaller):
    lead = make_lead(name="", phone="+919000000022", value=Decimal(95_000), assigned_to=telecaller)
    make_follow_up(lead, telecaller, due_at=timezone.now() - dt.timedelta(days=2))
    page = client_of(manager).get(URL).content.decode()

    for said in ("90000 00022", "₹95,000", "Asha Kulkarni", 'class="late"'):
        assert said in page


def test_filters_and_search_are_those_of_the_list(client_of, scope, manager):
    make_lead(name="Kavita", city="Pune")
    make_lead(name="Kavita", city="Nashik")
    client = client_of(manager)
    found = columns(client, q="kavita", city="Pune", sort="name")

    assert (found["New"].count, len(found["New"].cards)) == ("1", 1)
    page = client.get(URL, {"q": "kavita", "city": "Pune", "sort": "name"}).content.decode()
    assert f'href="{reverse("leads:list")}?q=kavita&amp;city=Pune&amp;sort=name"' in page
    assert f"{URL}?city=Pune" in client.get(reverse("leads:list"), {"city": "Pune"}).content.decode()


def test_more_than_are_counted_are_neither_counted_nor_summed(client_of, scope, manager, monkeypatch):
    monkeypatch.setattr(board_module, "COUNT_CAP", 2)
    for _ in range(4):
        make_lead(value=Decimal(100_000))
    column = columns(client_of(manager))["New"]

    assert (column.count, column.worth) == ("2+", "₹3 lakh+")


def test_more_cards_come_below_and_by_themselves_are_a_page(client_of, scope, manager):
    leads = [make_lead(name=f"Lead {number:02}") for number in range(45)]
    client = client_of(manager)
    page = client.get(URL).content.decode()
    more = re.search(r'hx-get="(/leads/board/[^"]+)"', page)[1].replace("&amp;", "&")

    part = client.get(more, headers=HTMX)
    assert [card.name for card in part.context["cards"]] == [lead.name for lead in reversed(leads[5:25])]
    assert "<html" not in part.content.decode()
    assert f'hx-swap-oob="beforeend:#cards-{leads[0].status_id}"' in part.content.decode()
    whole = client.get(more)
    assert "<html" in whole.content.decode()
    last = client.get(whole.context["page"].older_url, headers=HTMX)
    assert len(last.context["cards"]) == 5
    assert "Show more" not in last.content.decode()


def test_a_column_is_chosen_for_the_phone_and_nonsense_shows_the_first(client_of, scope, manager):
    client, won = client_of(manager), named("Won")

    assert client.get(URL, {"column": str(won.pk)}).context["shown"] == won
    assert client.get(URL, {"column": "x\x00", "q": "\x00"}).context["shown"].name == "New"
    assert client.get(reverse("leads:board_column", args=[won.pk]), {"older": "zzz"}).status_code == 200


def test_a_board_without_columns_is_a_page(client_of, scope, manager):
    Status.objects.filter(is_initial=False).update(is_active=False)
    assert list(columns(client_of(manager))) == ["New"]


def move_on_board(client, lead, **sent):
    return client.post(f"{reverse('leads:move', args=[lead.pk])}?board=1&city=Pune", sent, headers=HTMX)


def test_a_move_answers_with_the_card_and_both_headings(client_of, scope, manager):
    lead, contacted = make_lead(city="Pune", value=Decimal(5_000)), named("Contacted")
    make_lead(city="Nashik")
    answer = move_on_board(client_of(manager), lead, status=contacted.pk, version=1)
    text = answer.content.decode()

    assert answer.status_code == 200
    assert lead.reloaded().status == contacted
    assert 'data-jini-card="2"' in text
    assert text.count("hx-swap-oob") == 4
    # Only those of the board's own filter count.
    assert [(column.status.name, column.count) for column in answer.context["columns"]] == [
        ("New", "0"),
        ("Contacted", "1"),
    ]


def test_a_refused_move_says_why_in_a_toast(client_of, scope, manager):
    lead, lost = make_lead(), named("Lost")
    client = client_of(manager)
    missing = move_on_board(client, lead, status=lost.pk, version=1)
    assert (missing.status_code, "asks for a reason" in missing.headers["HX-Trigger"]) == (422, True)

    change_status(lead, named("Won"), by=manager)
    stale = move_on_board(client, lead, status=lost.pk, reason=StatusReason.objects.first().pk, version=1)
    assert (stale.status_code, "Won" in stale.headers["HX-Trigger"]) == (409, True)
    assert lead.reloaded().status == named("Won")


def test_without_script_one_comes_back_to_the_board(client_of, scope, manager):
    lead = make_lead(city="Pune")
    address = f"{reverse('leads:move', args=[lead.pk])}?board=1&city=Pune"
    client = client_of(manager)

    assert f'href="{URL}?city=Pune"' in client.get(address).content.decode()
    assert client.post(address, {"status": named("Won").pk, "version": 1}).url == f"{URL}?city=Pune"


def test_wrong_methods_and_others(client_of, scope, manager, outsider):
    column = reverse("leads:board_column", args=[named("New").pk])
    for url in (URL, column):
        assert client_of(manager).post(url).status_code == 405
    assert client_of(outsider).get(column).status_code == 404


def test_the_rail_leads_managers_to_the_board(client_of, scope, manager, telecaller):
    assert f'href="{URL}"' in client_of(manager).get(reverse("leads:follow_ups")).content.decode()
    assert f'href="{URL}"' not in client_of(telecaller).get(reverse("leads:follow_ups")).content.decode()


def test_the_board_asks_a_constant_number_of_queries(client_of, scope, manager, telecaller):
    client = client_of(manager)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        return len(queries)

    make_lead(assigned_to=telecaller)
    asked()
    before = asked()
    for number in range(4):
        status = Status.objects.create(name=f"Step {number}", position=number)
        for _ in range(3):
            make_follow_up(make_lead(status=status, assigned_to=telecaller), telecaller)
    assert asked() == before
