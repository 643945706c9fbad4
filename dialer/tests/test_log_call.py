"""A call that was made elsewhere, written down by hand."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from dialer.models import Call, Disposition
from dialer.tests.factories import make_call
from dialer.tests.phones import Phone
from leads.models import Activity, FollowUp
from leads.tests.factories import make_follow_up, make_lead
from privacy.models import DoNotCall
from teams.actions.presence import presence_of, set_presence

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def lead(telecaller, scope):
    return make_lead(assigned_to=telecaller)


@pytest.fixture
def client(client_of, telecaller):
    return client_of(telecaller)


def url(lead):
    return reverse("dialer:call_new", args=[lead.pk])


def told(lead, outcome="Not interested", *, ago=3600, **fields):
    moment = timezone.localtime(timezone.now() - dt.timedelta(seconds=ago), timezone.get_default_timezone())
    form = {
        "started_at": moment.strftime("%Y-%m-%dT%H:%M"),
        "direction": "outgoing",
        "phone": lead.phone,
        "minutes": "2",
        "seconds": "5",
        "outcome": str(Disposition.objects.get(name=outcome).pk),
        "note": "met at the expo",
    }
    return form | fields


def test_the_call_counts_and_its_outcome_has_its_effects(client, lead, telecaller):
    make_follow_up(lead, telecaller)
    assert client.get(url(lead)).status_code == 200

    answer = client.post(url(lead), told(lead))

    call, row = Call.objects.get(), lead.reloaded()
    assert (answer.status_code, answer.url) == (302, lead.get_absolute_url())
    assert (call.mode, call.talk_seconds, call.disposition.name, call.wrap_up_seconds) == (
        "own_phone",
        125,
        "Not interested",
        None,
    )
    assert (row.attempts, row.connected, row.last_disposition_id) == (1, 1, call.disposition_id)
    assert FollowUp.objects.open().count() == 0
    assert Activity.objects.get(lead=lead, kind=Activity.Kind.CALL).at == call.started_at


def test_do_not_call_bars_the_number(client, lead):
    client.post(url(lead), told(lead, "Do not call"))

    assert DoNotCall.objects.filter(phone=lead.phone).exists()


def test_who_writes_a_call_down_is_not_there_because_of_it(client, lead, telecaller):
    set_presence(telecaller, "offline")

    client.post(url(lead), told(lead))

    assert presence_of(telecaller).state == "offline"


def test_an_outcome_that_asks_when_gets_a_time(client, lead):
    refused = client.post(url(lead), told(lead, "Call back"))
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["follow_up_at"])
    past = client.post(url(lead), told(lead, "Call back", follow_up_at="2001-01-01T10:00"))
    assert list(past.context["form"].errors) == ["follow_up_at"]
    assert Call.objects.count() == 0

    client.post(url(lead), told(lead, "Call back", follow_up_at="2999-01-01T11:00"))

    assert FollowUp.objects.open().get().lead == lead


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"started_at": "soon"}, "started_at"),
        ({"started_at": "2999-01-01T10:00"}, "started_at"),
        ({"started_at": "2001-01-01T10:00"}, "started_at"),
        ({"minutes": "600"}, "started_at"),
        ({"seconds": "61"}, "seconds"),
        ({"phone": "+919000000099"}, "phone"),
        ({"direction": "sideways"}, "direction"),
        ({"outcome": ""}, "outcome"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, lead, fields, field):
    answer = client.post(url(lead), told(lead, ago=300) | fields)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert Call.objects.count() == 0


def test_a_call_that_is_open_comes_first(client, lead, telecaller):
    make_call(make_lead(), telecaller, closed_at=None, wrap_up_seconds=None)

    answer = client.post(url(lead), told(lead))

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["__all__"])


def test_a_row_of_the_phone_and_what_was_written_down_are_one_call_whichever_comes_first(client, lead, telecaller):
    phone = Phone(telecaller)
    client.post(url(lead), told(lead, minutes="0", seconds="0"))
    phone.sync(phone.row(lead.phone, ago=3600, duration=45))
    assert Call.objects.get().talk_seconds == 45

    phone.sync(phone.row(lead.phone, 2, ago=7200))
    known = Call.objects.get(disposition=None)
    answer = client.post(url(lead), told(lead, ago=7200))

    assert (answer.status_code, answer.url) == (302, known.get_absolute_url())
    assert Call.objects.count() == 2


def test_a_lead_out_of_sight_is_not_found(client_of, colleague, lead):
    assert client_of(colleague).get(url(lead)).status_code == 404
    assert client_of(colleague).post(url(lead), told(lead)).status_code == 404
