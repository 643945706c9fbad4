"""The bell: what members are told, once, in their own language, and nobody else."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import notices
from accounts.actions.notifying import mark_seen, notify, unseen_count
from accounts.models import Notification
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member

PAGE = reverse("accounts:notifications")


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """A kind whose words ask the database once, however many notices there are."""
    monkeypatch.setattr(notices, "_kinds", {})

    def words(member, details):
        assert Notification.objects.visible_to(member).exists()
        return [f"{_('Saved.')} {one['number']}" for one in details]

    notices.register("test.saved", words, symbol="check")


def say(member, number=1, **fields):
    return notify([member], "test.saved", url="/me/profile/", details={"number": number}, **fields)


def test_who_is_told_reads_it_and_the_bell_counts_it(client_of, scope, telecaller, colleague):
    say(telecaller, 7)

    page = client_of(telecaller).get(PAGE).content.decode()
    assert "Saved. 7" in page
    assert "Notifications, 1 new" in page
    assert "Saved. 7" not in client_of(colleague).get(PAGE).content.decode()
    assert "Notifications, 1 new" not in client_of(colleague).get(PAGE).content.decode()


def test_the_words_are_in_the_language_of_who_reads(client_of, scope, telecaller):
    say(telecaller)
    telecaller.user.language = "hi"
    telecaller.user.save()

    page = client_of(telecaller).get(PAGE).content.decode()

    with translation.override("hi"):
        assert f"{_('Saved.')} 1" in page
    assert "Saved. 1" not in page


def test_of_one_occasion_nobody_is_told_twice(scope, telecaller, colleague):
    assert len(say(telecaller, once="a")) == 1
    new = notify([telecaller, colleague], "test.saved", url="/", details={}, once="a")

    assert [row.member_id for row in new] == [colleague.pk]
    assert Notification.objects.count() == 2
    say(telecaller)
    say(telecaller)
    assert Notification.objects.filter(member=telecaller, once="").count() == 2


def test_the_database_refuses_the_same_occasion(scope, telecaller):
    say(telecaller, once="a")
    with pytest.raises(IntegrityError, match="notification_once"), transaction.atomic():
        Notification.objects.create(member=telecaller, kind="test.saved", url="/", once="a")


def test_who_is_deactivated_is_not_told_and_nobody_is_told_twice_at_once(scope, telecaller, colleague):
    colleague.deactivated_at = timezone.now()

    assert len(notify([telecaller, telecaller, colleague], "test.saved", url="/", details={})) == 1
    assert notify([], "test.saved", url="/", details={}) == []


def test_opening_one_notes_it_and_leads_there(client_of, scope, telecaller, colleague):
    (row,) = say(telecaller)
    address = reverse("accounts:notification", args=[row.pk])

    assert client_of(colleague).post(address).status_code == 404
    assert client_of(telecaller).get(address).status_code == 405
    assert client_of(telecaller).post(address).url == "/me/profile/"
    first = row.reloaded().seen_at
    assert first is not None
    mark_seen(row)
    assert row.reloaded().seen_at == first


def test_all_are_marked_as_read_for_oneself(client_of, scope, telecaller, colleague):
    for member in (telecaller, telecaller, colleague):
        say(member)

    assert client_of(telecaller).get(reverse("accounts:notifications_seen")).status_code == 405
    assert client_of(telecaller).post(reverse("accounts:notifications_seen")).url == PAGE
    assert unseen_count(telecaller) == 0
    assert unseen_count(colleague) == 1
    assert "Mark all as read" not in client_of(telecaller).get(PAGE).content.decode()


def test_the_bell_asks_for_itself_and_does_not_count_beyond_ninety_nine(client_of, scope, telecaller):
    for _each in range(101):
        say(telecaller)

    bell = client_of(telecaller).get(reverse("accounts:notification_count")).content.decode()

    assert bell.count("<a ") == 1
    assert "99+" in bell
    assert f'hx-get="{reverse("accounts:notification_count")}"' in bell


def test_the_page_is_empty_long_and_constant_in_questions(client_of, scope, telecaller):
    assert "No notifications" in client_of(telecaller).get(PAGE).content.decode()
    say(telecaller, 0)
    with CaptureQueriesContext(connection) as before:
        client_of(telecaller).get(PAGE)
    for number in range(1, 56):
        say(telecaller, number)
    with CaptureQueriesContext(connection) as after:
        first = client_of(telecaller).get(PAGE)
    assert len(after) == len(before)
    older = client_of(telecaller).get(first.context["page"].older_url)
    texts = [re.search(r"\d+", told.text)[0] for told in [*first.context["notices"], *older.context["notices"]]]
    assert texts == [str(number) for number in range(55, -1, -1)]


def test_a_kind_that_no_app_knows_is_told_without_words_of_its_own(client_of, scope, telecaller):
    notify([telecaller], "test.forgotten", url="/", details={"number": 1})

    assert "There is news here." in client_of(telecaller).get(PAGE).content.decode()


def test_another_organisation_sees_nothing(rival, scope, telecaller):
    say(telecaller)
    with acting_for(rival):
        assert not Notification.objects.exists()
        with pytest.raises(IntegrityError, match="accounts_notification_member_id_within"), transaction.atomic():
            _tell_across(telecaller)


def _tell_across(member):
    notify([member], "test.saved", url="/", details={})
    connection.check_constraints()


def test_several_people_are_told(scope, telecaller, organisation):
    people = [telecaller, *(make_member(organisation) for _each in range(3))]

    assert {row.member_id for row in notify(people, "test.saved", url="/", details={})} == {row.pk for row in people}
