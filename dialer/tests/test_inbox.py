"""What providers posted and what was made of it: the page, the figures of a day, and bad posts."""

import datetime as dt
import uuid
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import DueTask
from accounts.tenancy import acting_for
from dialer.calls import inbox, line
from dialer.calls.inbox_days import COUNT, count
from dialer.models import Call, CallEvent, InboxDay, TelephonyAccount
from dialer.providers import simulator
from dialer.providers.port import Leg, ProviderEvent, moment_of, number_in
from dialer.tests.factories import make_call
from leads.tests.factories import make_lead
from teams.models import Team, TeamMembership

URL = "/settings/telephony/inbox/"
Verdict = CallEvent.Verdict


def keep(call, status, *, leg=Leg.CUSTOMER, after=1, late=0, key="", at=None):
    """Keep a post that tells what happened `after` seconds into the call, and came `late` seconds later."""
    moment = at or call.started_at + dt.timedelta(seconds=after)
    event = ProviderEvent(
        leg, status, moment, f"{leg[0]}-1", event_key=key or uuid.uuid4().hex, raw={"status": status, "leg_id": "x"}
    )
    inbox.keep(call.organisation_id, "simulator", call.pk, event)
    kept = CallEvent.objects.order_by("-received_at").first()
    CallEvent.objects.filter(pk=kept.pk).update(received_at=moment + dt.timedelta(seconds=late))
    return kept


def live_call(lead, telecaller):
    fields = {"ended_at": None, "closed_at": None, "wrap_up_seconds": None, "ring_seconds": None}
    return make_call(lead, telecaller, **fields, status="queued", agent_status="in-progress", customer_status="queued")


@pytest.fixture
def call(scope, telecaller):
    return live_call(make_lead(assigned_to=telecaller, name="Kavita Rao"), telecaller)


@pytest.fixture
def posts(call):
    """A merged post that was sent again, a late one, one out of order, and one that nobody knows."""
    keep(call, "in-progress", after=9, key="twice")
    keep(call, "in-progress", after=9, key="twice")
    keep(call, "ringing", after=5, late=6)
    keep(call, "parked", after=20)
    keep(call, "completed", after=40, late=200)
    inbox.decide([call.pk])
    return {kept.payload["status"]: kept for kept in CallEvent.objects.all()}


def test_each_post_says_what_it_was_taken_as(posts):
    assert {status: kept.verdict for status, kept in posts.items()} == {
        "in-progress": Verdict.MERGED,
        "ringing": Verdict.OUT_OF_ORDER,
        "parked": Verdict.UNKNOWN_STATUS,
        "completed": Verdict.LATE,
    }


def test_events_of_a_call_that_we_began_ask_nothing_about_what_came_in(call, django_assert_max_num_queries):
    keep(call, "ringing")

    with django_assert_max_num_queries(30) as asked:
        inbox.decide([call.pk])

    assert not [one["sql"] for one in asked.captured_queries if "dialer_incoming" in one["sql"]]


def test_the_answer_to_our_own_question_is_neither_late_nor_sent_again(call):
    event = ProviderEvent(Leg.CUSTOMER, "completed", call.started_at, "c-1", duration=3)
    for _ in range(2):
        inbox.answer_of(call, Leg.CUSTOMER, event)
    CallEvent.objects.update(received_at=call.started_at + dt.timedelta(minutes=9))
    inbox.decide([call.pk])

    answer = CallEvent.objects.get()
    assert (answer.verdict, answer.copies, answer.copies_too_many) == (Verdict.MERGED, 2, 0)
    assert not CallEvent.objects.posted_twice().exists()


def test_a_day_is_counted_behind_the_page(scope, posts):
    row = InboxDay.objects.get()

    again = count(scope, row.pk)

    row.refresh_from_db()
    assert [getattr(row, name) for name in InboxDay.COUNTED] == [4, 1, 1, 1, 1, 0]
    assert again is not None


def test_a_day_that_is_long_over_stands(scope):
    row = InboxDay.objects.create(provider="simulator", day=timezone.localdate() - dt.timedelta(days=2))

    assert count(scope, row.pk) is None
    assert count(scope, uuid.uuid4()) is None


def test_the_counting_is_owed_once_for_a_burst(call, django_capture_on_commit_callbacks):
    for second in range(3):
        keep(call, "ringing", after=second)
        with django_capture_on_commit_callbacks(execute=True):
            inbox.decide([call.pk])

    assert DueTask.objects.get(task=COUNT).version == 1


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("", ["completed", "parked", "ringing", "in-progress"]),
        ("verdict=late", ["completed"]),
        ("verdict=out_of_order", ["ringing"]),
        ("verdict=unknown_status", ["parked"]),
        ("verdict=again", ["in-progress"]),
        ("provider=twilio", []),
        ("day=2020-01-01", []),
        (
            "day=nonsense&verdict=nonsense&call=nonsense&provider=nonsense",
            ["completed", "parked", "ringing", "in-progress"],
        ),
    ],
)
def test_the_posts_of_a_day_are_narrowed(client_of, manager, posts, query, statuses):
    CallEvent.objects.update(received_at=timezone.now())
    page = client_of(manager).get(f"{URL}?{query}").context["page"]

    assert sorted(post.payload["status"] for post in page.rows) == sorted(statuses)


def test_the_posts_of_one_call_are_those_of_any_day(client_of, manager, call, posts):
    CallEvent.objects.update(received_at=timezone.now() - dt.timedelta(days=40))

    response = client_of(manager).get(f"{URL}?call={call.pk}")

    assert len(response.context["page"].rows) == 4
    assert "Kavita Rao" in response.content.decode()


def test_every_figure_leads_to_as_many_posts(client_of, admin, scope, posts):
    CallEvent.objects.update(received_at=timezone.now())
    count(scope, InboxDay.objects.get(day=timezone.localdate()).pk)
    client = client_of(admin)
    page = BeautifulSoup(client.get(URL).content, "html.parser")

    links = {link["href"]: int(link.text) for link in page.select("section[aria-labelledby=days] td a")}

    assert {href: len(client.get(href).context["page"].rows) for href in links} == links
    assert sorted(links.values()) == [0, 1, 1, 1, 1, 4]


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_asks_the_same_for_any_number_of_posts(
    client_of, admin, scope, telecaller, colleague, many, django_assert_num_queries
):
    for _ in range(many):
        lead = make_lead(assigned_to=telecaller)
        call = make_call(lead, telecaller)
        keep(call, "completed", at=timezone.now())
        inbox.decide([call.pk])
    for row in InboxDay.objects.all():
        count(scope, row.pk)
    client = client_of(admin)
    client.get(URL)

    with django_assert_num_queries(17):
        client.get(URL)


def test_the_fragment_is_the_same_region_of_the_page(client_of, manager, posts):
    CallEvent.objects.update(received_at=timezone.now())
    client = client_of(manager)
    page = BeautifulSoup(client.get(URL).content, "html.parser")
    fragment = BeautifulSoup(client.get(URL, headers={"HX-Request": "true"}).content, "html.parser")

    assert fragment.select_one("#rows") == page.select_one("#rows")


def test_a_telecaller_does_not_see_the_inbox(client_of, telecaller, posts):
    assert client_of(telecaller).get(URL).status_code == 403
    assert client_of(telecaller).get(posts["parked"].get_absolute_url()).status_code == 403


def test_a_manager_of_another_team_sees_neither_post_nor_figures(client_of, manager, colleague, call, posts):
    team = Team.objects.create(name="Night")
    TeamMembership.objects.create(team=team, member=manager, is_lead=True)
    TeamMembership.objects.create(team=team, member=colleague)
    CallEvent.objects.update(received_at=timezone.now())
    keep(Call(pk=uuid.uuid4(), organisation=call.organisation, started_at=timezone.now()), "ringing")
    client = client_of(manager)

    response = client.get(URL)

    assert (list(response.context["page"].rows), response.context["days"]) == ([], [])
    assert client.get(posts["parked"].get_absolute_url()).status_code == 404


def test_an_unknown_value_is_shown_as_it_came_and_escaped(client_of, manager, call):
    kept = keep(call, "<b>parked</b>")
    inbox.decide([call.pk])

    shown = client_of(manager).get(kept.get_absolute_url()).content.decode()

    assert "&lt;b&gt;parked&lt;/b&gt;" in shown
    assert "<b>parked" not in shown


# What comes through the web


def send(call, form, *, secret=None, stamp=None):
    body = urlencode(form).encode()
    stamp = stamp or str(int(timezone.now().timestamp()))
    secret = secret or TelephonyAccount.objects.get(provider="simulator").credentials["secret"]
    address = line.address("status", "simulator", call.organisation_id, call.pk, Leg.CUSTOMER)
    return Client().post(
        address[address.index("/hooks/") :],
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Jini-Timestamp": stamp, "X-Jini-Signature": simulator.signature(secret, stamp, body)},
    )


def test_a_forged_post_and_a_stale_one_leave_nothing(call):
    form = {"status": "completed", "at": timezone.now().isoformat()}
    long_ago = str(int(timezone.now().timestamp()) - 3600)

    assert send(call, form, secret="guessed").status_code == 403
    assert send(call, form, stamp=long_ago).status_code == 403
    assert not CallEvent.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"status": "completed"},
        {"status": "completed", "at": "2026-11-"},
        {"status": "completed", "at": "2026-13-45T00:00:00+00:00"},
        {"status": "completed", "at": "2026-11-26T10:00:00"},
        {"status": "completed", "at": "0001-01-01T00:00:00+05:30", "duration": "9" * 5000},
        {"status": "completed", "at": "9999-12-31T23:59:59-12:00", "duration": "-3", "sequence": "9" * 5000},
        {"status": "com\0pleted" * 100, "leg_id": "x" * 900, "at": "\0"},
    ],
    ids=["empty", "no time", "cut off", "no such day", "no zone", "first day", "last day", "zero bytes"],
)
def test_a_truncated_post_is_kept_decided_on_and_shown(client_of, manager, call, form):
    assert send(call, form).status_code == 204
    inbox.decide([call.pk])

    kept = CallEvent.objects.get()
    assert kept.verdict in {Verdict.MERGED, Verdict.LATE, Verdict.UNKNOWN_STATUS}
    assert (kept.verdict == Verdict.UNKNOWN_STATUS) == (form.get("status") != "completed")
    assert client_of(manager).get(URL).status_code == 200
    assert client_of(manager).get(kept.get_absolute_url()).status_code == 200


def test_the_clock_of_a_post_is_believed_within_reason():
    now = timezone.now()

    assert moment_of(None, now) == now
    assert moment_of(now - dt.timedelta(days=6), now) == now - dt.timedelta(days=6)
    assert moment_of(now + dt.timedelta(days=8), now) == now
    assert moment_of(now.replace(tzinfo=None), now) == now.replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "number"), [("", None), ("-1", None), ("60", 60), ("86400", 86400), ("86401", None), ("9" * 5000, None)]
)
def test_a_number_in_a_post_is_read_within_reason(text, number):
    assert number_in(text, 86400) == number


def test_the_inbox_of_another_organisation_is_not_seen(client_of, outsider, posts, call):
    client = client_of(outsider)

    assert client.get(posts["parked"].get_absolute_url()).status_code == 404
    assert list(client.get(f"{URL}?call={call.pk}").context["page"].rows) == []


def test_a_menu_and_the_call_lead_to_the_inbox(client_of, admin, call, posts):
    assert reverse("dialer:inbox") in client_of(admin).get(reverse("accounts:settings")).content.decode()
    assert f"{URL}?call={call.pk}" in client_of(admin).get(call.get_absolute_url()).content.decode()
    with acting_for(call.organisation):
        assert Call.objects.count() == 1
