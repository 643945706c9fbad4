"""Ids of rows."""

import time
import uuid

from jini.lib.ids import uuid7, uuid7_texts


def test_ids_one_by_one_and_in_bulk_are_one_rising_series():
    before = time.time_ns() // 1_000_000
    ids = [uuid7(), *map(uuid.UUID, uuid7_texts(5000)), uuid7(), *map(uuid.UUID, uuid7_texts(1)), uuid7()]

    assert ids == sorted(set(ids))
    assert {(each.version, each.variant) for each in ids} == {(7, uuid.RFC_4122)}
    # Ahead of the clock they may be: no id is older than the one before it, whatever the clock has done meanwhile.
    assert before <= ids[0].int >> 80


def test_of_ids_in_bulk_no_two_share_their_noise():
    noise = {each.int & ((1 << 62) - 1) for each in map(uuid.UUID, uuid7_texts(1000))}

    assert len(noise) == 1000
    assert uuid7_texts(0) == []
