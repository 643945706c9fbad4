"""Calling a further number of a lead."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from dialer.models import Call
from leads.models import LeadPhone
from leads.tests.factories import make_lead
from privacy.models import ContactPolicy, DoNotCall

SECOND = "+919000000013"


@pytest.fixture
def second(scope, telecaller):
    ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59), minimum_gap_minutes=0)
    return LeadPhone.objects.create(lead=make_lead(assigned_to=telecaller), phone=SECOND, kind="work")


def start(client, number):
    return client.post(reverse("dialer:start_call", args=[number.lead_id]), {"number": number.pk})


def test_the_panel_offers_it_and_it_is_dialled(client_of, telecaller, second):
    client = client_of(telecaller)
    assert "Call another number" in client.get(second.lead.get_absolute_url()).content.decode()

    assert start(client, second).status_code == 302

    assert Call.objects.get().phone == SECOND


def test_the_rules_hold_for_the_number_that_is_called(client_of, telecaller, second):
    DoNotCall.objects.create(phone=SECOND, source="lead")

    assert start(client_of(telecaller), second).status_code == 409
    assert not Call.objects.exists()
    assert client_of(telecaller).post(reverse("dialer:start_call", args=[second.lead_id])).status_code == 302


def test_a_number_out_of_use_or_of_another_lead_is_not_called(client_of, telecaller, second):
    LeadPhone.objects.filter(pk=second.pk).update(is_active=False)
    other = LeadPhone(lead=make_lead(assigned_to=telecaller), pk=second.pk)

    for number in (second, other, LeadPhone(lead=second.lead, pk=uuid.uuid4())):
        assert start(client_of(telecaller), number).status_code == 404
    assert (
        client_of(telecaller).post(reverse("dialer:start_call", args=[second.lead_id]), {"number": "x"}).status_code
        == 404
    )
    page = client_of(telecaller).get(second.lead.get_absolute_url()).content.decode()
    assert "Call another number" not in page
