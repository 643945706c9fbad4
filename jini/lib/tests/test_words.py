"""Numbers, times and phone numbers in words."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from jini.lib import words

IST = dt.timezone(dt.timedelta(hours=5, minutes=30))
NOW = dt.datetime(2026, 11, 24, 10, 52, tzinfo=IST)


@pytest.fixture(autouse=True)
def on_24_november(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW.astimezone(dt.UTC))
    with timezone.override("Asia/Kolkata"), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1,000"),
        (49414, "49,414"),
        (121806, "1,21,806"),
        (185000, "1,85,000"),
        (12345678, "1,23,45,678"),
        (1234567890, "1,23,45,67,890"),
        (-4200, "−4,200"),
        (Decimal("1204.5"), "1,204.50"),
        (Decimal("0.004"), "0"),
        (99999.999, "1,00,000"),
    ],
)
def test_numbers_are_grouped_as_in_india(number, text):
    assert words.grouped(number) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(185000, "₹1,85,000"), (Decimal("99.90"), "₹99.90"), (-500, "−₹500"), (0, "₹0")],
)
def test_money_is_in_rupees(amount, text):
    assert words.rupees(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (99_999, "₹99,999"),
        (100_000, "₹1 lakh"),
        (1_850_000, "₹18.5 lakh"),
        (9_999_000, "₹1 crore"),
        (12_000_000, "₹1.2 crore"),
        (1_234_567_890, "₹123.5 crore"),
    ],
)
def test_large_money_is_in_lakh_and_crore(amount, text):
    assert words.rupees_in_words(amount) == text


@pytest.mark.parametrize(
    ("number", "country", "text"),
    [
        ("+919000000012", False, "90000 00012"),
        ("+919000000012", True, "+91 90000 00012"),
        ("+14155550100", False, "+14155550100"),
        ("9000000012", False, "9000000012"),
    ],
)
def test_phone_numbers_are_grouped(number, country, text):
    assert words.phone_number(number, country=country) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0 s"),
        (38, "38 s"),
        (59.6, "1 min 0 s"),
        (192, "3 min 12 s"),
        (4320, "1 h 12 min"),
        (-3, "0 s"),
    ],
)
def test_durations_name_their_units(seconds, text):
    assert words.duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00"), (134, "02:14"), (3599, "59:59"), (4334, "1:12:14")])
def test_clocks_run_in_minutes_and_hours(seconds, text):
    assert words.clock(seconds) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW.replace(hour=16, minute=0), "Today 4:00 pm"),
        (NOW.replace(hour=0, minute=5), "Today 12:05 am"),
        (NOW.replace(hour=12, minute=0), "Today 12:00 pm"),
        (NOW + dt.timedelta(days=1), "Tomorrow 10:52 am"),
        (NOW - dt.timedelta(days=1), "Yesterday 10:52 am"),
        (dt.datetime(2026, 11, 27, 11, 0, tzinfo=IST), "Fri 27 Nov, 11:00 am"),
        (dt.datetime(2025, 3, 1, 9, 30, tzinfo=IST), "Sat 1 Mar 2025, 9:30 am"),
        (dt.datetime(2026, 11, 24, 20, 0, tzinfo=dt.UTC), "Tomorrow 1:30 am"),
        (dt.date(2026, 11, 24), "Today"),
        (dt.date(2026, 12, 2), "Wed 2 Dec"),
    ],
)
def test_moments_are_said_from_today(moment, text):
    assert words.moment_in_words(moment) == text


def test_a_moment_inside_a_sentence_is_a_date():
    assert words.date_and_time(NOW.replace(minute=41)) == "24 Nov 10:41 am"
    assert words.date_and_time(dt.date(2025, 11, 24)) == "24 Nov 2025"


@pytest.mark.parametrize(
    ("ago", "text", "urgency"),
    [
        (dt.timedelta(minutes=-16), "", ""),
        (dt.timedelta(minutes=-15), "", "soon"),
        (dt.timedelta(seconds=59), "", "soon"),
        (dt.timedelta(minutes=7, seconds=50), "7 min late", "late"),
        (dt.timedelta(minutes=60), "1 h late", "late"),
        (dt.timedelta(hours=23, minutes=59), "23 h late", "late"),
        (dt.timedelta(hours=25), "1 day late", "late"),
        (dt.timedelta(days=3), "3 days late", "late"),
    ],
)
def test_lateness_is_said_in_words_and_marked(ago, text, urgency):
    assert words.lateness(NOW - ago) == text
    assert words.urgency(NOW - ago) == urgency


def test_what_has_no_time_is_neither_late_nor_soon():
    assert (words.lateness(None), words.urgency(None)) == ("", "")
