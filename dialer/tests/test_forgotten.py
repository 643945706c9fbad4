"""Calls that nobody wrapped up are closed by the system, and can be put right later."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, DueTask
from accounts.tenancy import acting_for
from dialer.actions.calling import start_call
from dialer.actions.wrap_up import AlreadySaved, save_disposition, undo_disposition
from dialer.models import Call, DialerSettings, Disposition, QueueEntry
from dialer.tests.factories import make_call, make_campaign, make_entry, open_all_day
from jini.lib.work import handler_of
from leads.models import Status
from leads.tests.factories import make_follow_up, make_lead
from teams.actions.presence import END_LONG_BREAK, presence_of, set_presence
from teams.models import PauseCode, Presence

System, State = Disposition.System, Presence.State
TASK = "dialer.close_forgotten"
NEXT, TODAY = reverse("dialer:next"), reverse("dialer:today")


def look(call):
    return handler_of(TASK).run(call.organisation, call.pk)


def outcome(name):
    return Disposition.objects.get(name=name)


@pytest.fixture
def campaign(scope, telecaller):
    open_all_day()
    return make_campaign(telecaller)


@pytest.fixture
def left(campaign, telecaller):
    """A call that ended 31 minutes ago and waits for its outcome; its telecaller is in the wrap-up."""
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, campaign, reserved_for=telecaller, leased_to=telecaller, lease_until=timezone.now())
    set_presence(telecaller, State.WRAP_UP, at=timezone.now() - dt.timedelta(minutes=31))
    return ago(make_call(lead, telecaller, campaign=campaign, talk=60, closed_at=None, wrap_up_seconds=None), 31)


def ago(call, minutes):
    moved = timezone.now() - dt.timedelta(minutes=minutes) - call.ended_at
    Call.objects.filter(pk=call.pk).update(
        started_at=call.started_at + moved, answered_at=call.answered_at + moved, ended_at=call.ended_at + moved
    )
    return call.reloaded()


def test_a_call_owes_a_look_from_its_start(campaign, telecaller):
    call = start_call(make_lead(assigned_to=telecaller), by=telecaller)

    assert DueTask.objects.get(task=TASK).subject_id == call.pk


def test_a_wrap_up_that_was_opened_again_owes_it_too(left, telecaller):
    save_disposition(left, outcome("Not interested"), by=telecaller)
    undo_disposition(left, by=telecaller)

    assert DueTask.objects.get(task=TASK).subject_id == left.pk


def test_no_outcome_in_time_closes_the_call_and_lets_the_lead_wait_again(left, telecaller):
    assert look(left) is None

    call = left.reloaded()
    assert call.disposition.system_code == System.NO_OUTCOME
    assert call.closed_at is not None
    # Nobody worked on it meanwhile.
    assert call.wrap_up_seconds is None
    entry = QueueEntry.objects.get()
    assert (entry.rank, entry.reserved_for, entry.leased_to) == (QueueEntry.Rank.RETRY, telecaller, None)
    assert call.lead.reloaded().last_disposition_id == call.disposition_id
    now = presence_of(telecaller)
    assert (now.state, now.because) == (State.OFFLINE, Presence.Because.NO_OUTCOME)
    assert AuditEntry.objects.get(verb="call.closed_by_system").actor is None


def test_before_its_time_a_call_is_left_alone(left):
    DialerSettings.objects.update(outcome_minutes=40)

    again = look(left)

    assert left.reloaded().closed_at is None
    assert again == left.ended_at + dt.timedelta(minutes=40)


def test_zero_minutes_close_nothing(left):
    DialerSettings.objects.update(outcome_minutes=0)

    assert look(left) > timezone.now()
    assert left.reloaded().closed_at is None


@pytest.mark.parametrize("state", [State.PAUSE, State.OFFLINE])
def test_of_a_telecaller_who_is_away_it_says_so_and_they_stay_where_they_are(left, telecaller, state):
    code = PauseCode.objects.first() if state == State.PAUSE else None
    set_presence(telecaller, state, pause_code=code)

    look(left)

    assert left.reloaded().disposition.system_code == System.AWAY
    assert (presence_of(telecaller).state, presence_of(telecaller).because) == (state, "")


def test_an_own_phone_that_never_hung_up_ends_after_hours(campaign, telecaller):
    lead = make_lead(assigned_to=telecaller)
    times = {"ended_at": None, "closed_at": None, "wrap_up_seconds": None, "status": Call.Status.INITIATED}
    call = make_call(lead, telecaller, mode=Call.Mode.OWN_PHONE, provider="own_phone", **times)
    assert look(call) == call.started_at + dt.timedelta(hours=2)
    Call.objects.filter(pk=call.pk).update(started_at=timezone.now() - dt.timedelta(hours=3))

    assert look(call) is None

    closed = call.reloaded()
    assert (closed.disposition.system_code, closed.talk_seconds) == (System.CUSTOMER_GONE, None)
    assert closed.ended_at is not None


def test_a_bridged_call_on_the_line_is_not_closed(campaign, telecaller):
    call = start_call(make_lead(assigned_to=telecaller), by=telecaller)
    Call.objects.filter(pk=call.pk).update(started_at=timezone.now() - dt.timedelta(hours=3))

    assert look(call) > timezone.now()
    assert call.reloaded().closed_at is None


def test_a_late_follow_up_stays_owed(left, telecaller):
    task = make_follow_up(left.lead, telecaller, due_at=timezone.now() - dt.timedelta(minutes=40))

    look(left)

    assert task.reloaded().done_at is None
    assert QueueEntry.objects.get().rank == QueueEntry.Rank.FOLLOW_UP


def test_whoever_saves_too_late_is_sent_to_where_it_can_be_put_right(client_of, left, telecaller):
    client = client_of(telecaller)
    look(left)

    with pytest.raises(AlreadySaved):
        save_disposition(left, outcome("Not interested"), by=telecaller)
    page = client.post(
        reverse("dialer:disposition", args=[left.pk]), {"outcome": outcome("Not interested").pk}, follow=True
    )

    assert page.redirect_chain[-1][0] == left.get_absolute_url()
    text = page.content.decode()
    assert "This call was closed meanwhile" in text
    assert "Nobody chose an outcome." in text


def test_the_outcome_is_put_right_later_and_the_lead_waits_accordingly(client_of, left, telecaller):
    look(left)
    client, code = client_of(telecaller), left.reloaded().disposition_id
    sent = {"outcome": outcome("Busy").pk, "was": code, "reason": "Line was busy"}
    # It talked for 60 s.
    assert client.post(reverse("dialer:outcome", args=[left.pk]), sent).status_code == 422
    sent["outcome"] = outcome("Already bought").pk

    client.post(reverse("dialer:outcome", args=[left.pk]), sent)

    assert left.reloaded().disposition == outcome("Already bought")
    assert left.lead.reloaded().status.kind == Status.Kind.LOST
    entry = QueueEntry.objects.get()
    assert (entry.finished_because, entry.attempts) == (QueueEntry.Finished.CLOSED, 1)
    page = client.get(left.get_absolute_url()).content.decode()
    assert "JiNi: no outcome in time</s> → Already bought" in page


def test_the_retry_of_the_real_outcome_takes_the_place_of_the_systems(client_of, left, telecaller):
    look(left)
    Disposition.objects.filter(name="Switched off").update(retry_minutes=240)
    sent = {"outcome": outcome("Switched off").pk, "was": left.reloaded().disposition_id}

    client_of(telecaller).post(reverse("dialer:outcome", args=[left.pk]), sent)

    entry = QueueEntry.objects.get()
    assert entry.due_at == left.ended_at + dt.timedelta(minutes=240)
    assert entry.attempts == 1


def test_a_lead_that_was_called_since_stays_where_it_waits(client_of, left, telecaller):
    look(left)
    make_call(left.lead, telecaller, disposition="Busy", started_at=timezone.now())
    before = QueueEntry.objects.get().place()

    client_of(telecaller).post(
        reverse("dialer:outcome", args=[left.pk]),
        {"outcome": outcome("Switched off").pk, "was": left.reloaded().disposition_id},
    )

    assert QueueEntry.objects.get().place() == before


def test_it_is_seen_as_such_in_the_log_and_its_filters(client_of, left, manager, telecaller):
    look(left)
    make_call(make_lead(), telecaller, disposition="Busy")
    client, code = client_of(manager), left.reloaded().disposition

    log = client.get(reverse("dialer:calls"), {"forgotten": "1"})
    assert [call.pk for call in log.context["page"].rows] == [left.pk]
    assert "JiNi: no outcome in time" in log.content.decode()
    one = client.get(reverse("dialer:calls"), {"disposition": str(code.pk)})
    assert [call.pk for call in one.context["page"].rows] == [left.pk]


def test_nobody_chooses_or_edits_them(client_of, left, telecaller, admin):
    code = Disposition.objects.get(system_code=System.AWAY)
    sent = client_of(telecaller).post(reverse("dialer:disposition", args=[left.pk]), {"outcome": code.pk})

    assert sent.status_code == 422
    assert left.reloaded().closed_at is None
    assert client_of(admin).get(reverse("dialer:disposition_edit", args=[code.pk])).status_code == 404
    assert "JiNi:" not in client_of(admin).get(reverse("dialer:dispositions")).content.decode()


def test_each_of_them_is_there_once(scope):
    with pytest.raises(IntegrityError, match="disposition_of_the_system_once"), transaction.atomic():
        Disposition.objects.create(name="Another", group="not_connected", system_code=System.AWAY)


def test_the_wrap_up_shows_its_limit(client_of, left, telecaller):
    client, url = client_of(telecaller), reverse("dialer:disposition", args=[left.pk])

    assert 'data-jini-timer-limit="120"' in client.get(url).content.decode()
    left.campaign.wrap_up_seconds = 45
    left.campaign.save()
    assert 'data-jini-timer-limit="45"' in client.get(url).content.decode()
    left.campaign.wrap_up_seconds = 0
    left.campaign.save()
    assert "data-jini-timer-limit" not in client.get(url).content.decode()


def test_a_break_that_lasts_too_long_ends_offline_and_today_says_why(client_of, scope, telecaller):
    tea = PauseCode.objects.get(name="Tea")
    began = timezone.now() - dt.timedelta(minutes=31)
    pause = set_presence(telecaller, State.PAUSE, at=began, pause_code=tea)
    assert DueTask.objects.get(task=END_LONG_BREAK).subject_id == pause.pk

    assert handler_of(END_LONG_BREAK).run(scope, pause.pk) is None

    now = presence_of(telecaller)
    assert (now.state, now.because) == (State.OFFLINE, Presence.Because.LONG_BREAK)
    assert "The break lasted longer than it may." in client_of(telecaller).get(TODAY).content.decode()
    client_of(telecaller).post(NEXT)
    assert "The break lasted longer" not in client_of(telecaller).get(TODAY).content.decode()


def test_a_break_without_limit_and_one_that_is_over_are_left_alone(scope, telecaller):
    meeting = set_presence(telecaller, State.PAUSE, pause_code=PauseCode.objects.get(name="Meeting"))
    assert not DueTask.objects.filter(task=END_LONG_BREAK).exists()
    assert handler_of(END_LONG_BREAK).run(scope, meeting.pk) is None
    tea = set_presence(telecaller, State.PAUSE, pause_code=PauseCode.objects.get(name="Tea"))
    assert handler_of(END_LONG_BREAK).run(scope, tea.pk) == tea.started_at + dt.timedelta(minutes=30)
    set_presence(telecaller, State.AVAILABLE)

    assert handler_of(END_LONG_BREAK).run(scope, tea.pk) is None
    assert presence_of(telecaller).state == State.AVAILABLE


@pytest.mark.parametrize("minutes", [0, 1441])
def test_a_break_has_a_sensible_limit(scope, minutes):
    with pytest.raises(IntegrityError, match="pause_code_1_minute_to_a_day"), transaction.atomic():
        PauseCode.objects.create(name="Nap", longest_minutes=minutes)


def test_another_organisations_call_is_not_found(rival, left):
    with acting_for(rival):
        assert handler_of(TASK).run(rival, left.pk) is None
    assert left.reloaded().closed_at is None
