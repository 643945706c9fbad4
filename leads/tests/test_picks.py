"""The times that are offered lie within the calling hours."""

import datetime as dt
import zoneinfo

import pytest

from leads.picks import clamp
from privacy.models import ContactPolicy

ZONE = zoneinfo.ZoneInfo("Asia/Kolkata")
WEDNESDAY = dt.date(2026, 11, 25)


def at(days, hour, minute=0):
    return dt.datetime.combine(WEDNESDAY + dt.timedelta(days=days), dt.time(hour, minute), ZONE)


@pytest.mark.parametrize(
    ("wanted", "weekdays", "found"),
    [
        (at(0, 12), range(7), at(0, 12)),
        (at(0, 9, 30), range(7), at(0, 10)),
        # In the evening it is the next day, and not the one after.
        (at(0, 21), range(7), at(1, 10)),
        (at(0, 23, 59), range(7), at(1, 10)),
        (at(0, 21), [0, 1, 2, 3, 4], at(1, 10)),
        (at(2, 21), [0, 1, 2, 3, 4], at(5, 10)),
        (at(0, 20, 59), [2], at(0, 20, 59)),
        (at(0, 21), [2], at(7, 10)),
        (at(0, 21), [], at(0, 21)),
    ],
)
def test_a_time_is_moved_to_when_calls_begin_again(wanted, weekdays, found):
    policy = ContactPolicy(opens_at=dt.time(10), closes_at=dt.time(21), weekdays=list(weekdays))

    assert clamp(wanted, policy, ZONE) == found
