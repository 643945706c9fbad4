"""Numbers, times and phone numbers as people here read them (design guide, section 10)."""

import datetime as dt
import functools
import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.dateformat import DateFormat
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

SOON = dt.timedelta(minutes=15)
LAKH, CRORE = Decimal(100_000), Decimal(10_000_000)


def grouped(number: int | float | Decimal) -> str:
    """`number` in Indian grouping: 1,85,000. Paise and other decimals show as two digits unless they are zero."""
    value = Decimal(str(number)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    whole, __, cents = f"{abs(value):f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = re.findall(r"\d{1,2}(?=(?:\d\d)*$)", head)
    text = ",".join([*pairs, tail]) + (f".{cents}" if cents.strip("0") else "")
    return f"−{text}" if value < 0 else text


def rupees(amount: int | float | Decimal) -> str:
    """`amount` in rupees as money: ₹1,85,000."""
    text = grouped(amount)
    return f"−₹{text[1:]}" if text.startswith("−") else f"₹{text}"


def rupees_in_words(amount: int | float | Decimal) -> str:
    """`amount` in rupees where space is short: ₹18.5 lakh, ₹1.2 crore; below one lakh in full."""
    value = Decimal(str(amount))
    # From 99.95 lakh on, one decimal would say "100 lakh".
    for least, unit, word in ((CRORE * Decimal("0.9995"), CRORE, _("crore")), (LAKH, LAKH, _("lakh"))):
        if value >= least:
            short = (value / unit).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
            return f"₹{grouped(short).removesuffix('0') if short % 1 else grouped(short)} {word}"
    return rupees(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def phone_number(number: str, *, country: bool = False) -> str:
    """An E.164 number grouped for reading: 90000 00012, and with `country` +91 90000 00012; others as +CC digits."""
    if match := re.fullmatch(r"\+91(\d{5})(\d{5})", number):
        local = f"{match[1]} {match[2]}"
        return f"+91 {local}" if country else local
    return number


def duration(seconds: int | float | None) -> str:
    """Seconds as a length of time: "45 s", "3 min 12 s", "1 h 12 min"; None is a dash."""
    if seconds is None:
        return "–"
    total = max(0, round(seconds))
    hours, minutes, rest = total // 3600, total % 3600 // 60, total % 60
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


def clock(seconds: int | float) -> str:
    """Seconds as a running timer: 02:14, from one hour on 1:02:14."""
    total = max(0, int(seconds))
    minutes, rest = total // 60, total % 60
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes:02}:{rest:02}"


def time_of_day(moment: dt.datetime) -> str:
    """The local time of day: 4:00 pm."""
    half = _("am") if moment.hour < 12 else _("pm")
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {half}"


def moment_in_words(moment: dt.datetime | dt.date) -> str:
    """A moment in the active zone: "Today 4:00 pm", "Wed 25 Nov, 11:00 am", with the year when it is another one."""
    if not isinstance(moment, dt.datetime):
        return _day(moment, timezone.localdate())
    return minute_in_words(timezone.localtime(moment), timezone.localdate())[0]


def minute_in_words(local: dt.datetime, today: dt.date) -> tuple[str, str]:
    """Return a local moment as seen from `today`: as `moment_in_words` says it, and where space is short.

    Short it is the time, "4:00 pm", of today, and else the day.
    """
    return _minute(local.replace(second=0, microsecond=0, tzinfo=None), today, get_language())


@functools.lru_cache(1024)
def _minute(local: dt.datetime, today: dt.date, _language: str | None) -> tuple[str, str]:
    """Said again and again, too: a list that was imported was created within a minute."""
    day, time = _day(local.date(), today), time_of_day(local)
    near = abs((local.date() - today).days) <= 1
    return f"{day} {time}" if near else f"{day}, {time}", time if local.date() == today else day


def date_and_time(moment: dt.datetime | dt.date) -> str:
    """A moment for the middle of a sentence, in the active zone: "24 Nov 10:41 am", with the year when it is another."""
    local = timezone.localtime(moment) if isinstance(moment, dt.datetime) else moment
    day = DateFormat(local).format("j M" if local.year == timezone.localdate().year else "j M Y")
    return f"{day} {time_of_day(local)}" if isinstance(local, dt.datetime) else day


def _day(day: dt.date, today: dt.date) -> str:
    away = (day - today).days
    if -2 < away < 2:
        return _("Today") if away == 0 else _("Tomorrow") if away == 1 else _("Yesterday")
    return _date(day, get_language(), with_year=day.year != today.year)


@functools.lru_cache(1024)
def _date(day: dt.date, _language: str | None, *, with_year: bool) -> str:
    """The date in the active language. Lists name the same few days again and again, and this takes 60 µs."""
    return DateFormat(day).format("D j M Y" if with_year else "D j M")


def lateness(due: dt.datetime | None) -> str:
    """How late `due` is: "7 min late", "3 h late", "2 days late"; empty while it is not."""
    if due is None or (late := timezone.now() - due) < dt.timedelta(minutes=1):
        return ""
    minutes = int(late.total_seconds() // 60)
    if minutes < 60:
        return _("%(minutes)s min late") % {"minutes": minutes}
    if minutes < 24 * 60:
        return _("%(hours)s h late") % {"hours": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}


def urgency(due: dt.datetime | None) -> str:
    """The class that goes with the words: "late" once it is a minute over, "soon" from 15 minutes before, else empty."""
    if due is None:
        return ""
    if lateness(due):
        return "late"
    return "soon" if due - timezone.now() <= SOON else ""
