"""A lead calls us: who is rung, who takes the call, and what becomes of it."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.actions.calling import NotAllowed, start_call
from dialer.actions.wrap_up import save_disposition
from dialer.models import Call, CallEvent, Disposition, IncomingCall, IncomingRing, IncomingSettings
from dialer.tests.callers import Caller, asks_at_voicemail, make_available, picks_up, post, tells, work
from dialer.tests.factories import open_all_day
from leads.models import Activity, FollowUp, Lead, LeadPhone
from leads.tests.factories import make_lead
from privacy.contact_reasons import Reason
from privacy.models import ContactPolicy
from teams.actions.presence import presence_of
from teams.models import Presence, Team, TeamMembership

pytestmark = pytest.mark.usefixtures("_open")


@pytest.fixture
def _open(scope):
    open_all_day()


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(assigned_to=telecaller, name="Kavita Rao")


@pytest.fixture
def caller(organisation, lead):
    return Caller(organisation, lead.phone)


def test_the_caller_waits_and_the_owner_is_rung(organisation, caller, telecaller, colleague, lead):
    make_available(colleague, telecaller)

    answer = caller.arrives()
    work(organisation)

    assert answer.json() == {"do": "wait", "room": str(caller.token)}
    assert (caller.row().lead, caller.row().state) == (lead, "waiting")
    assert caller.rung() == [telecaller]
    assert caller.ring().status == "queued"


def test_whoever_picks_up_has_the_call(organisation, caller, telecaller, lead):
    make_available(telecaller)
    caller.arrives()
    work(organisation)

    answer = picks_up(caller.ring())

    assert answer.json() == {"do": "join", "room": str(caller.token)}
    call = Call.objects.get()
    assert (call.pk, call.lead, call.telecaller) == (caller.token, lead, telecaller)
    assert (call.direction, call.status, call.is_live) == ("incoming", "in-progress", True)
    assert (call.phone, call.caller_id) == (lead.phone, caller.called)
    assert presence_of(telecaller).state == Presence.State.ON_CALL


def test_the_end_of_an_answered_call_asks_for_its_outcome(organisation, caller, telecaller, lead):
    make_available(telecaller)
    begin = timezone.now()
    with time_machine.travel(begin, tick=False) as clock:
        caller.arrives()
        work(organisation)
        clock.shift(8)
        picks_up(caller.ring())
        clock.shift(60)
        caller.hangs_up()
        work(organisation)

    call = Call.objects.get()
    assert (call.status, call.ring_seconds, call.talk_seconds) == ("completed", 8, 60)
    assert call.is_in_wrap_up
    assert presence_of(telecaller).state == Presence.State.WRAP_UP
    assert caller.row().ended_at == call.ended_at
    assert IncomingRing.objects.get().outcome == "answered"
    assert lead.reloaded().attempts == 0
    assert Call.objects.attempts().count() == 0
    assert Activity.objects.get(lead=lead, kind=Activity.Kind.CALL).details["direction"] == "incoming"


def test_what_is_told_of_the_callers_leg_ends_the_call_and_the_line(organisation, caller, telecaller, lead):
    """Who called keeps their token when somebody answers: it is that of the call as well."""
    make_available(telecaller)
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())

    at = timezone.now().isoformat()
    post(organisation, f"{caller.token}/customer/status", status="completed", leg_id=caller.leg, at=at)
    work(organisation)

    assert not Call.objects.get().is_live
    assert not caller.row().is_live


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_who_does_not_pick_up_passes_the_call_on(organisation, caller, telecaller, colleague, status):
    make_available(telecaller, colleague)
    caller.arrives()
    work(organisation)

    tells(caller.ring(), status)
    work(organisation)

    assert caller.rung() == [telecaller, colleague]
    assert caller.ring().member == colleague


def test_nobodys_word_passes_the_call_on_as_well(organisation, caller, telecaller, colleague):
    make_available(telecaller, colleague)
    caller.arrives()
    work(organisation)
    ring = caller.ring()

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=26)):
        work(organisation)

        assert caller.ring().member == colleague
        assert ring.reloaded().outcome == "no_answer"


def test_who_picks_up_too_late_is_let_go(organisation, caller, telecaller, colleague):
    make_available(telecaller, colleague)
    caller.arrives()
    work(organisation)
    late = caller.ring()
    tells(late, "no-answer")
    work(organisation)

    assert picks_up(late).json()["do"] == "say"
    assert picks_up(caller.ring()).json()["do"] == "join"
    assert Call.objects.get().telecaller == colleague


def test_who_waits_longest_of_the_owners_team_stands_in(organisation, caller, telecaller, colleague, manager, admin):
    north = Team.objects.create(name="North")
    for member in (telecaller, colleague, manager):
        TeamMembership.objects.create(team=north, member=member)
    make_available(admin, manager, colleague)

    caller.arrives()
    work(organisation)
    tells(caller.ring(), "busy")
    work(organisation)
    tells(caller.ring(), "busy")
    work(organisation)

    assert caller.rung() == [manager, colleague]
    assert caller.row().state == "told"


def test_nobody_is_rung_for_two_calls(organisation, caller, telecaller, colleague, lead):
    make_available(telecaller)
    second = Caller(organisation, make_lead().phone)
    caller.arrives()
    second.arrives()
    work(organisation)

    assert sorted([len(caller.rung()), len(second.rung())]) == [0, 1]
    assert {caller.row().state, second.row().state} == {"waiting", "told"}


def test_who_is_rung_starts_no_call(organisation, caller, telecaller):
    make_available(telecaller)
    caller.arrives()
    work(organisation)

    with pytest.raises(NotAllowed) as refusal:
        start_call(make_lead(assigned_to=telecaller), by=telecaller)

    assert refusal.value.decision.reason == Reason.TELECALLER_ON_CALL


def test_without_anybody_the_caller_comes_to_the_voicemail(organisation, caller):
    caller.arrives()
    work(organisation)
    answer = asks_at_voicemail(caller).json()
    post(organisation, f"incoming/{caller.token}/message", recording_id="m-1", seconds="12")
    post(organisation, f"incoming/{caller.token}/message", recording_id="m-2", seconds="99")
    caller.hangs_up()
    work(organisation)

    row = caller.row()
    assert (answer["do"], answer["language"]) == ("record", "en")
    assert answer["post_to"].endswith(f"/incoming/{caller.token}/message/")
    assert (row.missed, row.message_id, row.message_seconds) == ("nobody", "m-1", 12)


def test_without_a_voicemail_the_caller_is_told(organisation, caller, lead):
    IncomingSettings.objects.update(takes_messages=False)
    Lead.objects.filter(pk=lead.pk).update(language="hi")
    caller.arrives()
    work(organisation)

    answer = asks_at_voicemail(caller).json()

    assert (answer["do"], answer["language"]) == ("say", "hi")


def test_outside_the_calling_hours_nobody_is_rung(organisation, caller, telecaller):
    make_available(telecaller)
    IncomingSettings.objects.update(greeting="We open at ten.")
    local = timezone.now().astimezone(organisation.zone)
    ContactPolicy.objects.update(weekdays=[day for day in range(7) if day != local.weekday()])

    answer = caller.arrives().json()
    caller.hangs_up()
    work(organisation)

    assert (answer["do"], answer["say"]) == ("record", "We open at ten.")
    assert (caller.rung(), caller.row().missed) == ([], "closed")


def test_a_caller_who_gives_up_is_missed_and_the_ring_ends(organisation, caller, telecaller, lead):
    make_available(telecaller)
    caller.arrives()
    work(organisation)
    ring = caller.ring()
    caller.hangs_up()
    work(organisation)

    row = caller.row()
    assert (row.missed, row.is_missed) == ("gave_up", True)
    assert ring.reloaded().outcome == "caller_gone"
    assert presence_of(telecaller).state == Presence.State.AVAILABLE
    assert picks_up(ring).json()["do"] == "say"
    assert Call.objects.count() == 0
    assert row.follow_up == FollowUp.objects.get(lead=lead, kind="missed", assigned_to=telecaller)


def test_the_same_post_twice_is_one_call(organisation, caller, telecaller):
    make_available(telecaller)
    first, second = caller.arrives(), caller.arrives()
    work(organisation)
    third = caller.arrives()
    work(organisation)

    assert first.json() == second.json() == third.json()
    assert (IncomingCall.objects.count(), IncomingRing.objects.count()) == (1, 1)


def test_gone_before_we_heard_of_it(organisation, caller, telecaller):
    make_available(telecaller)
    caller.hangs_up()
    work(organisation)

    answer = caller.arrives()
    work(organisation)

    assert answer.json() == {"do": "hang_up"}
    assert (caller.rung(), caller.row().missed) == ([], "gave_up")
    assert FollowUp.objects.filter(kind="missed").count() == 1


def test_events_of_a_ring_are_no_unknown_calls(organisation, caller, telecaller):
    make_available(telecaller)
    caller.arrives()
    work(organisation)
    tells(caller.ring(), "ringing")
    tells(caller.ring(), "in-progress")
    work(organisation)

    assert set(CallEvent.objects.values_list("verdict", flat=True)) == {"merged"}
    assert caller.row().answered_by == telecaller


@pytest.mark.parametrize("phone", ["", "anonymous", "+0", "1800"])
def test_a_withheld_number_is_nobody(organisation, telecaller, phone):
    make_available(telecaller)
    caller = Caller(organisation, phone)
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())
    caller.hangs_up()
    work(organisation)

    assert (caller.row().caller, caller.row().lead) == ("", None)
    assert Call.objects.count() == 0
    assert presence_of(telecaller).state == Presence.State.AVAILABLE


def test_a_further_number_in_use_is_the_leads(organisation, lead):
    LeadPhone.objects.create(lead=lead, phone="+919000011111")
    LeadPhone.objects.create(lead=lead, phone="+919000022222", is_active=False)
    used, unused = Caller(organisation, "+919000011111"), Caller(organisation, "+919000022222")
    IncomingSettings.objects.update(unknown_callers="kept")
    used.arrives()
    unused.arrives()

    assert (used.row().lead, unused.row().lead) == (lead, None)


def test_who_is_on_another_line_with_us_is_written_down_at_the_end(organisation, caller, telecaller, colleague, lead):
    outgoing = start_call(lead, by=telecaller)
    make_available(colleague)
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())

    assert Call.objects.get() == outgoing
    caller.hangs_up()
    work(organisation)
    assert Call.objects.exclude(pk=outgoing.pk).get().telecaller == colleague


def test_an_outcome_closes_an_incoming_call_like_others(organisation, caller, telecaller, lead):
    make_available(telecaller)
    caller.arrives()
    work(organisation)
    picks_up(caller.ring())
    caller.hangs_up()
    work(organisation)

    saved = save_disposition(Call.objects.get(), Disposition.objects.get(name="Not interested"), by=telecaller)

    assert saved.closed_at is not None
    with acting_for(organisation):
        assert presence_of(telecaller).state == Presence.State.AVAILABLE
