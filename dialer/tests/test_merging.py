"""Merging the events of a call: rule by rule, and against an oracle in every order (CALLS=10000 for the long form)."""

import dataclasses
import datetime as dt
import itertools
import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.merging import CallState, Verdict, merge, outcome_of
from dialer.models import Call
from dialer.providers.port import Leg, ProviderEvent, Status
from dialer.tests import oracle_merging as oracle

START = oracle.START


def event(leg, status, second=0, duration=None, provider_id=""):
    return ProviderEvent(leg, status, START + dt.timedelta(seconds=second), provider_id, duration=duration)


def agent(*args, **kwargs):
    return event(Leg.AGENT, *args, **kwargs)


def customer(*args, **kwargs):
    return event(Leg.CUSTOMER, *args, **kwargs)


def merged(*events):
    state = CallState()
    for each in events:
        state, _verdict = merge(state, each)
    return state


def shown(events):
    return dataclasses.asdict(outcome_of(merged(*events)))


ORDINARY = [
    agent("initiated", 0), agent("ringing", 1), agent("in-progress", 3),
    customer("initiated", 4), customer("ringing", 5), customer("in-progress", 9), customer("completed", 69, 60),
    agent("completed", 70, 67),
]  # fmt: skip


def test_an_ordinary_call_talks_for_the_time_of_the_customers_leg():
    outcome = outcome_of(merged(*ORDINARY))

    assert outcome.status == "completed"
    assert (outcome.ring_seconds, outcome.talk_seconds) == (4, 60)
    assert outcome.answered_at == START + dt.timedelta(seconds=9)
    assert outcome.ended_at == START + dt.timedelta(seconds=69)
    assert outcome.failure == ""


def test_the_statuses_are_those_of_the_model():
    assert set(Status) == set(Call.Status.values)


@pytest.mark.parametrize("end", ["busy", "no-answer", "failed", "canceled"])
def test_the_telecallers_leg_that_completed_does_not_make_the_call_completed(end):
    state = merged(agent("in-progress", 3), customer("ringing", 5), agent("completed", 30, 27), customer(end, 31, 0))

    outcome = outcome_of(state)

    assert outcome.status == end
    assert outcome.talk_seconds is None
    assert outcome.answered_at is None


def test_while_the_customers_leg_is_under_way_the_end_of_the_telecallers_leg_decides_nothing():
    outcome = outcome_of(merged(customer("ringing", 5), agent("completed", 30)))

    assert (outcome.status, outcome.ended_at) == ("ringing", None)


@pytest.mark.parametrize(
    ("end", "status", "failure"),
    [
        ("completed", "canceled", "telecaller_hung_up"),
        ("canceled", "canceled", "telecaller_hung_up"),
        ("busy", "failed", "telecaller_busy"),
        ("no-answer", "failed", "telecaller_no_answer"),
        ("failed", "failed", "telecaller_failed"),
    ],
)
def test_a_customer_who_was_never_rung_leaves_the_word_to_the_telecallers_leg(end, status, failure):
    outcome = outcome_of(merged(agent("ringing", 1), agent(end, 20)))

    assert (outcome.status, outcome.failure) == (status, failure)
    assert outcome.ended_at == START + dt.timedelta(seconds=20)


def test_a_status_never_goes_down_and_what_came_late_still_fills():
    state = merged(customer("completed", 69, 60))

    state, verdict = merge(state, customer("ringing", 5))

    assert verdict == Verdict.OUT_OF_ORDER
    assert state.customer.status == "completed"
    assert outcome_of(state).ring_seconds == 4


def test_nothing_that_was_filled_is_blanked():
    state = merged(customer("ringing", 5, provider_id="CA1"))

    state, verdict = merge(state, customer("in-progress", 9, provider_id=""))

    assert verdict == Verdict.MERGED
    assert state.customer.provider_id == "CA1"
    assert state.customer.ringing_at == START + dt.timedelta(seconds=5)


def test_a_later_end_with_a_duration_refines_the_one_without():
    outcome = outcome_of(merged(customer("failed", 600), customer("completed", 69, 60)))

    assert (outcome.status, outcome.talk_seconds) == ("completed", 60)
    assert outcome.ended_at == START + dt.timedelta(seconds=69)


def test_a_later_end_that_knows_less_changes_nothing():
    outcome = outcome_of(merged(customer("completed", 69, 60), customer("failed", 70), customer("completed", 71)))

    assert (outcome.status, outcome.talk_seconds) == ("completed", 60)


def test_an_unknown_status_is_said_to_be_unknown_and_changes_nothing():
    before = merged(*ORDINARY[:5])

    state, verdict = merge(before, customer("exploded", 6))

    assert verdict == Verdict.UNKNOWN_STATUS
    assert state == before


def test_a_short_call_ends_alike_in_every_order():
    events = [agent("in-progress", 3), customer("ringing", 5), customer("completed", 69, 60), agent("completed", 70)]

    outcomes = {outcome_of(merged(*order)) for order in itertools.permutations(events)}

    assert len(outcomes) == 1


def test_the_oracle_agrees_on_tripled_and_shuffled_calls():
    dice = random.Random(int(os.environ.get("SEED", "4711")))
    for _ in range(int(os.environ.get("CALLS", "3000"))):
        events = oracle.some_call(dice)
        posts = events * 3
        dice.shuffle(posts)

        assert shown(posts) == oracle.expected(events), posts


@st.composite
def legs_events(draw):
    status = draw(st.sampled_from([*Status][1:]))
    return ProviderEvent(
        draw(st.sampled_from(Leg)),
        status,
        START + dt.timedelta(seconds=draw(st.integers(0, 300))),
        duration=draw(st.none() | st.integers(0, 200)) if status == "completed" else draw(st.sampled_from([None, 0])),
    )


@given(st.lists(legs_events(), max_size=12), st.randoms(use_true_random=False))
def test_any_events_at_all_end_alike_in_any_order_and_number(events, dice):
    posts = events * 3
    dice.shuffle(posts)

    assert shown(posts) == shown(events) == oracle.expected(events)


@given(st.lists(legs_events(), max_size=12))
def test_the_shown_status_of_a_customers_leg_only_climbs(events):
    state, height = CallState(), -1
    for each in events:
        state, _verdict = merge(state, each)
        rank = -1 if state.customer.status == "intent" else [*Status].index(state.customer.status)

        assert min(rank, 5) >= min(height, 5)
        height = rank
