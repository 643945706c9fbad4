"""The lead list, the lead page, and adding a lead."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tenancy import acting_for
from leads.models import Activity, Lead, Status
from leads.tests.factories import make_lead

LIST = reverse("leads:list")
NEW = reverse("leads:new")


def names(response):
    return [lead.name for lead in response.context["page"].rows]


def test_a_telecaller_sees_their_own_leads_and_a_manager_all(client_of, scope, telecaller, colleague, manager):
    make_lead(name="Mine", assigned_to=telecaller)
    make_lead(name="Theirs", assigned_to=colleague)

    assert names(client_of(telecaller).get(LIST)) == ["Mine"]
    assert names(client_of(manager).get(LIST)) == ["Theirs", "Mine"]


@pytest.mark.parametrize("words", ["asha", "MAIL.example", "pun", "98765", "९८७६"])
def test_search(client_of, scope, manager, words):
    make_lead(name="Asha", email="a@mail.example", city="Pune", phone="+919876543210")
    make_lead(name="Other", phone="+919000000099")

    assert names(client_of(manager).get(LIST, {"q": words})) == ["Asha"]


def test_filter_by_status(client_of, scope, manager):
    won = Status.objects.get(name="Won")
    make_lead(name="Won one", status=won)
    make_lead(name="New one")

    assert names(client_of(manager).get(LIST, {"status": won.pk})) == ["Won one"]


def test_nothing_yet_differs_from_no_match(client_of, manager):
    client = client_of(manager)

    assert "No leads yet" in client.get(LIST).content.decode()
    assert "No lead matches" in client.get(LIST, {"q": "x"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_queries_for_any_number_of_leads(client_of, scope, telecaller, count):
    client = client_of(telecaller)
    make_lead(assigned_to=telecaller)
    with CaptureQueriesContext(connection) as before:
        client.get(LIST)
    for _ in range(count):
        make_lead(assigned_to=telecaller)
    with CaptureQueriesContext(connection) as after:
        client.get(LIST)

    assert len(after) == len(before)


def test_a_lead_of_another_organisation_is_not_found(client_of, outsider, organisation, telecaller):
    with acting_for(organisation):
        lead = make_lead(assigned_to=telecaller)

    for name in ("lead", "notes", "move"):
        address = reverse(f"leads:{name}", args=[lead.pk])
        client = client_of(outsider)
        response = client.get(address) if name == "lead" else client.post(address, {"text": "x"})
        assert response.status_code == 404


def test_wrong_methods(client_of, scope, telecaller):
    lead = make_lead(assigned_to=telecaller)
    client = client_of(telecaller)

    assert client.post(LIST).status_code == 405
    assert client.post(lead.get_absolute_url()).status_code == 405
    assert client.get(reverse("leads:notes", args=[lead.pk])).status_code == 405


def test_a_telecallers_new_lead_is_theirs(client_of, scope, telecaller):
    response = client_of(telecaller).post(NEW, {"name": "Sunil", "phone": "098765 43210"})

    lead = Lead.objects.get()
    assert response.url == lead.get_absolute_url()
    assert (lead.phone, lead.assigned_to) == ("+919876543210", telecaller)


@pytest.mark.parametrize("phone", ["", "letters", "+14155552671", "98"])
def test_a_bad_number_is_refused_and_the_rest_kept(client_of, telecaller, phone):
    response = client_of(telecaller).post(NEW, {"name": "Sunil", "phone": phone})

    assert response.status_code == 422
    assert response.context["form"]["name"].value() == "Sunil"
    assert response.context["form"].errors["phone"]


def test_a_known_number_is_refused_with_the_way_to_the_lead(client_of, scope, manager, telecaller):
    lead = make_lead(phone="+919876543210")

    response = client_of(manager).post(NEW, {"phone": "9876543210"})
    hidden = client_of(telecaller).post(NEW, {"phone": "9876543210"})

    assert (response.status_code, response.context["known"].lead) == (422, lead)
    assert (hidden.status_code, hidden.context["known"].lead) == (422, None)


def test_a_note_stands_on_the_timeline(client_of, scope, telecaller):
    lead = make_lead(assigned_to=telecaller)

    client_of(telecaller).post(reverse("leads:notes", args=[lead.pk]), {"text": "Call after ten <b>"})

    assert Activity.objects.get().text == "Call after ten <b>"
    assert "Call after ten &lt;b&gt;" in client_of(telecaller).get(lead.get_absolute_url()).content.decode()


def test_an_empty_note_is_refused(client_of, scope, telecaller):
    lead = make_lead(assigned_to=telecaller)

    assert client_of(telecaller).post(reverse("leads:notes", args=[lead.pk]), {"text": ""}).status_code == 422


def test_a_status_changes_once_and_is_logged(client_of, scope, telecaller):
    lead, won = make_lead(assigned_to=telecaller), Status.objects.get(name="Won")
    client = client_of(telecaller)

    for _ in range(2):
        client.post(reverse("leads:move", args=[lead.pk]), {"status": won.pk})

    assert lead.reloaded().won_at is not None
    assert [activity.details for activity in Activity.objects.all()] == [
        {"old": str(lead.status_id), "new": str(won.pk)}
    ]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_adding_a_lead_in_the_browser(visit, manager, width):
    tab = visit(manager, width=width)
    page = tab.open(NEW)
    page.get_by_label("Name").fill("Suresh Patil")
    page.locator("#id_phone").fill("98765 43210")
    page.get_by_role("button", name="Add the lead").click()
    page.get_by_role("heading", name="Suresh Patil").wait_for()

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.complaints == []
    assert tab.strangers == []
