"""What is recorded about a telecaller stands on their page: how much, how long, who listened; and nothing of others."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.models import Participant, RecordingPlay
from dialer.tests.factories import make_call
from dialer.tests.recordings import make_recording
from leads.tests.factories import make_lead
from leads.tests.importing import storage  # noqa: F401 -- a fixture
from teams.models import Presence

pytestmark = pytest.mark.usefixtures("storage")


def lines(client):
    page = BeautifulSoup(client.get("/me/privacy/").content, "html.parser")
    rows = page.select_one("[aria-labelledby=work]").select("tbody tr")
    return {
        row.th.get_text(" ", strip=True): [cell.get_text(" ", strip=True) for cell in row.select("td")] for row in rows
    }


def test_a_telecaller_sees_calls_recordings_and_who_listened(client_of, organisation, telecaller, colleague, manager):
    now = timezone.now()
    with acting_for(organisation):
        lead = make_lead(assigned_to=telecaller)
        call = make_call(lead, telecaller, talk=60)
        make_call(lead, colleague, talk=60)
        recording = make_recording(call)
        for member in (manager, manager, telecaller):
            RecordingPlay.objects.create(
                recording=recording, member=member, at=now, until=now + dt.timedelta(minutes=1)
            )
        Participant.objects.create(
            call=call,
            number=1,
            kind="supervisor",
            member=manager,
            asked_by=manager,
            asked_at=now,
            joined_at=now,
            left_at=now,
        )
        states = Presence.objects.filter(member=telecaller).count()

    told = lines(client_of(telecaller))

    assert told["Calls: when, how long, with whom, outcome"][0] == "1"
    assert told["Calls: when, how long, with whom, outcome"][1].startswith("396 days")
    assert told["Recordings of my calls"][0] == "1"
    assert told["Others listened to a recording"][0] == "2 Meera Iyer"
    assert told["Somebody listened in on a running call"][0] == "1 Meera Iyer"
    assert told["Times available, on break and offline"][0] == str(states)
    assert told["My own phones that tell of calls"][0] == "0"
    assert told["The place of the device"][0] == "not recorded"


def test_a_sign_in_is_told_of(client_of, telecaller):
    assert lines(client_of(telecaller))["The last sign-in"][0] not in {"", "never"}


def test_nothing_of_a_colleague_is_counted(client_of, organisation, telecaller, colleague):
    with acting_for(organisation):
        make_call(make_lead(assigned_to=colleague), colleague, talk=60)

    assert lines(client_of(telecaller))["Calls: when, how long, with whom, outcome"][0] == "0"


def test_each_line_leads_to_where_it_is_seen(client_of, telecaller):
    page = BeautifulSoup(client_of(telecaller).get("/me/privacy/").content, "html.parser")
    links = {link["href"] for link in page.select_one("[aria-labelledby=work]").select("a")}

    assert links == {"/calls/", "/me/devices/", "/my-stats/", "/me/notifications/"}
    assert all(client_of(telecaller).get(link).status_code == 200 for link in links)
