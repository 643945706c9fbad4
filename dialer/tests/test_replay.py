"""Merging posts again: the same comes out, what was mended comes out right, and people's words stay."""

import datetime as dt
import random

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, DueTask
from dialer import tasks
from dialer.actions import replaying
from dialer.actions.replaying import NotPossible, UnderWay, replay_call, replay_day, take_step
from dialer.calls import inbox
from dialer.models import Call, CallEvent, Disposition, Replay, ReplayDifference, SimulatedCall
from dialer.providers.port import Leg
from dialer.tests.factories import make_call
from dialer.tests.test_inbox import keep, live_call
from jini.lib.jobs import JobState
from leads.models import Activity
from leads.tests.factories import make_lead

Verdict = CallEvent.Verdict
COURSE = [
    (Leg.AGENT, "initiated", 0), (Leg.AGENT, "ringing", 1), (Leg.AGENT, "in-progress", 3),
    (Leg.CUSTOMER, "initiated", 4), (Leg.CUSTOMER, "ringing", 5), (Leg.CUSTOMER, "in-progress", 9),
    (Leg.CUSTOMER, "completed", 69), (Leg.AGENT, "completed", 70),
]  # fmt: skip


@pytest.fixture
def call(scope, telecaller):
    return live_call(make_lead(assigned_to=telecaller), telecaller)


def ended(call, seed=0):
    """Let a whole call be told in some order, with a copy of a post, one at a time."""
    course = COURSE.copy()
    random.Random(seed).shuffle(course)
    for leg, status, after in course:
        keep(call, status, leg=leg, after=after, late=2, key=f"{call.pk}{leg}{status}"[-64:])
        inbox.decide([call.pk])
    return call.reloaded()


def wrapped_up(call, outcome="Interested"):
    fields = {
        "disposition": Disposition.objects.get(name=outcome),
        "note": "Wants a quote",
        "closed_at": timezone.now(),
    }
    Call.objects.filter(pk=call.pk).update(**fields, wrap_up_seconds=4)
    return call.reloaded()


def run(replay):
    while take_step(replay.organisation, replay.pk):
        pass
    return replay.reloaded()


def facts(call):
    return {field.name: getattr(call, field.attname) for field in Call._meta.concrete_fields}


@pytest.mark.parametrize("seed", range(4))
def test_a_replay_of_a_call_comes_to_the_same(call, admin, seed):
    before = facts(wrapped_up(ended(call, seed)))

    done = run(replay_call(call, by=admin))

    assert facts(call.reloaded()) == before
    assert (done.state, done.done, done.total) == (JobState.DONE, 8, 8)
    assert (done.counts["calls"], done.counts["changed"]) == (1, 0)
    assert not ReplayDifference.objects.exists()


def test_a_status_that_was_unknown_is_taken_in_once_it_is_known(call, admin, telecaller):
    """As if "answered" and "complete" had not been known when they came."""
    keep(call, "in-progress", leg=Leg.AGENT, after=3)
    keep(call, "ringing", after=5)
    keep(call, "answered", after=9)
    keep(call, "complete", after=69)
    inbox.decide([call.pk])
    CallEvent.objects.filter(payload__status__in=["answered", "complete"]).update(verdict=Verdict.UNKNOWN_STATUS)
    lost = {
        "status": "failed",
        "failure": "lost",
        "customer_status": "ringing",
        "answered_at": None,
        "talk_seconds": None,
    }
    Call.objects.filter(pk=call.pk).update(**lost, ended_at=call.started_at + dt.timedelta(minutes=12))
    wrapped_up(call, "No answer")

    done = run(replay_call(call, by=admin))

    mended = call.reloaded()
    assert (mended.status, mended.failure, mended.talk_seconds) == ("completed", "", 60)
    assert mended.ended_at == call.started_at + dt.timedelta(seconds=69)
    # What the telecaller said of it stays.
    assert (mended.disposition.name, mended.note) == ("No answer", "Wants a quote")
    assert mended.closed_at is not None
    assert done.counts == {"calls": 1, "changed": 1, "verdicts": 2, "unknown": 0}
    difference = ReplayDifference.objects.get()
    assert (difference.before["status"], difference.after["status"]) == ("failed", "completed")
    assert "agent_status" not in difference.before
    # Timeline and counters follow.
    assert Activity.objects.get(lead=call.lead, kind="call").details["talk_seconds"] == 60
    assert call.lead.reloaded().connected == 1


def test_what_is_still_unknown_stays_raw_and_is_counted(call, admin):
    keep(call, "parked", after=9)
    ended(call)

    done = run(replay_call(call, by=admin))

    assert done.counts["unknown"] == 1
    assert CallEvent.objects.get(payload__raw__status="parked").verdict == Verdict.UNKNOWN_STATUS


def test_a_leg_that_was_asked_for_is_never_rung_again(call, admin):
    """Nothing was heard yet of the customer's leg: a replay must not take it for one that nobody rang."""
    keep(call, "in-progress", leg=Leg.AGENT, after=3)
    inbox.decide([call.pk])

    run(replay_call(call, by=admin))

    assert call.reloaded().customer_status == "queued"
    assert not DueTask.objects.filter(task="dialer.ring_customer").exists()
    tasks.ring_customer(call.organisation, call.pk)
    assert not SimulatedCall.objects.exists()


def test_a_replay_is_no_sign_of_life(call, admin):
    long_ago = timezone.now() - dt.timedelta(minutes=9)
    keep(call, "ringing", after=5)
    inbox.decide([call.pk])
    Call.objects.filter(pk=call.pk).update(seen_at=long_ago)

    run(replay_call(call, by=admin))

    assert call.reloaded().seen_at == long_ago


def test_a_call_without_posts_and_a_post_without_call_stay_as_they_are(scope, telecaller, admin):
    silent = make_call(make_lead(assigned_to=telecaller), telecaller, talk=60)
    before = facts(silent.reloaded())
    keep(Call(organisation=scope, started_at=timezone.now()), "ringing")
    inbox.decide([CallEvent.objects.get().call_token])

    run(replay_call(silent, by=admin))
    day = run(replay_day(timezone.localdate(), by=admin))

    assert facts(silent.reloaded()) == before
    assert (day.counts["calls"], CallEvent.objects.get().verdict) == (0, Verdict.UNKNOWN_CALL)


def test_a_waiting_post_is_left_to_the_merging_that_is_owed(call, admin):
    keep(call, "ringing", after=5)

    run(replay_call(call, by=admin))

    assert CallEvent.objects.get().verdict == Verdict.WAITING
    assert call.reloaded().customer_status == "queued"


def test_a_day_is_replayed_in_steps_each_call_once(scope, telecaller, admin, monkeypatch):
    monkeypatch.setattr(replaying, "MOST_POSTS", 5)
    calls = []
    for number in range(4):
        call = live_call(make_lead(assigned_to=telecaller), telecaller)
        ended(call, number)
        wrapped_up(call)
        calls.append(call)
    before = {call.pk: facts(call.reloaded()) for call in calls}
    # Spoilt by hand, as a fault in merging would have.
    Call.objects.filter(pk=calls[1].pk).update(talk_seconds=7, customer_status="ringing")
    CallEvent.objects.update(received_at=timezone.now())

    done = run(replay_day(timezone.localdate(), by=admin))

    assert {call.pk: facts(call.reloaded()) for call in calls} == before
    assert (done.done, done.counts["calls"], done.counts["changed"]) == (32, 4, 1)
    assert ReplayDifference.objects.get().call_id == calls[1].pk


def test_a_step_that_is_tried_again_is_done_once(call, admin):
    ended(call)
    replay = replay_call(call, by=admin)

    assert take_step(replay.organisation, replay.pk) is False
    assert take_step(replay.organisation, replay.pk) is False
    assert replay.reloaded().counts["calls"] == 1


def test_one_replay_at_a_time(call, admin):
    first = replay_call(call, by=admin)

    with pytest.raises(UnderWay) as refusal:
        replay_day(timezone.localdate(), by=admin)

    assert refusal.value.replay == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Replay.objects.create(call=call, created_by=admin, state=JobState.RUNNING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Replay.objects.create(created_by=admin)


def test_a_replay_that_is_stopped_does_no_more(call, admin):
    ended(call)
    replay = replay_call(call, by=admin)
    replaying.stop(replay, by=admin)

    assert tasks.replay(call.organisation, replay.pk) is None
    assert (replay.reloaded().state, replay.reloaded().done) == (JobState.CANCELLED, 0)
    with pytest.raises(NotPossible):
        replaying.stop(replay, by=admin)
    assert [entry.verb for entry in AuditEntry.objects.filter(subject_id=replay.pk).order_by("at", "id")] == [
        "replay.started", "replay.stopped",
    ]  # fmt: skip


# The pages


def test_an_admin_starts_a_replay_and_sees_what_changed(client_of, admin, call):
    ended(call)
    Call.objects.filter(pk=call.pk).update(talk_seconds=7)
    client = client_of(admin)

    started = client.post(reverse("dialer:call_replay", args=[call.pk]))
    assert client.get(started.url, headers={"HX-Request": "true"}).status_code == 200
    tasks.replay(call.organisation, Replay.objects.get().pk)

    page = client.get(started.url).content.decode()
    assert "<s>7 s</s>" in page
    assert client.get(started.url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    stopped = client.post(reverse("dialer:replay_stop", args=[Replay.objects.get().pk]), follow=True)
    assert "It was over already." in stopped.content.decode()


def test_a_second_start_leads_to_the_one_under_way(client_of, admin, call):
    client = client_of(admin)
    today = timezone.localdate().isoformat()

    first = client.post(reverse("dialer:day_replay", args=[today]))
    second = client.post(reverse("dialer:call_replay", args=[call.pk]))

    assert first.url == second.url


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "0001-01-01", "2899-01-01"])
def test_a_day_that_cannot_be_replayed_is_not_found(client_of, admin, scope, day):
    assert client_of(admin).post(reverse("dialer:day_replay", args=[day])).status_code == 404


def test_who_may_not_replay(client_of, manager, telecaller, outsider, call):
    address = reverse("dialer:call_replay", args=[call.pk])

    assert client_of(manager).post(address).status_code == 403
    assert client_of(telecaller).post(address).status_code == 403
    assert client_of(outsider).post(address).status_code == 404
    assert client_of(outsider).get(address).status_code == 405


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_asks_the_same_for_any_number_of_differences(
    client_of, admin, scope, telecaller, many, django_assert_num_queries
):
    for number in range(many):
        call = live_call(make_lead(assigned_to=telecaller), telecaller)
        ended(call, number)
        wrapped_up(call)
        Call.objects.filter(pk=call.pk).update(talk_seconds=7)
    CallEvent.objects.update(received_at=timezone.now())
    done = run(replay_day(timezone.localdate(), by=admin))
    client = client_of(admin)

    with django_assert_num_queries(14):
        assert len(client.get(done.get_absolute_url()).context["lines"]) == many
