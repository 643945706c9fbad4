"""The pacing simulator: its arithmetic, the history that it plays, and its page."""

import datetime as dt
import math

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.tenancy import acting_for
from dialer.campaigns.history import history_of
from dialer.campaigns.pacing import TOO_FEW, Pace, Plan, Sample, play
from dialer.models import Call
from dialer.tests.factories import make_call, make_campaign
from leads.tests.factories import make_lead

PAGE = reverse("dialer:pacing")
seconds = st.integers(0, 300).map(float)
samples = st.lists(st.builds(Sample, seconds, seconds, seconds, st.none() | seconds, seconds), max_size=60)
plans = st.builds(Plan, seconds, st.sampled_from([1.0, 1.5, 2.0, 3.0]), st.integers(1, 8), st.integers(0, 99))
ALONE = (Pace.PREVIEW, Pace.TIMED, Pace.PROGRESSIVE)


@settings(deadline=None)
@given(samples, plans)
def test_less_time_to_look_means_less_idle_and_more_calls(calls, plan):
    preview, timed, progressive = (play(calls, plan, pace) for pace in ALONE)

    assert preview.idle_per_call >= timed.idle_per_call >= progressive.idle_per_call == 0
    assert preview.calls_per_hour <= timed.calls_per_hour <= progressive.calls_per_hour or not progressive.seconds
    assert {played.abandoned for played in (preview, timed, progressive)} == {0}
    busy = math.fsum(call.busy for call in calls)
    assert all(math.isclose(played.seconds, played.idle_seconds + busy) for played in (preview, timed, progressive))


@settings(deadline=None)
@given(samples)
def test_a_countdown_lies_between_no_look_and_the_whole_look(calls):
    at_once, at_leisure = (play(calls, Plan(countdown=longest), Pace.TIMED) for longest in (0.0, 301.0))

    assert at_once.seconds == play(calls, Plan(), Pace.PROGRESSIVE).seconds
    assert at_leisure.seconds == play(calls, Plan(), Pace.PREVIEW).seconds


@settings(max_examples=60, deadline=None)
@given(samples, plans, st.sampled_from([Pace.RATIO, Pace.PREDICTIVE]))
def test_every_call_is_played_once_and_whoever_answers_is_connected_or_abandoned(calls, plan, pace):
    played = play(calls, plan, pace)

    assert played.calls == len(calls)
    assert played.connects + played.abandoned == sum(call.talk is not None for call in calls)
    assert 0 <= played.idle_seconds <= played.seconds + 1e-6
    assert played == play(calls, plan, pace)


@settings(max_examples=60, deadline=None)
@given(samples, st.integers(1, 8), st.integers(0, 99))
def test_with_one_line_for_each_free_telecaller_nobody_is_abandoned(calls, people, seed):
    assert play(calls, Plan(lines=1.0, telecallers=people, seed=seed), Pace.RATIO).abandoned == 0


def test_a_worked_example():
    # 60 s to look, 5 s to dial, 10 s to ring; one of two talks for 100 s; 20 s of wrap-up.
    calls = [Sample(60, 5, 10, 100, 20), Sample(60, 5, 10, None, 20)]
    preview = play(calls, Plan(), Pace.PREVIEW)
    timed = play(calls, Plan(countdown=15), Pace.TIMED)

    assert (preview.seconds, preview.idle_per_call) == (290, 60)
    assert round(preview.calls_per_hour, 2) == round(2 * 3600 / 290, 2)
    assert (timed.seconds, timed.idle_per_call, round(timed.connects_per_hour, 2)) == (200, 15, 18.0)


def test_more_lines_keep_people_busier_and_abandon_more():
    calls = [Sample(30, 5, 15, 60 if place % 3 == 0 else None, 15) for place in range(900)]
    one, three = (play(calls, Plan(lines=lines, telecallers=4), Pace.RATIO) for lines in (1.0, 3.0))

    assert three.idle_per_call < one.idle_per_call
    assert three.calls_per_hour > one.calls_per_hour
    assert three.abandon_rate > one.abandon_rate == 0
    # The order is the seed's.
    assert play(calls, Plan(seed=1), Pace.PREDICTIVE) != play(calls, Plan(seed=2), Pace.PREDICTIVE)


# The history


def called(telecaller, minutes_ago, *, talk=None, **fields):
    started = timezone.now() - dt.timedelta(minutes=minutes_ago)
    rang = started + dt.timedelta(seconds=4)
    return make_call(make_lead(), telecaller, talk=talk, started_at=started, ringing_at=rang, **fields)


def test_the_history_is_that_of_the_rows(scope, manager, telecaller, colleague):
    first = called(telecaller, 60, talk=100)
    called(colleague, 58)
    second = called(telecaller, 55)
    called(telecaller, 20)
    # Neither an old one, nor one that is open, nor one that nobody measured, nor one that the system closed.
    called(telecaller, 60 * 24 * 8)
    called(telecaller, 10, closed_at=None, wrap_up_seconds=None)
    called(colleague, 9, wrap_up_seconds=None)
    called(colleague, 8, ring_seconds=None, mode=Call.Mode.OWN_PHONE)

    history = history_of(manager, weeks=1)

    gap = (second.started_at - first.closed_at).total_seconds()
    # The first calls, and the one after half an hour, were looked at for as long as usual.
    assert history.samples == [
        Sample(gap, 4, 5, 100, 10),
        Sample(gap, 4, 20, None, 10),
        Sample(gap, 4, 20, None, 10),
        Sample(gap, 4, 20, None, 10),
    ]
    assert history.telecallers == 1
    assert history.answered == 1


def test_of_others_and_other_campaigns_nothing_is_played(scope, manager, telecaller, rival):
    campaign = make_campaign(telecaller)
    called(telecaller, 50, campaign=campaign)
    called(telecaller, 40)

    assert len(history_of(manager, weeks=1, campaign=campaign).samples) == 1
    assert len(history_of(telecaller, weeks=1).samples) == 2
    with acting_for(rival):
        assert history_of(rival.memberships.first(), weeks=4).samples == []


# The page


@pytest.fixture
def busy_weeks(scope, telecaller):
    lead = make_lead()
    calls = [called(telecaller, 20 + 3 * place, talk=60 if place % 3 == 0 else None) for place in range(3)]
    rows = []
    for place in range(TOO_FEW):
        start = calls[0].started_at - dt.timedelta(minutes=10 + 3 * place)
        copy = Call.objects.get(pk=calls[place % 3].pk)
        moved = start - copy.started_at
        copy.pk, copy.lead = None, lead
        for name in ("started_at", "ringing_at", "answered_at", "ended_at", "closed_at"):
            value = getattr(copy, name)
            setattr(copy, name, value + moved if value else None)
        copy.pk = Call._meta.pk.get_default()
        rows.append(copy)
    Call.objects.bulk_create(rows)


def test_the_page_shows_each_mode_and_says_what_is_simulated_only(client_of, manager, busy_weeks):
    response = client_of(manager).get(PAGE)

    rows = response.context["rows"]
    assert [row["is_simulated_only"] for row in rows] == [False, False, False, True, True]
    assert rows[0]["idle"] > rows[1]["idle"] > rows[2]["idle"] == 0
    page = response.content.decode()
    assert page.count("Simulation only, never offered") == 2
    assert "too little history" not in page
    again = client_of(manager).get(PAGE, {"seed": "1", "lines": "2", "countdown": "15"})
    assert again.context["rows"] == rows


def test_it_says_when_there_is_too_little(client_of, manager, scope, telecaller):
    called(telecaller, 30)

    response = client_of(manager).get(PAGE)

    assert response.context["rows"] == []
    assert "There is too little history: 1 calls, and at least 200 are needed." in response.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weeks", "9"),
        ("countdown", "2"),
        ("lines", "9"),
        ("lines", "x"),
        ("telecallers", "0"),
        ("seed", "-1"),
        ("campaign", "7"),
    ],
)
def test_what_cannot_be_played_is_named(client_of, manager, name, value):
    response = client_of(manager).get(PAGE, {name: value})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name]


def test_who_may_see_it(client_of, manager, telecaller):
    assert client_of(telecaller).get(PAGE).status_code == 403
    assert client_of(manager).post(PAGE).status_code == 405
