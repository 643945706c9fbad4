from decimal import Decimal

import pytest
from django.utils import timezone

from dialer.models import CallCharge
from dialer.tests.factories import make_call
from leads.models import Status
from leads.tests.factories import make_lead

URL = "/dashboard/cost/?period=today"


def charged(telecaller, amount, **fields):
    call = make_call(make_lead(assigned_to=telecaller), telecaller, started_at=timezone.now(), **fields)
    CallCharge.objects.create(
        call=call, telecaller=telecaller, day=timezone.localdate(), amount=Decimal(amount), state="estimated",
        settled_at=timezone.now(),
    )  # fmt: skip


def table(client):
    return [[row.head.text, *[cell.text for cell in row.cells]] for row in client.get(URL).context["part"].rows]


def test_each_persons_calls_are_divided_by_what_they_brought(client_of, manager, telecaller, colleague, scope):
    charged(telecaller, "3.00", talk=90)
    charged(telecaller, "1.00")
    charged(colleague, "2.00", talk=60)
    won = Status.objects.filter(kind="won").first()
    make_lead(assigned_to=colleague, status=won, won_at=timezone.now())

    assert table(client_of(manager)) == [
        ["Everybody together", "3", "6.00", "0", "2.40", "2.00", "6.00"],
        ["Asha Kulkarni", "2", "4.00", "0", "2.67", "2.00", "–"],
        ["Bilal Shaikh", "1", "2.00", "0", "2.00", "2.00", "2.00"],
    ]


def test_figures_lead_to_their_rows_and_come_as_a_file(client_of, manager, telecaller, scope):
    charged(telecaller, "3.00", talk=90)
    client = client_of(manager)

    row = client.get(URL).context["part"].rows[1]
    assert [client.get(cell.url).status_code for cell in row.cells if cell.url] == [200] * 4
    file = b"".join(client.get("/dashboard/cost.csv?period=today").streaming_content).decode()
    assert "3.00" in file


@pytest.mark.parametrize("count", [1, 3])
def test_the_table_asks_the_same_questions_for_any_number_of_people(
    client_of, manager, telecaller, colleague, admin, scope, count, django_assert_num_queries
):
    for member in (telecaller, colleague, admin)[:count]:
        charged(member, "1.00", talk=60)
    client = client_of(manager)
    client.get(URL)

    with django_assert_num_queries(18):
        assert len(table(client)) == count + 1


def test_the_cost_of_others_is_for_who_sees_their_figures(client_of, telecaller):
    assert client_of(telecaller).get(URL).status_code == 403


def test_what_cost_means_is_said(client_of, telecaller):
    assert "Cost per connected minute" in client_of(telecaller).get("/help/metrics/").content.decode()
