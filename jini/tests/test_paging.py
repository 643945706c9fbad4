"""Keyset pages over real rows."""

import base64
import datetime as dt
import json

import pytest
from django.db.models import F
from django.test import RequestFactory

from accounts.models import User
from accounts.tests.factories import make_user
from jini.lib.paging import capped_count, is_lost, keyset_page, neighbours

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def five():
    """Five people, three of whom joined in the same instant."""
    joined = [
        NOON,
        NOON + dt.timedelta(minutes=1),
        NOON + dt.timedelta(minutes=1),
        NOON + dt.timedelta(minutes=1),
        NOON + dt.timedelta(minutes=2),
    ]
    return [make_user(first_name=str(number), date_joined=at) for number, at in enumerate(joined)]


def page(url="/people/", *, by="-date_joined", size=2, queryset=None):
    return keyset_page(
        RequestFactory().get(url), User.objects.all() if queryset is None else queryset, by=by, size=size
    )


def names(shown):
    return [user.first_name for user in shown.rows]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(("by", "expected"), [("-date_joined", "43210"), ("date_joined", "01234"), ("email", "01234")])
def test_older_leads_through_every_row_once_and_newer_leads_back(by, expected):
    expected = list(expected) if by != "email" else [user.first_name for user in User.objects.order_by("email")]
    first = page(by=by)
    second = page(first.older_url, by=by)
    third = page(second.older_url, by=by)
    back = page(third.newer_url, by=by)
    start = page(back.newer_url, by=by)

    assert names(first) + names(second) + names(third) == expected
    assert (names(back), names(start)) == (names(second), names(first))
    assert (first.newer_url, third.older_url, start.newer_url) == ("", "", "")


@pytest.mark.usefixtures("five")
def test_the_page_says_where_it_begins_unless_it_is_the_first():
    first = page()
    second = page(first.older_url)

    assert first.place == ""
    assert second.place.endswith("pm")


@pytest.mark.usefixtures("five")
def test_what_people_typed_stands_in_no_address():
    first = page(by="email")
    ciphertext = first.older_url.partition("older=")[2]

    assert names(page(first.older_url, by="email")) != names(first)
    assert all(
        address not in base64.urlsafe_b64decode(ciphertext + "==").decode(errors="ignore")
        for address in User.objects.values_list("email", flat=True)
    )


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("by", ["-date_joined", "email"])
def test_every_row_knows_its_neighbours(by):
    ordered = list(User.objects.order_by(by, "-pk" if by.startswith("-") else "pk"))

    found = [neighbours(User.objects.all(), row, by=by) for row in ordered]

    assert found == list(zip([None, *ordered[:-1]], [*ordered[1:], None], strict=True))


@pytest.mark.usefixtures("five")
def test_a_row_that_left_the_rows_still_has_its_neighbours():
    second, third, fourth = User.objects.order_by("email")[1:4]

    assert neighbours(User.objects.exclude(pk=third.pk), third, by="email") == (second, fourth)


@pytest.mark.usefixtures("five")
def test_filters_and_sort_stay_in_the_links():
    first = page("/people/?city=Pune&newer=x&sort=name")

    assert first.older_url.startswith("/people/?city=Pune&sort=name&older=")


@pytest.mark.usefixtures("five")
def test_an_annotation_sorts_as_a_field_does():
    annotated = User.objects.annotate(since=F("date_joined"))
    first = page(by="since", queryset=annotated)

    assert names(page(first.older_url, by="since", queryset=annotated)) == ["2", "3"]


def packed(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "?",
        "नमस्ते",
        "AAAA",
        packed(),
        packed("2026"),
        packed("yesterday", "x"),
        packed(None, None),
        packed(1, 2, 3),
        packed([], {}),
        packed("2026-11-24T12:00:00+00:00", "no-uuid"),
        packed("2026-99-24", "x"),
    ],
)
def test_a_cursor_that_says_nothing_gives_the_first_page(cursor):
    assert names(page(f"/people/?older={cursor}")) == ["4", "3"]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    "cursor", ["?", "AAAA", packed("yesterday", "x"), packed("2026-11-24T12:00:00+00:00", "no-uuid")]
)
def test_a_program_is_told_of_a_cursor_that_says_nothing(cursor):
    request = RequestFactory().get(f"/people/?older={cursor}")

    assert is_lost(request, User.objects.all(), by="-date_joined")


@pytest.mark.usefixtures("five")
def test_the_cursors_of_a_page_are_not_lost():
    for address in ("/people/", page("/people/").older_url):
        assert not is_lost(RequestFactory().get(address), User.objects.all(), by="-date_joined")


@pytest.mark.usefixtures("five")
def test_a_page_beyond_the_last_row_leads_back_to_the_start():
    last = page(f"/people/?older={packed('2020-01-01T00:00:00+00:00', str(User.objects.order_by('pk').first().pk))}")

    assert (names(last), last.older_url, last.newer_url) == ([], "", "/people/")


@pytest.mark.usefixtures("five")
def test_a_page_asks_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        names(page())


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(("cap", "text"), [(5, "5"), (4, "4+"), (10_000, "5")])
def test_a_count_stops_at_its_cap(cap, text):
    assert capped_count(User.objects.order_by("email"), cap) == text
