"""How a member is reminded: the ways they chose, each once."""

import pytest
from django.core import mail as outbox
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import notices
from accounts.actions.notifying import unseen_count
from accounts.actions.reminding import MAIL, choice_of, mail, remind, save_choice
from accounts.models import DueTask, Notification, ReminderChoice
from accounts.tenancy import acting_for
from jini.lib.work import handler_of

PAGE = reverse("accounts:reminder_choice")


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr(notices, "_kinds", {})
    notices.register("test.due", lambda _member, details: ["Call\nthem now"] * len(details))


def choose(member, **fields):
    choice = choice_of(member)
    for name, value in fields.items():
        setattr(choice, name, value)
    return save_choice(choice, by=member)


def reminded(member, once="1"):
    return remind(member, "test.due", url="/follow-ups/", details={}, once=once)


def test_at_first_the_bell_ten_minutes_before(scope, telecaller):
    choice = choice_of(telecaller)

    assert (choice.by_bell, choice.by_mail, choice.minutes_before) == (True, False, 10)
    assert reminded(telecaller) is not None
    assert reminded(telecaller) is None
    assert unseen_count(telecaller) == 1
    assert not DueTask.objects.filter(task=MAIL).exists()


def test_the_page_shows_and_keeps_the_choice(client_of, scope, telecaller, colleague):
    client = client_of(telecaller)
    assert client.get(PAGE).status_code == 200

    answer = client.post(PAGE, {"minutes_before": "30", "by_mail": "on"})

    assert answer.url == PAGE
    kept = ReminderChoice.objects.get()
    assert (kept.member, kept.by_bell, kept.by_mail, kept.minutes_before) == (telecaller, False, True, 30)
    client.post(PAGE, {"minutes_before": "0", "by_bell": "on"})
    assert ReminderChoice.objects.get().minutes_before == 0
    assert choice_of(colleague).minutes_before == 10


@pytest.mark.parametrize("minutes", ["", "7", "-5", "ten"])
def test_a_time_that_is_not_offered_is_refused(client_of, scope, telecaller, minutes):
    assert client_of(telecaller).post(PAGE, {"minutes_before": minutes}).status_code == 422
    assert not ReminderChoice.objects.exists()


def test_the_database_refuses_other_minutes_and_a_second_row(scope, telecaller):
    choose(telecaller)
    with pytest.raises(IntegrityError, match="reminder_choice_once"), transaction.atomic():
        ReminderChoice.objects.create(member=telecaller)
    with pytest.raises(IntegrityError, match="reminder_choice_minutes"), transaction.atomic():
        ReminderChoice.objects.update(minutes_before=7)


def test_without_any_way_nothing_is_written(scope, telecaller):
    choose(telecaller, by_bell=False)

    assert reminded(telecaller) is None
    assert not Notification.objects.exists()


def test_by_e_mail_once_and_not_under_the_bell(organisation, telecaller, settings):
    with acting_for(organisation):
        choose(telecaller, by_bell=False, by_mail=True)
        notice = reminded(telecaller)
        assert unseen_count(telecaller) == 0
    assert DueTask.objects.get(task=MAIL).subject_id == notice.pk

    for _again in range(2):
        assert handler_of(MAIL).run(organisation, notice.pk) is None

    (message,) = outbox.outbox
    assert message.to == [telecaller.user.email]
    assert message.subject == "Call them now"
    assert f"{settings.PUBLIC_URL}/follow-ups/" in message.body
    assert settings.PUBLIC_URL + PAGE in message.body


def test_a_server_that_does_not_answer_is_asked_again(organisation, telecaller, monkeypatch):
    with acting_for(organisation):
        choose(telecaller, by_mail=True)
        notice = reminded(telecaller)

    class Deaf:
        def open(self):
            raise ConnectionRefusedError

    monkeypatch.setattr("accounts.actions.reminding.get_connection", Deaf)
    with pytest.raises(ConnectionRefusedError):
        mail(organisation, notice.pk)
    monkeypatch.undo()
    mail(organisation, notice.pk)

    assert len(outbox.outbox) == 1


def test_what_was_taken_by_a_worker_that_died_is_not_sent_again(organisation, telecaller):
    with acting_for(organisation):
        choose(telecaller, by_mail=True)
        notice = reminded(telecaller)
        Notification.objects.update(mailed_at=timezone.now())

    mail(organisation, notice.pk)

    assert outbox.outbox == []


def test_who_has_left_meanwhile_gets_no_message(organisation, telecaller):
    with acting_for(organisation):
        choose(telecaller, by_mail=True)
        notice = reminded(telecaller)
    telecaller.deactivated_at = timezone.now()
    telecaller.save()

    mail(organisation, notice.pk)

    assert outbox.outbox == []
