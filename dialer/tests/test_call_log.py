"""The call log, its filters and file, and the page of a call."""

import csv
import datetime as dt
import io
import re
import uuid
from unittest.mock import ANY

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from dialer.calls.failures import FAILURES
from dialer.filters import FILTERS, find_calls
from dialer.models import Call, CallEvent, Disposition
from dialer.providers.port import Refusal
from dialer.tests.factories import make_call, make_campaign
from dialer.views import call_log
from leads import searching
from leads.models import Lead
from leads.tests.factories import make_lead
from teams.models import Team, TeamMembership

LOG = reverse("dialer:calls")
CSV = reverse("dialer:calls_csv")


def moment(organisation, day: str, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour, minute), tzinfo=organisation.zone)


@pytest.fixture
def story(scope, telecaller, colleague, manager):
    """Three calls: (asha) connected with an outcome, (bilal) not answered, (queued) that never reached the carrier."""
    interested = Disposition.objects.get(name="Interested")
    lead = make_lead(name="Kavita Rao", phone="+919000012345", assigned_to=telecaller)
    asha = make_call(
        lead, telecaller, talk=60, disposition="Interested", campaign=make_campaign(telecaller, name="Rooftop"),
        started_at=moment(scope, "2026-11-23", 0, 5),
    )  # fmt: skip
    bilal = make_call(
        make_lead(assigned_to=colleague), colleague, started_at=moment(scope, "2026-11-24", 23, 59), status="no-answer"
    )
    queued = make_call(
        lead, telecaller, started_at=moment(scope, "2026-11-25", 11), status="queued", closed_at=None,
        wrap_up_seconds=None,
    )  # fmt: skip
    # The manager leads everybody; one of the two is in a team below.
    everybody = Team.objects.create(name="Everybody")
    TeamMembership.objects.create(team=everybody, member=manager, is_lead=True)
    TeamMembership.objects.create(team=everybody, member=telecaller)
    team = Team.objects.create(name="West", parent=everybody)
    TeamMembership.objects.create(team=team, member=colleague)
    return {"asha": asha, "bilal": bilal, "queued": queued, "outcome": interested, "team": team, "lead": lead}


NARROWED = [
    ({}, "asha bilal queued"),
    ({"from": "2026-11-24"}, "bilal queued"),
    ({"to": "2026-11-23"}, "asha"),
    ({"from": "2026-11-24", "to": "2026-11-24"}, "bilal"),
    ({"telecaller": "{asha.telecaller_id}"}, "asha queued"),
    ({"team": "{team.pk}"}, "bilal"),
    ({"campaign": "{asha.campaign_id}"}, "asha"),
    ({"campaign": "none"}, "bilal queued"),
    ({"disposition": "{outcome.pk}"}, "asha"),
    ({"disposition": "none"}, "bilal queued"),
    ({"connected": "1"}, "asha"),
    ({"connected": "0"}, "bilal queued"),
    ({"contact": "1"}, "asha"),
    ({"status": "no-answer"}, "bilal"),
    ({"direction": "incoming"}, ""),
    ({"hour": "0"}, "asha"),
    ({"hour": "23"}, "bilal"),
    ({"weekday": "1"}, "asha"),
    ({"attempts": "1"}, "asha bilal"),
    ({"lead": "{lead.pk}"}, "asha queued"),
    ({"open": "1"}, "queued"),
    # See test_recording_views.py.
    ({"recording": "kept"}, ""),
    # Closed by the system: see test_forgotten.py.
    ({"forgotten": "1"}, ""),
    ({"q": "१२३४५"}, "asha queued"),
    ({"per_lead": "1"}, "asha bilal"),
    ({"per_lead": "1", "from": "2026-11-24"}, "bilal queued"),
]


def test_every_filter_narrows(story, manager):
    for query, names in NARROWED:
        asked = {name: value.format(**story) for name, value in query.items()}
        found = find_calls(manager, asked)
        assert set(found.calls) == {story[name] for name in names.split()}, query
        assert {chip.name for chip in found.chips} == set(asked), query
    assert {name for query, __ in NARROWED for name in query} == set(FILTERS)


MISFITS = [
    {"from": "2026-13-45"}, {"from": "0001-01-01"}, {"to": "9999-12-31"}, {"to": "yesterday"}, {"telecaller": "x"},
    {"telecaller": str(uuid.uuid4())}, {"campaign": "x"}, {"disposition": str(uuid.uuid4())}, {"connected": "2"},
    {"status": "x"}, {"hour": "24"}, {"hour": "²"}, {"weekday": "0"}, {"q": "12"}, {"lead": "-"}, {"attempts": "0"},
    {"team": "1"}, {"direction": ""}, {"per_lead": "yes"}, {"contact": "no"}, {"open": "0"},
    {"forgotten": "2"},
]  # fmt: skip


def test_a_whole_number_finds_its_calls_also_when_the_lead_has_another_by_now(story, manager):
    Lead.objects.filter(pk=story["lead"].pk).update(phone="+919000099999")

    old, new = (set(find_calls(manager, {"q": typed}).calls) for typed in ("090000-12345", "99999"))

    assert old == new == {story["asha"], story["queued"]}


def test_digits_that_very_many_leads_have_are_found_too(story, manager, monkeypatch):
    monkeypatch.setattr(searching, "MOST_NAMED", 0)

    assert set(find_calls(manager, {"q": "12345"}).calls) == {story["asha"], story["queued"]}


def test_what_does_not_fit_narrows_nothing(story, manager):
    for query in MISFITS:
        found = find_calls(manager, query)
        assert (found.calls.count(), found.chips, found.values) == (3, [], {}), query


def test_the_page_shows_calls_filters_and_how_many(client_of, story, manager):
    text = client_of(manager).get(LOG, {"connected": "1", "hour": "0"}).content.decode()

    assert "Kavita Rao" in text
    assert "0:00 to 0:59" in text
    assert '<input type="hidden" name="hour" value="0">' in text
    assert 'href="?hour=0"' in text
    assert "Download as CSV" in text
    assert "1 call" in text


def test_the_lead_is_linked_for_who_may_open_it(client_of, story, telecaller, colleague, manager):
    lead = story["lead"]

    def is_linked(member):
        # Only the rows: the open call stands in the bar below them, too.
        rows = client_of(member).get(LOG, headers={"HX-Request": "true"}).content.decode()
        return f'href="{lead.get_absolute_url()}"' in rows

    assert is_linked(telecaller)
    lead.assigned_to = colleague
    lead.save()
    assert not is_linked(telecaller)
    assert is_linked(manager)


def test_the_name_of_a_lead_that_one_may_not_see_is_not_told(story, colleague):
    assert find_calls(colleague, {"lead": str(story["lead"].pk)}).chips == []


def test_every_figure_of_today_opens_as_many_calls(client_of, scope, telecaller):
    now = timezone.now()
    lead = make_lead(assigned_to=telecaller)
    make_call(lead, telecaller, talk=60, started_at=now)
    make_call(lead, telecaller, started_at=now)
    make_call(lead, telecaller, started_at=now, mode=Call.Mode.OWN_PHONE, disposition="Interested")
    make_call(lead, telecaller, started_at=now, status="queued")
    make_call(lead, telecaller, started_at=now - dt.timedelta(days=1), talk=9)
    client = client_of(telecaller)

    tiles = client.get(reverse("dialer:today")).context["tiles"][:2]

    assert [tile["value"] for tile in tiles] == [3, 2]
    assert [len(client.get(tile["url"]).context["page"].rows) for tile in tiles] == [3, 2]


def test_a_telecaller_sees_their_own_calls_and_may_not_take_them_out(client_of, story, telecaller, colleague):
    client = client_of(colleague)

    assert [call.pk for call in client.get(LOG).context["page"].rows] == [story["bilal"].pk]
    assert [call.pk for call in client.get(LOG, {"telecaller": telecaller.pk}).context["page"].rows] == []
    assert client.get(CSV).status_code == 403
    assert client.get(story["asha"].get_absolute_url()).status_code == 404


def test_the_page_of_a_call_says_what_each_line_came_to(client_of, scope, telecaller):
    page = client_of(telecaller)
    lead = make_lead(assigned_to=telecaller)
    unanswered = make_call(lead, telecaller, status="failed", agent_status="no-answer", ended_at=timezone.now())
    elsewhere = make_call(lead, telecaller, mode=Call.Mode.OWN_PHONE, provider="own_phone", talk=60)
    running = make_call(lead, telecaller, status="initiated", ended_at=None, closed_at=None, wrap_up_seconds=None)

    def facts(call):
        return " ".join(re.sub("<[^>]+>", " ", page.get(call.get_absolute_url()).content.decode()).split())

    assert "Telecaller&#x27;s line No answer Lead&#x27;s line Never rang" in facts(unanswered)
    assert "Lead&#x27;s line Starting" in facts(running)
    assert "Provider Own phones" in facts(elsewhere)
    assert "line Starting" not in facts(elsewhere)


def test_nothing_yet_differs_from_no_match(client_of, scope, manager):
    client = client_of(manager)

    assert "No calls yet" in client.get(LOG).content.decode()
    assert "No call matches" in client.get(LOG, {"connected": "1"}).content.decode()


def test_the_file_holds_what_the_page_shows_over_several_slices(client_of, story, manager, monkeypatch):
    monkeypatch.setattr(call_log, "SLICE", 1)
    lead = story["lead"]
    lead.name = "=cmd()"
    lead.save()
    response = client_of(manager).get(CSV, {"attempts": "1"})
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode().removeprefix("\ufeff"))))

    assert len(rows) == 3
    assert rows[2] == [
        "2026-11-23T00:05:00+05:30", "'=cmd()", "+919000012345", story["asha"].telecaller.name, "Rooftop", "Ended",
        "Interested", ANY, "60", ANY,
    ]  # fmt: skip
    assert AuditEntry.objects.get(verb="calls.exported").details == {"filters": ["attempts"]}


def test_a_call_with_its_events(client_of, story, manager, telecaller):
    call = story["asha"]
    CallEvent.objects.create(
        provider="simulator", event_key="1", call_token=call.pk, leg="customer", payload={"status": "completed"},
        received_at=timezone.now(), copies=3, verdict=CallEvent.Verdict.MERGED,
    )  # fmt: skip
    Call.objects.filter(pk=call.pk).update(failure="lost", note="Wants a visit")

    shown = client_of(manager).get(call.get_absolute_url()).content.decode()
    assert str(FAILURES["lost"]) in shown
    assert "Wants a visit" in shown
    assert "What the provider said" in shown
    assert "What the provider said" not in client_of(telecaller).get(call.get_absolute_url()).content.decode()


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_of_a_provider_has_its_words(refusal):
    assert FAILURES[refusal]


def test_another_organisation_finds_nothing(client_of, organisation, telecaller, outsider):
    with acting_for(organisation):
        call = make_call(make_lead(assigned_to=telecaller), telecaller, talk=5)

    client = client_of(outsider)
    assert client.get(call.get_absolute_url()).status_code == 404
    assert list(client.get(LOG).context["page"].rows) == []
    assert client.get(LOG, {"telecaller": telecaller.pk}).context["form"].chips == []


def test_wrong_methods(client_of, story, manager):
    client = client_of(manager)

    assert {client.post(url).status_code for url in (LOG, CSV, story["asha"].get_absolute_url())} == {405}


@pytest.mark.parametrize("count", [1, 3])
def test_the_log_asks_the_same_queries_for_any_number_of_calls(client_of, scope, manager, telecaller, count):
    client = client_of(manager)
    make_call(make_lead(), telecaller, talk=5)
    with CaptureQueriesContext(connection) as before:
        client.get(LOG)
    for _ in range(count):
        make_call(make_lead(), telecaller, talk=5)
    with CaptureQueriesContext(connection) as after:
        client.get(LOG)

    assert len(after) == len(before)


def test_the_fragment_is_the_same_region_of_the_page(client_of, story, manager):
    client = client_of(manager)
    part = client.get(LOG, headers={"HX-Request": "true"}).content.decode()

    assert part.strip() in client.get(LOG).content.decode()
