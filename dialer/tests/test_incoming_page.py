"""The page of calls that came in, the settings, and what is pressed while a phone rings."""

import re

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, DueTask
from accounts.tenancy import acting_for
from dialer.models import IncomingCall, IncomingRing, IncomingSettings, SimulatedCall, TelephonyAccount
from dialer.tests.callers import Caller, make_available, picks_up, work
from dialer.tests.factories import open_all_day
from leads.models import Activity, Lead
from leads.tests.factories import make_lead
from teams.models import Team, TeamMembership

URL = "/calls/incoming/"
BAR = "/calls/active/"
SETTINGS = "/settings/incoming/"


@pytest.fixture(autouse=True)
def _open(scope):
    open_all_day()


@pytest.fixture
def lead(telecaller):
    return make_lead(assigned_to=telecaller, name="Kavita Rao")


def misses(organisation, phone):
    caller = Caller(organisation, phone)
    caller.arrives()
    caller.hangs_up()
    work(organisation)
    return caller


def test_missed_calls_wait_on_the_page_and_on_today(client_of, organisation, telecaller, lead):
    misses(organisation, lead.phone)

    page = client_of(telecaller).get(URL)

    assert [row.lead for row in page.context["page"].rows] == [lead]
    assert f'action="/leads/{lead.pk}/call/"' in page.content.decode()
    today = client_of(telecaller).get("/today/")
    assert today.context["missed"] == "1"
    assert "Missed calls to return: 1" in today.content.decode()


@pytest.mark.parametrize(
    ("show", "found"),
    [("return", 1), ("missed", 2), ("answered", 1), ("messages", 0), ("unknown", 1), ("all", 3), ("nonsense", 1)],
)
def test_the_tabs(client_of, organisation, telecaller, lead, show, found):
    IncomingSettings.objects.update(unknown_callers="kept")
    misses(organisation, lead.phone)
    misses(organisation, "+919811122233")
    make_available(telecaller)
    caller = Caller(organisation, make_lead(assigned_to=telecaller).phone)
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())

    assert len(client_of(telecaller).get(URL, {"show": show}).context["page"].rows) == found


def test_the_part_is_the_same_as_on_the_page(client_of, organisation, telecaller, lead):
    misses(organisation, lead.phone)
    client = client_of(telecaller)

    part = client.get(URL, headers={"HX-Request": "true"}).content.decode()

    assert part.strip().startswith('<div id="rows">')
    # The token of a form is masked anew each time.
    page = re.sub('value="[^"]*"', "", client.get(URL).content.decode())
    assert re.sub('value="[^"]*"', "", part).strip() in page


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_calls_asks_the_same_questions(
    client_of, organisation, telecaller, count, django_assert_max_num_queries
):
    for _lead in range(count):
        misses(organisation, make_lead(assigned_to=telecaller).phone)
    client = client_of(telecaller)
    client.get(URL)

    with django_assert_max_num_queries(19):
        page = client.get(URL)

    assert len(page.context["page"].rows) == count


def test_a_telecaller_sees_their_own_and_what_is_nobodys_nearby(client_of, organisation, telecaller, colleague):
    IncomingSettings.objects.update(unknown_callers="kept")
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    TeamMembership.objects.create(team=north, member=telecaller)
    theirs = misses(organisation, make_lead(assigned_to=colleague).phone)
    near, far = misses(organisation, "+919811122233"), misses(organisation, "+919811122244")
    with acting_for(organisation):
        IncomingCall.objects.filter(pk=near.token).update(team=north)
        IncomingCall.objects.filter(pk=far.token).update(team=south)

    rows = client_of(telecaller).get(URL, {"show": "all"}).context["page"].rows

    assert [row.pk for row in rows] == [near.token]
    assert [row.pk for row in client_of(colleague).get(URL, {"show": "all"}).context["page"].rows] == [theirs.token]
    answer = client_of(telecaller).post(f"/calls/incoming/{far.token}/lead/")
    assert answer.status_code == 404


def test_one_press_makes_a_lead(client_of, organisation, telecaller):
    IncomingSettings.objects.update(unknown_callers="kept")
    caller = misses(organisation, "+919811122233")

    answer = client_of(telecaller).post(f"/calls/incoming/{caller.token}/lead/")

    made = Lead.objects.get()
    assert answer.headers["Location"] == made.get_absolute_url()
    assert made.assigned_to == telecaller
    assert AuditEntry.objects.filter(verb="incoming.made_lead").count() == 1
    assert client_of(telecaller).get(URL).context["page"].rows[0].lead == made


def test_of_a_withheld_number_none_is_made(client_of, organisation, telecaller):
    caller = misses(organisation, "")

    assert client_of(telecaller).post(f"/calls/incoming/{caller.token}/lead/").headers["Location"] == URL
    assert Lead.objects.count() == 0


def test_the_bar_says_who_calls(client_of, organisation, telecaller, lead):
    Activity.objects.create(lead=lead, kind="note", at=lead.created_at, text="Wants the 3 kW plant.")
    make_available(telecaller)
    Caller(organisation, lead.phone).arrives()
    work(organisation)

    bar = client_of(telecaller).get(BAR).content.decode()

    assert "Kavita Rao" in bar
    assert "Wants the 3 kW plant." in bar
    assert f'href="{lead.get_absolute_url()}"' in bar
    assert f'hx-get="{BAR}?shown="' in bar
    assert "Answer" in bar


def test_the_bar_of_a_stand_in_names_the_owner_and_opens_no_page(client_of, organisation, telecaller, colleague):
    owned = make_lead(assigned_to=colleague, name="Kavita Rao")
    make_available(telecaller)
    Caller(organisation, owned.phone).arrives()
    work(organisation)

    bar = client_of(telecaller).get(BAR).content.decode()

    assert "Kavita Rao" in bar
    assert "lead of Bilal Shaikh" in bar
    assert owned.get_absolute_url() not in bar


def test_a_stand_in_goes_from_the_bar_to_the_call(client_of, organisation, telecaller, colleague):
    owned = make_lead(assigned_to=colleague)
    make_available(telecaller)
    caller = Caller(organisation, owned.phone)
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())
    client = client_of(telecaller)

    assert f'href="/calls/{caller.token}/"' in client.get(BAR).content.decode()
    assert client.post(f"/calls/{caller.token}/hangup/").headers["Location"] == f"/calls/{caller.token}/"
    assert client.get(f"/calls/{caller.token}/").status_code == 200


def test_an_unknown_caller_shows_the_number_and_a_way_to_a_lead(client_of, organisation, telecaller):
    IncomingSettings.objects.update(unknown_callers="kept")
    make_available(telecaller)
    caller = Caller(organisation, "+919811122233")
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())
    client = client_of(telecaller)
    bar = client.get(BAR).content.decode()
    assert "98111 22233" in bar
    assert f'action="/calls/incoming/{caller.token}/lead/"' in bar

    client.post(f"/calls/incoming/{caller.token}/hangup/")

    assert DueTask.objects.filter(task="dialer.hang_up_incoming", subject_id=caller.token).exists()


def test_the_bar_looks_more_often_where_a_call_may_come(client_of, organisation, telecaller):
    client = client_of(telecaller)
    assert client.get(BAR).content == b""

    make_available(telecaller)
    assert "every 4s" in client.get(BAR).content.decode()

    TelephonyAccount.objects.update(is_active=False)
    TelephonyAccount.objects.create(provider="own_phone", is_active=True)
    assert client.get(BAR).content == b""


def test_passing_a_call_on(client_of, organisation, telecaller, colleague, lead):
    make_available(telecaller, colleague)
    caller = Caller(organisation, lead.phone)
    caller.arrives()
    work(organisation)
    ring = caller.ring()
    assert client_of(colleague).post(f"/calls/ringing/{ring.pk}/passing/").status_code == 404

    client_of(telecaller).post(f"/calls/ringing/{ring.pk}/passing/")
    client_of(telecaller).post(f"/calls/ringing/{ring.pk}/passing/")
    work(organisation)

    assert caller.ring().member == colleague
    assert IncomingRing.objects.get(pk=ring.pk).outcome == "declined"


def test_a_real_phone_is_not_picked_up_on_the_page(client_of, organisation, telecaller, lead):
    make_available(telecaller)
    caller = Caller(organisation, lead.phone)
    caller.arrives()
    work(organisation)
    ring = caller.ring()
    with acting_for(organisation):
        IncomingCall.objects.update(provider="twilio")

    assert client_of(telecaller).post(f"/calls/ringing/{ring.pk}/answer/").status_code == 404


def test_settings_are_saved_and_told(client_of, admin):
    client = client_of(admin)
    form = {"ring_seconds": "15", "takes_messages": "on", "greeting": "Hello.", "unknown_callers": "kept"}

    assert client.post(SETTINGS, form).status_code == 302

    saved = IncomingSettings.current()
    assert (saved.ring_seconds, saved.keeps_hours, saved.greeting) == (15, False, "Hello.")
    assert "Greeting in English" in client.get(SETTINGS).content.decode()
    assert AuditEntry.objects.get(verb="incoming_settings.changed").details["fields"] == [
        "ring_seconds",
        "keeps_hours",
        "greeting",
        "unknown_callers",
    ]


@pytest.mark.parametrize("wrong", [{"ring_seconds": "4"}, {"ring_seconds": "61"}, {"unknown_callers": "x"}])
def test_settings_that_cannot_be(client_of, admin, wrong):
    form = {"ring_seconds": "15", "unknown_callers": "kept"} | wrong

    assert client_of(admin).post(SETTINGS, form).status_code == 422


def test_only_who_edits_telephony_may(client_of, manager, telecaller):
    for member in (manager, telecaller):
        assert client_of(member).get(SETTINGS).status_code == 403
        assert client_of(member).post(reverse("dialer:simulated_call")).status_code == 403


def test_a_simulated_caller_is_played(client_of, admin, lead):
    client = client_of(admin)

    answer = client.post(
        "/settings/incoming/simulated/", {"call-caller": "98111 22233", "call-patience": "30", "call-message": "5"}
    )

    assert answer.status_code == 302
    played = SimulatedCall.objects.get()
    assert played.events[0]["form"]["from"] == "+919811122233"
    assert DueTask.objects.filter(task="simulator.emit", subject_id=played.pk).exists()


def test_a_simulated_caller_needs_patience(client_of, admin):
    wrong = {"call-caller": "", "call-patience": "1", "call-message": "5"}

    assert client_of(admin).post("/settings/incoming/simulated/", wrong).status_code == 422
    assert SimulatedCall.objects.count() == 0
