"""When the invented team works, in its own zone."""

import datetime as dt
import zoneinfo

OPENS, LUNCH_FROM, LUNCH_UNTIL, CLOSES, SATURDAY_CLOSES = (
    dt.time(10),
    dt.time(13, 15),
    dt.time(14),
    dt.time(19),
    dt.time(14),
)
DAYS = 30
_SATURDAY, _SUNDAY = 5, 6


def at(day: dt.date, time: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=zone)


def closes(day: dt.date) -> dt.time | None:
    """Return when work ends on `day`; None on a Sunday."""
    if day.weekday() == _SUNDAY:
        return None
    return SATURDAY_CLOSES if day.weekday() == _SATURDAY else CLOSES


def next_working(moment: dt.datetime) -> dt.datetime:
    """Return `moment` when people work then, otherwise the next moment at which they do."""
    day, zone = moment.date(), moment.tzinfo
    assert isinstance(zone, zoneinfo.ZoneInfo)  # noqa: S101 -- every moment of the story is local
    while (end := closes(day)) is None or moment >= at(day, end, zone):
        day += dt.timedelta(days=1)
        moment = at(day, OPENS, zone)
    moment = max(moment, at(day, OPENS, zone))
    is_lunch = end == CLOSES and at(day, LUNCH_FROM, zone) <= moment < at(day, LUNCH_UNTIL, zone)
    return at(day, LUNCH_UNTIL, zone) if is_lunch else moment
