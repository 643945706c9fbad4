"""Days, cut in an organisation's time zone."""

import datetime as dt
import zoneinfo

DAY = dt.timedelta(days=1)


def start_of(day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The first moment of `day`."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=zone)


def bounds(first: dt.date, last: dt.date, zone: zoneinfo.ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The moment at which `first` begins, and the one at which `last` is over (no longer part of it)."""
    return start_of(first, zone), start_of(last + DAY, zone)


def day_of(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.date:
    return moment.astimezone(zone).date()
