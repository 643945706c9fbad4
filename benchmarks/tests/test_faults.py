"""The oracle of calls that ended under faults, and that a difference from it is seen."""

import datetime as dt
import random
import uuid
from dataclasses import replace

import pytest

from benchmarks.calls_oracle import Dialled, Said, end_of
from benchmarks.faults import KINDS, differences, story

START = dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)
CALL = uuid.UUID(int=7)


def at(second: float) -> dt.datetime:
    return START + dt.timedelta(seconds=second)


ANSWERED = [
    Said("agent", "initiated", at(0), "a"),
    Said("agent", "in-progress", at(3), "a"),
    Said("customer", "ringing", at(5), "c"),
    Said("customer", "in-progress", at(9), "c"),
    Said("customer", "completed", at(39), "c", 30),
    Said("agent", "completed", at(40), "a"),
]


def test_an_answered_call() -> None:
    end = end_of(Dialled(START, is_customer_asked=True), ANSWERED)

    assert (end["status"], end["talk_seconds"], end["ring_seconds"]) == ("completed", 30, 4)
    assert (end["answered_at"], end["ended_at"]) == (at(9), at(39))
    assert (end["lead_attempts"], end["lead_connected"], end["events"]) == (1, 1, 6)
    assert end["presence"] == [("on_call", START, at(39)), ("wrap_up", at(39), None)]


def test_a_telecaller_who_was_busy_reached_nobody() -> None:
    said = [Said("agent", "ringing", at(1), "a"), Said("agent", "busy", at(4), "a")]

    end = end_of(Dialled(START, is_customer_asked=False, earlier_calls=1, earlier_connected=1), said)

    assert (end["status"], end["failure"], end["customer_status"]) == ("failed", "telecaller_busy", "intent")
    assert (end["lead_attempts"], end["lead_connected"]) == (1, 1)


def test_the_order_in_which_it_was_said_does_not_matter() -> None:
    shuffled = random.Random(5).sample(ANSWERED, len(ANSWERED))

    assert end_of(Dialled(START, is_customer_asked=True), shuffled) == end_of(
        Dialled(START, is_customer_asked=True), ANSWERED
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_story_comes_to_an_end(kind: str) -> None:
    dice = random.Random(4711)
    for _ in range(50):
        said = story(dice, kind, CALL, START)
        is_asked = not kind.startswith("agent") and kind != "hung up"

        assert end_of(Dialled(START, is_customer_asked=is_asked), said)["ended_at"] is not None


@pytest.mark.parametrize("number", range(len(ANSWERED)))
def test_a_call_that_went_another_way_differs(number: int) -> None:
    """Each event tells: without it, or at another time, the end is another one."""
    dialled = Dialled(START, is_customer_asked=True)
    true = {CALL: end_of(dialled, ANSWERED)}
    without = [one for one in ANSWERED if one is not ANSWERED[number]]

    assert differences(true, true) == []
    assert differences({CALL: end_of(dialled, without)}, true)


def test_a_lost_call_and_a_second_effect_differ() -> None:
    row = end_of(Dialled(START, is_customer_asked=True), ANSWERED)

    assert differences({CALL: row}, {})
    twice = row | {"timeline": row["timeline"] * 2}
    assert [what for _, what, *_ in differences({CALL: row}, {CALL: twice})] == ["timeline"]
    later = [replace(one, at=one.at + dt.timedelta(seconds=1)) for one in ANSWERED]
    assert differences({CALL: end_of(Dialled(START, is_customer_asked=True), later)}, {CALL: row})
