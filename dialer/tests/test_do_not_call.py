"""Do not call by number and channel: put there by anybody on the lead, lifted by an admin, never forgotten."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from dialer.calls.contact import decide
from leads.models import LeadPhone
from leads.tests.factories import make_lead
from privacy.actions.do_not_call import lift
from privacy.contact_reasons import Reason
from privacy.models import DoNotCall


@pytest.fixture
def lead(scope, telecaller):
    made = make_lead(assigned_to=telecaller)
    LeadPhone.objects.create(lead=made, phone="+919876500001")
    return made


def page(lead):
    return reverse("leads:do_not_call", args=[lead.pk])


def lifting(lead, row):
    return reverse("leads:do_not_call_lifting", args=[lead.pk, row.pk])


def test_every_number_of_the_lead_goes_there_for_one_channel(client_of, lead, telecaller):
    client = client_of(telecaller)

    for channel in ("sms", "call", "call"):
        assert client.post(page(lead), {"channel": channel}).status_code == 302

    rows = DoNotCall.objects.order_by("channel", "phone").values_list("phone", "channel", "source")
    assert list(rows) == [
        (phone, channel, "request") for channel in ("call", "sms") for phone in sorted([lead.phone, "+919876500001"])
    ]
    assert decide(lead).reason == Reason.ON_DO_NOT_CALL
    assert client.post(page(lead), {"channel": "pigeon"}).status_code == 422


def test_an_admin_lifts_it_with_a_reason_and_the_history_stays(client_of, lead, telecaller, admin):
    client_of(telecaller).post(page(lead), {"channel": "call"})
    row = DoNotCall.objects.get(phone=lead.phone)
    client = client_of(admin)

    assert client.post(lifting(lead, row), {"because": ""}).status_code == 422
    assert decide(lead).reason == Reason.ON_DO_NOT_CALL
    assert client.post(lifting(lead, row), {"because": "It was another number"}).status_code == 302

    kept = row.reloaded()
    assert (kept.lifted_by, kept.lifted_because) == (admin, "It was another number")
    assert decide(lead).reason != Reason.ON_DO_NOT_CALL
    assert "It was another number" in client.get(page(lead)).content.decode()
    titles = [line.title for line in client.get(lead.get_absolute_url()).context["lines"]]
    assert titles == ["May be called again", "Do not call"]
    assert lift(row, because="again", by=admin) is False
    client.post(page(lead), {"channel": "call"})
    assert DoNotCall.objects.filter(phone=lead.phone).count() == 2


def test_only_an_admin_lifts_and_only_of_a_lead_whom_they_see(client_of, lead, telecaller, manager, admin, outsider):
    row = DoNotCall.objects.create(phone=lead.phone, source="manual")
    elsewhere = DoNotCall.objects.create(phone="+919876500009", source="manual")

    assert client_of(telecaller).post(lifting(lead, row), {"because": "x"}).status_code == 403
    assert client_of(manager).post(lifting(lead, row), {"because": "x"}).status_code == 403
    assert client_of(outsider).get(page(lead)).status_code == 404
    assert client_of(admin).post(lifting(lead, elsewhere), {"because": "x"}).status_code == 404
    assert row.reloaded().lifted_at is None


@pytest.mark.parametrize("facts", [{"lifted_at": timezone.now()}, {"lifted_because": "no reason without a time"}])
def test_lifted_is_said_with_time_and_who(lead, facts):
    with pytest.raises(IntegrityError, match="do_not_call_lifted_at_and_by"), transaction.atomic():
        DoNotCall.objects.create(phone=lead.phone, source="manual", **facts)


def test_of_one_number_and_channel_one_row_stands(lead):
    DoNotCall.objects.create(phone=lead.phone, source="manual")

    with pytest.raises(IntegrityError, match="do_not_call_once"), transaction.atomic():
        DoNotCall.objects.create(phone=lead.phone, source="request")
