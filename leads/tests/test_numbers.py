"""Further numbers of a lead: added, told apart, taken out of use, made the first one, removed."""

import pytest
from django.urls import reverse

from accounts.tenancy import acting_for
from leads.actions import numbers
from leads.models import Activity, Lead, LeadPhone
from leads.tests.factories import make_lead

FIRST, SECOND = "+919000000012", "+919000000013"


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(phone=FIRST, assigned_to=telecaller)


def address(name, *of):
    return reverse(f"leads:{name}", args=[row.pk for row in of])


def phones(lead):
    return [lead.reloaded().phone, *lead.phones.order_by("position").values_list("phone", flat=True)]


def test_a_number_is_added_and_shown(client_of, telecaller, lead):
    client = client_of(telecaller)
    response = client.post(address("number_add", lead), {"number": "90000 00013", "kind": "work"})

    assert response.url == lead.get_absolute_url()
    assert phones(lead) == [FIRST, SECOND]
    page = client.get(response.url).content.decode()
    assert "90000 00013" in page
    assert "Work" in page
    assert "Further number" in page
    assert Activity.objects.get(lead=lead).details["changes"] == [{"field": "phones", "old": "", "new": SECOND}]


@pytest.mark.parametrize("number", ["", "12", "letters", "90000 00012", "90000 00013"])
def test_a_wrong_number_is_refused_and_stays_in_the_form(client_of, telecaller, lead, number):
    LeadPhone.objects.create(lead=lead, phone=SECOND)

    response = client_of(telecaller).post(address("number_add", lead), {"number": number, "kind": "work"})

    assert response.status_code == 422
    assert response.context["number_form"]["number"].value() == number
    assert list(response.context["number_form"].errors) == ["number"]
    assert phones(lead) == [FIRST, SECOND]


def test_there_are_at_most_ten(client_of, telecaller, lead):
    for place in range(10):
        numbers.add_number(lead, f"+91900000002{place}", kind="home", by=telecaller)

    response = client_of(telecaller).post(address("number_add", lead), {"number": "9000000013", "kind": "work"})

    assert response.status_code == 422
    assert lead.phones.count() == 10


def test_another_lead_may_have_it_and_that_is_said(client_of, telecaller, lead):
    make_lead(phone=SECOND)

    response = client_of(telecaller).post(address("number_add", lead), {"number": SECOND, "kind": "home"}, follow=True)

    assert "Another lead has this number" in response.content.decode()


def test_the_first_number_changes_places(client_of, telecaller, lead):
    second = numbers.add_number(lead, SECOND, kind="work", by=telecaller)

    client_of(telecaller).post(address("number_main", lead, second))

    assert phones(lead) == [SECOND, FIRST]
    assert lead.reloaded().version == lead.version + 1


def test_a_number_that_is_anothers_first_one_is_not_made_first(client_of, telecaller, lead):
    make_lead(phone=SECOND)
    second = numbers.add_number(lead, SECOND, kind="work", by=telecaller)

    response = client_of(telecaller).post(address("number_main", lead, second))

    assert response.status_code == 409
    assert phones(lead) == [FIRST, SECOND]


def test_a_number_is_taken_out_of_use_and_back(client_of, telecaller, lead):
    second = numbers.add_number(lead, SECOND, kind="work", by=telecaller)
    client = client_of(telecaller)

    client.post(address("number", lead, second), {"kind": "home"})
    assert not second.reloaded().is_active
    assert "not in use" in client.get(lead.get_absolute_url()).content.decode()
    client.post(address("number", lead, second), {"kind": "nonsense", "in_use": "1"})

    assert (second.reloaded().is_active, second.reloaded().kind) == (True, "home")


def test_a_number_is_removed_once(client_of, telecaller, lead):
    second = numbers.add_number(lead, SECOND, kind="work", by=telecaller)
    client = client_of(telecaller)

    assert client.post(address("number_removal", lead, second)).status_code == 302
    assert client.post(address("number_removal", lead, second)).status_code == 404
    numbers.remove_number(lead, second, by=telecaller)
    numbers.make_first(lead, second, by=telecaller)

    assert phones(lead) == [FIRST]
    assert Activity.objects.filter(lead=lead).count() == 2


def test_a_number_of_another_lead_is_not_found(client_of, telecaller, colleague, outsider, lead, organisation):
    second = numbers.add_number(lead, SECOND, kind="work", by=telecaller)
    other = make_lead(assigned_to=telecaller)

    for name in ("number", "number_main", "number_removal"):
        assert client_of(telecaller).post(address(name, other, second)).status_code == 404
        assert client_of(colleague).post(address(name, lead, second)).status_code == 404
        assert client_of(outsider).post(address(name, lead, second)).status_code == 404
        assert client_of(telecaller).get(address(name, lead, second)).status_code == 405
    with acting_for(organisation):
        assert Lead.objects.get(pk=lead.pk).phones.count() == 1
