"""What belongs to no organisation goes by its period, too: a run a day, a brake, and the oldest that is left as proof."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Organisation, SignInLink, User
from accounts.permissions import Role
from accounts.tests.factories import make_member, make_organisation
from jini.lib.retention import purge_of
from jini.lib.shared_purging import TAKEN_BY
from privacy.actions import shared_purging
from privacy.actions.shared_purging import purge_some
from privacy.models import AccountDeletion, Choice, SharedRun

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def night(monkeypatch):
    """Have it be past two o'clock."""
    monkeypatch.setattr(shared_purging, "AT", dt.time(0))


def purge():
    while purge_some():
        pass


def test_what_is_older_than_its_period_goes_and_nothing_else(telecaller):
    user, now = telecaller.user, timezone.now()
    address = EmailAddress.objects.filter(user=user).first() or EmailAddress.objects.create(user=user, email=user.email)
    for number, sign in enumerate((-1, 1)):
        hour = sign * dt.timedelta(hours=1)
        Session.objects.create(session_key=f"key-{number}", session_data="x", expire_date=now + hour)
        SignInLink.objects.create(user=user, token_digest=str(number), expires_at=now - 30 * DAY + hour)
        EmailConfirmation.objects.create(email_address=address, key=str(number), created=now - 30 * DAY + hour)
        LogEntry.objects.create(user=user, action_flag=1, object_repr="x", action_time=now - 400 * DAY + hour)
        AccountDeletion.objects.create(
            user=user, state="undone", due_at=now, next_at=now, ended_at=now - 3 * 365 * DAY + hour
        )
    cache.set("young", 1, timeout=3600)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO jini_cache VALUES ('old', 'x', %s)", [now - DAY])

    purge()

    for model in (Session, SignInLink, EmailConfirmation, LogEntry, AccountDeletion):
        assert model.objects.count() == 1, model
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jini_cache WHERE cache_key = 'old'")
        assert cursor.fetchone() == (0,)
    assert cache.get("young") == 1
    run = SharedRun.objects.get(rule="security")
    assert (run.state, run.total, run.due, run.removed) == ("done", 2, 1, 1)
    assert run.oldest == LogEntry.objects.get().action_time
    assert not purge_some()


@pytest.fixture
def sign_up(db):
    """Somebody who signed up so many days ago and never opened the mail."""

    def signed_up(days, *, verified=False):
        organisation = make_organisation(f"Firm {days}")
        Organisation.objects.filter(pk=organisation.pk).update(phone="+912212345678", city="Pune")
        member = organisation.memberships.select_related("user").get()
        EmailAddress.objects.update_or_create(
            user=member.user, defaults={"email": member.user.email, "verified": verified}
        )
        User.objects.filter(pk=member.user_id).update(date_joined=timezone.now() - days * DAY, last_login=None)
        return member

    return signed_up


def test_a_sign_up_that_nobody_confirmed_is_forgotten_after_thirty_days(sign_up):
    old, young, confirmed = sign_up(31), sign_up(29), sign_up(32, verified=True)

    purge()

    left = set(User.objects.filter(erased_at=None).values_list("pk", flat=True))
    assert left == {young.user_id, confirmed.user_id}
    organisation = Organisation.objects.get(pk=old.organisation_id)
    assert (organisation.name, organisation.phone, organisation.city, organisation.state) == ("-", "", "", "suspended")
    assert Organisation.objects.get(pk=young.organisation_id).city == "Pune"
    assert not EmailAddress.objects.filter(email=old.user.email).exists()


def test_proofs_about_an_erased_person_go_after_three_years_and_those_of_others_stay(organisation):
    people = [make_member(organisation, Role.TELECALLER, first_name=name).user for name in ("Asha", "Bina", "Chitra")]
    for user in people:
        Choice.objects.create(user=user, purpose="marketing", state="given", wording="Yes", language="en", place="page")
    for user, years in zip(people, (3.01, 2.99, None), strict=True):
        if years:
            shared = {"first_name": "", "last_name": "", "phone": "", "is_active": False, "last_login": None}
            User.objects.filter(pk=user.pk).update(
                email=f"gone.{user.pk.hex}@former.invalid",
                password="!",
                erased_at=timezone.now() - years * 365 * DAY,
                **shared,
            )

    purge()

    assert set(Choice.objects.values_list("user", flat=True)) == {people[1].pk, people[2].pk}


def test_too_much_at_once_waits_for_the_operator(telecaller, capsys):
    long_ago = timezone.now() - 401 * DAY
    rows = [LogEntry(user=telecaller.user, action_flag=1, object_repr="x", action_time=long_ago) for _ in range(101)]
    LogEntry.objects.bulk_create(rows)

    purge()

    assert SharedRun.objects.get(rule="security").state == "stopped"
    assert LogEntry.objects.count() == 101
    with pytest.raises(CommandError, match="sessions"):
        call_command("purge_shared", confirm="sessions")
    call_command("purge_shared", confirm="security")
    purge()
    call_command("purge_shared")
    assert LogEntry.objects.count() == 0
    assert "101 gone" in capsys.readouterr().out


def test_a_step_that_is_undone_is_taken_again(telecaller, monkeypatch):
    monkeypatch.setattr("jini.lib.shared_purging.MOST", 2)
    for number in range(5):
        Session.objects.create(session_key=str(number), session_data="x", expire_date=timezone.now() - DAY)
    Session.objects.bulk_create(
        Session(session_key=f"young-{number}", session_data="x", expire_date=timezone.now() + DAY)
        for number in range(9)
    )

    purge()

    assert Session.objects.count() == 9
    assert SharedRun.objects.get(rule="sessions").removed == 5


def test_it_is_done_at_night_and_pages_say_so(db, monkeypatch):
    monkeypatch.setattr(shared_purging, "AT", dt.time(23, 59, 59, 999999))
    with timezone.override(ZoneInfo("Asia/Kolkata")):
        assert not purge_some()
    assert not SharedRun.objects.exists()
    assert {purge_of(rule) for rule in ("sessions", "limits", "account")} == {TAKEN_BY}
    assert purge_of("acceptances") is None
