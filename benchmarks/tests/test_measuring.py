"""The arithmetic of figures, and clients that press until they are told to stop."""

import itertools
import json
import time

import pytest

from benchmarks.clients import Serve, press
from benchmarks.data import people, phone, shares
from benchmarks.measuring import Failed, Sample, figures, forget_peak, in_turns, own_peak_rss_mib, percentile
from jini.lib.phone import read_phone


@pytest.mark.parametrize(("share", "expected"), [(50, 50), (95, 95), (99, 99), (100, 100)])
def test_a_percentile_is_the_time_that_so_many_do_not_exceed(share: int, expected: int) -> None:
    assert percentile(range(1, 101), share) == expected


def test_a_percentile_of_few_times_is_one_of_them() -> None:
    assert (percentile([3.0], 99), percentile([2.0, 1.0], 50), percentile([], 50)) == (3.0, 1.0, 0.0)


def test_sides_take_turns_at_being_first() -> None:
    order: list[str] = []

    def side(name: str) -> Sample:
        order.append(name)
        return Sample(1, 1.0)

    in_turns(lambda: side("product"), lambda: side("limit"))

    assert order == ["product", "limit", "limit", "product", "product", "limit"]


def test_figures_are_medians_of_the_rounds() -> None:
    products = [Sample(done, 2.0, [0.01] * 98 + [0.5, 0.6]) for done in (10, 400, 20)]
    limits = [Sample(done, 1.0) for done in (40, 30, 7000)]

    found = json.loads(figures(9, "claims/s", products, limits).line("made_up"))

    assert (found["value"], found["limit"], found["ratio"]) == (10.0, 40.0, 0.25)
    assert (found["p50_ms"], found["p95_ms"], found["p99_ms"]) == (10.0, 10.0, 500.0)
    assert found["seconds"] == 9.0


def test_clients_are_served_in_their_order_by_fewer_threads() -> None:
    def prepare(number: int) -> Serve:
        def serve() -> int:
            time.sleep(0.01)
            return number

        return serve

    answers = press(prepare, clients=8, threads=2, processes=2, seconds=0.5)

    assert set(answers.results) == {0, 1}
    # Eight wait for two threads: each is served after the three before it.
    assert percentile(answers.sample.times, 50) >= 0.04


def test_clients_stop_when_nothing_is_left() -> None:
    def prepare(number: int) -> Serve:
        left = itertools.chain([1, 2, 3], itertools.repeat(None))
        return lambda: next(left)

    answers = press(prepare, clients=4, threads=1, processes=1, seconds=30)

    assert answers.results == [1, 2, 3]
    assert answers.sample.seconds < 20


def test_what_goes_wrong_in_a_client_is_heard() -> None:
    def prepare(number: int) -> Serve:
        def serve() -> None:
            raise ValueError("broken")

        return serve

    with pytest.raises(Failed, match="broken"):
        press(prepare, clients=2, threads=2, seconds=5)


def test_people_have_numbers_of_their_own_that_read_as_they_stand() -> None:
    numbers = [person.phone for person in people(3000)]

    assert len(set(numbers)) == 3000
    assert all(read_phone(number).numbers == (number,) for number in numbers)
    assert [person.phone for person in people(10, first=5)] == [phone(number) for number in range(5, 15)]


def test_the_largest_organisation_has_its_share_and_the_others_fall() -> None:
    sizes = shares(1200, 5, 0.8)

    assert sizes[0] == 960
    assert sizes[1:] == sorted(sizes[1:], reverse=True)
    assert abs(sum(sizes) - 1200) < 5


def test_what_was_held_before_is_no_part_of_the_peak() -> None:
    held = bytearray(200 * 2**20)
    before = own_peak_rss_mib()
    del held

    forget_peak()

    assert own_peak_rss_mib() < before - 150
