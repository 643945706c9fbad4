"""Usage: nothing before the choice, nothing after its end, nothing but what is said; and each visit once."""

import datetime as dt
import json
import uuid

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.actions.forgetting import shut_account
from accounts.models import Membership
from accounts.tenancy import acting_for
from privacy.actions.choosing import choose
from privacy.actions.purging import purge_some
from privacy.actions.visiting import NotAllowed, Seen, forget_visits, note_visits
from privacy.models import Choice, LegalHold, PageVisit

URL = "/me/privacy/visits/"
OWN = "/me/privacy/usage/"
CHOICES = "/me/privacy/choices/"
PHONE = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36"
COOKIE = "jini_device"


def allow(member, is_given=True):
    choose(member.user, "usage", is_given=is_given, wording="Yes.", place="page")


def visit(**changes):
    return {"key": str(uuid.uuid4()), "page": "leads:list", "ago": 9_000, "spent": 4_000} | changes


def send(client, *visits, **headers):
    body = json.dumps(list(visits or [visit()]))
    headers = {"user-agent": PHONE} | headers
    return client.post(URL, body, content_type="application/json", headers=headers, REMOTE_ADDR="203.0.113.9")


def kept(member):
    with acting_for(member.organisation):
        return list(PageVisit.objects.of(member))


def test_page_time_length_address_browser_system_and_device_are_kept(client_of, telecaller):
    allow(telecaller)

    answer = send(client_of(telecaller))

    assert answer.status_code == 204
    (row,) = kept(telecaller)
    assert (row.page, row.seconds, row.ip_address) == ("leads:list", 4, "203.0.113.9")
    assert (row.browser, row.system, row.device_type) == ("Chrome 142", "Android 15", "phone")
    assert abs(timezone.now() - dt.timedelta(seconds=9) - row.at) < dt.timedelta(seconds=5)
    cookie = answer.cookies[COOKIE]
    assert cookie.value == str(row.device)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_before_the_choice_nothing_is_kept_or_given(client_of, telecaller):
    client = client_of(telecaller)
    pages = client.get("/leads/").content.decode() + client.get("/today/").content.decode()

    answer = send(client)

    assert answer.status_code == 409
    assert kept(telecaller) == []
    assert "visits.js" not in pages
    assert "data-jini-visit" not in pages
    assert COOKIE not in client.cookies


def test_after_a_withdrawal_nothing_is_accepted_and_what_was_kept_is_gone(client_of, telecaller):
    allow(telecaller)
    client = client_of(telecaller)
    send(client)
    assert "visits.js" in client.get("/leads/").content.decode()

    answer = client.post(CHOICES, {"purpose": "usage", "state": "withdrawn", "place": "page"})

    assert answer.cookies[COOKIE].value == ""
    assert kept(telecaller) == []
    assert send(client).status_code == 409
    assert kept(telecaller) == []
    assert "visits.js" not in client.get("/leads/").content.decode()


def test_another_browser_loses_its_number_at_the_next_page(client_of, telecaller):
    allow(telecaller)
    elsewhere = client_of(telecaller)
    send(elsewhere)
    assert elsewhere.cookies[COOKIE].value

    allow(telecaller, is_given=False)

    assert elsewhere.get("/leads/").cookies[COOKIE].value == ""


@pytest.mark.parametrize("signal", [{"sec-gpc": "1"}, {"dnt": "1"}])
def test_what_the_browser_says_counts_as_no_above_any_yes(client_of, telecaller, signal):
    allow(telecaller)
    client = client_of(telecaller)

    assert send(client, **signal).status_code == 409
    assert kept(telecaller) == []
    assert "data-jini-visit" not in client.get("/leads/", headers=signal).content.decode()
    assert "asks not to be tracked" in client.get(OWN, headers=signal).content.decode()


def test_who_is_not_decided_is_asked_where_they_land_until_they_answer(client_of, telecaller):
    client = client_of(telecaller)
    assert "No thanks" in client.get("/today/").content.decode()
    assert "No thanks" not in client.get("/leads/").content.decode()
    assert "No thanks" not in client.get("/today/", headers={"sec-gpc": "1"}).content.decode()

    sent = {"purpose": "usage", "state": "withdrawn", "place": "bar", "next": "/today/"}
    assert client.post(CHOICES, sent).url == "/today/"

    assert "No thanks" not in client.get("/today/").content.decode()
    assert (Choice.objects.get().state, Choice.objects.get().place) == ("withdrawn", "bar")


def test_what_is_sent_twice_is_kept_once(client_of, telecaller):
    allow(telecaller)
    client, one = client_of(telecaller), visit()

    send(client, one)
    send(client, one, visit())

    assert len(kept(telecaller)) == 2


@pytest.mark.parametrize(
    ("ago", "spent", "seconds"),
    [(9_000, 4_999, 4), (1_000, 60_000, 1), (7_200_000, 7_200_000, 1800), (0, 0, 0)],
)
def test_a_visit_lasted_no_longer_than_it_can_have(client_of, telecaller, ago, spent, seconds):
    allow(telecaller)

    send(client_of(telecaller), visit(ago=ago, spent=spent))

    assert kept(telecaller)[0].seconds == seconds


@pytest.mark.parametrize(
    "forged",
    [
        {"page": "/leads/01a21774-d474-74d5-abfc-57e0dd52311c/"},
        {"page": "leads:list?q=Kavita"},
        {"page": ""},
        {"page": 7},
        {"ago": -1},
        {"ago": 10**9},
        {"spent": -1},
        {"spent": "long"},
        {"key": "1"},
        {"key": None},
    ],
)
def test_one_forged_visit_and_nothing_of_the_post_is_kept(client_of, telecaller, forged):
    allow(telecaller)

    assert send(client_of(telecaller), visit(), visit(**forged)).status_code == 400
    assert kept(telecaller) == []


@pytest.mark.parametrize("body", ["", "{}", "[]", "[1]", "null", '"x"', "[" * 4000, json.dumps([{}] * 21), "\x00"])
def test_what_is_no_list_of_visits_is_refused(client_of, telecaller, body):
    allow(telecaller)

    assert client_of(telecaller).post(URL, body, content_type="application/json").status_code == 400


def test_a_post_that_is_too_long_is_refused_unread(client_of, telecaller):
    allow(telecaller)

    assert client_of(telecaller).post(URL, "x" * 9_000, content_type="application/json").status_code == 413


def test_another_site_cannot_send_for_somebody(telecaller):
    allow(telecaller)
    client = Client(enforce_csrf_checks=True)
    client.force_login(telecaller.user)

    assert send(client).status_code == 403
    assert kept(telecaller) == []


def test_who_sends_too_often_is_told_so(client_of, telecaller):
    cache.clear()
    allow(telecaller)
    client = client_of(telecaller)

    answers = [send(client).status_code for _post in range(31)]

    assert answers == [204] * 30 + [429]
    assert len(kept(telecaller)) == 30


def test_the_page_shows_ones_own_visits_and_nobody_elses(client_of, telecaller, colleague, owner):
    for member in (telecaller, colleague):
        allow(member)
    send(client_of(telecaller), visit(page="dialer:calls"))

    assert "dialer:calls" in client_of(telecaller).get(OWN).content.decode()
    assert "dialer:calls" not in client_of(colleague).get(OWN).content.decode()
    assert "dialer:calls" not in client_of(owner).get(OWN).content.decode()


def test_withdrawing_deletes_in_every_organisation_and_of_nobody_else(telecaller, colleague, rival):
    elsewhere = Membership.objects.create(organisation=rival, user=telecaller.user, role="telecaller")
    for member in (telecaller, colleague):
        allow(member)
    for member in (telecaller, colleague, elsewhere):
        note(member)

    allow(telecaller, is_given=False)

    assert [len(kept(member)) for member in (telecaller, colleague, elsewhere)] == [0, 1, 0]


def note(member, days=0):
    with acting_for(member.organisation):
        seen = [Seen(uuid.uuid4(), "leads:list", dt.timedelta(0), dt.timedelta(0))]
        note_visits(seen, by=member, device=uuid.uuid4(), ip_address=None, user_agent="")
        if days:
            newest = PageVisit.objects.of(member).first()
            PageVisit.objects.filter(pk=newest.pk).update(at=timezone.now() - dt.timedelta(days=days))


def test_a_legal_hold_keeps_visits_in_spite_of_a_withdrawal(organisation, telecaller, admin, scope):
    allow(telecaller)
    note(telecaller)
    LegalHold.objects.create(scope="member", member=telecaller, reason="Case 12", placed_by=admin)

    forget_visits(telecaller.user)

    assert len(kept(telecaller)) == 1


def test_the_action_itself_refuses_without_the_choice(telecaller):
    with pytest.raises(NotAllowed):
        note(telecaller)


def test_once_an_account_is_shut_a_late_visit_is_refused(telecaller):
    allow(telecaller)
    shut_account(type(telecaller.user).objects.get(pk=telecaller.user_id))

    with pytest.raises(NotAllowed):
        note(telecaller)


def test_visits_go_after_ninety_days(organisation, telecaller):
    allow(telecaller)
    note(telecaller, days=90.01)
    note(telecaller, days=89.9)

    while purge_some(organisation):
        pass

    assert len(kept(telecaller)) == 1


def test_the_database_bounds_the_time_and_hides_other_organisations(telecaller, rival):
    allow(telecaller)
    note(telecaller)

    with (
        pytest.raises(IntegrityError, match="page_visit_longest"),
        transaction.atomic(),
        acting_for(telecaller.organisation),
    ):
        PageVisit.objects.update(seconds=1801)
    with acting_for(rival), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM privacy_pagevisit")
        assert cursor.fetchone() == (0,)
