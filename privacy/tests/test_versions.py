"""New versions of documents: announced in time, kept for ever, and made from the program where they are tables."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions import reminding
from accounts.models import DueTask, Notification
from accounts.tenancy import acting_for
from jini.lib import processors
from jini.lib.processors import Processor
from privacy import policies
from privacy.actions.announcing import announce
from privacy.models import Acceptance, Policy
from privacy.models.policy import NOTICE

DAY = dt.timedelta(days=1)


@pytest.fixture
def accepted(owner) -> Acceptance:
    """The owner accepted the first version."""
    policy = Policy.objects.get(kind="privacy", version=1, language="en")
    return Acceptance.objects.create(user=owner.user, policy=policy, sha256=policy.sha256, wording="I accept it.")


def published(kind: str = "privacy", version: int = 2) -> Policy:
    return Policy.objects.get(kind=kind, version=version, language="en")


def again(monkeypatch, effective_on: dt.date) -> Policy:
    """Publish version 2 of the privacy policy as if it were new and planned for that day."""
    Policy.objects.filter(kind="privacy", version=2).delete()
    version = policies.Version("privacy", 2, effective_on, is_material=True)
    monkeypatch.setattr(policies, "VERSIONS", (version,))
    policies.publish()
    return published()


def test_a_material_version_is_announced_thirty_days_ahead_by_the_database():
    assert NOTICE == 30 * DAY


def test_the_database_refuses_a_material_version_without_notice(db):
    now = timezone.now()
    fields = {"is_material": True, "published_at": now, "effective_from": now + 30 * DAY - dt.timedelta(seconds=1)}

    with pytest.raises(IntegrityError, match="policy_material_is_announced"), transaction.atomic():
        policies.store("terms", 9, "en", "<p>New.</p>", **fields)

    fields["effective_from"] = now + 30 * DAY
    assert policies.store("terms", 9, "en", "<p>New.</p>", **fields).is_material


def test_where_the_program_comes_late_people_still_get_their_thirty_days(accepted, monkeypatch):
    policy = again(monkeypatch, timezone.localdate() + 3 * DAY)

    assert policy.is_material
    assert policy.effective_from >= timezone.now() + NOTICE


def test_where_nobody_accepted_anything_there_is_nobody_to_ask(db, monkeypatch):
    policy = again(monkeypatch, timezone.localdate() + 3 * DAY)

    assert not policy.is_material
    assert policies.in_force("privacy", "en") == policy


def test_a_version_planned_in_time_keeps_its_day(accepted, monkeypatch):
    policy = again(monkeypatch, timezone.localdate() + 40 * DAY)

    assert (policy.is_material, policy.effective_on) == (True, timezone.localdate() + 40 * DAY)


def test_texts_of_the_installation_stop_those_of_the_program(db, monkeypatch):
    policies.store("privacy", 3, "en", "<p>Ours.</p>", effective_from=timezone.now())
    monkeypatch.setattr(policies, "VERSIONS", (policies.Version("privacy", 9, dt.date(2027, 1, 1)),))

    policies.publish()

    assert not Policy.objects.filter(kind="privacy", version=9).exists()


def test_a_table_that_reads_otherwise_becomes_a_new_version(db, monkeypatch):
    firm = Processor("Mailer of Mumbai", "carries e-mail", "addresses", "India")
    monkeypatch.setattr(processors, "_possible", [lambda: [firm]])

    policies.publish()

    *_earlier, first, second = Policy.objects.filter(kind="processors", language="en").order_by("version")
    assert "Mailer of Mumbai" in second.body
    assert "Mailer of Mumbai" not in first.body
    assert policies.in_force("processors", "hi").version == second.version == first.version + 1


def test_the_tables_are_made_from_the_program(db):
    body = policies.in_force("data", "en").body
    assert "Names and contact details" in body
    assert "90 days after it was written" in body
    assert "sessionid" in policies.in_force("cookies", "hi").body
    assert "Twilio" in policies.in_force("processors", "en").body


def test_publishing_owes_every_organisation_the_news(organisation, rival, accepted, monkeypatch):
    again(monkeypatch, timezone.localdate() + 40 * DAY)

    owed = DueTask.objects.filter(task="privacy.announce")
    assert {task.organisation_id for task in owed} >= {organisation.pk, rival.pk}


def test_everybody_is_told_once_and_a_material_change_goes_by_mail(organisation, telecaller, manager, owner, rival):
    Policy.objects.update(published_at=timezone.now())

    announce(organisation, organisation.pk)
    announce(organisation, organisation.pk)

    with acting_for(organisation):
        told = list(Notification.objects.filter(member=telecaller).order_by("details__kind"))
        assert [(one.kind, one.details["kind"]) for one in told] == [
            ("policy.to_accept", "privacy"),
            ("policy.to_accept", "terms"),
        ]
        assert Notification.objects.count() == 6
        # It is sent whatever the person chose for reminders.
        owed = DueTask.objects.filter(task="accounts.mail_notification", organisation=organisation)
        assert owed.count() == 6
    with acting_for(rival):
        assert not Notification.objects.exists()

    reminding.mail(organisation, told[0].pk)

    assert "Privacy policy: a new version holds from" in mail.outbox[0].body
    assert "/privacy/privacy/2/?since=1" in mail.outbox[0].body
    assert "remind" not in mail.outbox[0].body


def test_a_change_of_a_table_is_told_to_admins_and_owners_without_mail(
    organisation, telecaller, admin, owner, monkeypatch
):
    Policy.objects.update(published_at=timezone.now() - 90 * DAY, is_material=False)
    policies.store("cookies", 99, "en", "<p>New.</p>", effective_from=timezone.now())

    announce(organisation, organisation.pk)

    with acting_for(organisation):
        assert {notice.member_id for notice in Notification.objects.all()} == {admin.pk, owner.pk}
    assert not DueTask.objects.filter(task="accounts.mail_notification").exists()


def test_who_came_later_joined_with_both_texts_before_their_eyes(organisation, telecaller):
    Policy.objects.update(published_at=telecaller.created_at - DAY)

    announce(organisation, organisation.pk)

    with acting_for(organisation):
        assert not Notification.objects.filter(member=telecaller).exists()


def test_the_notice_reads_in_words(client_of, organisation, telecaller):
    Policy.objects.update(published_at=timezone.now())
    announce(organisation, organisation.pk)

    page = client_of(telecaller).get("/notifications/").content.decode()

    assert "Privacy policy: a new version holds from Fri 1 Jan 2027. You will be asked to accept it." in page


@pytest.mark.parametrize(("day", "version"), [(-1, None), (0, 1), (60, 1), (61, 2)])
def test_what_held_on_a_day(db, day, version):
    found = policies.held_on("privacy", dt.date(2026, 11, 1) + day * DAY, "hi")

    assert (found.version if found else None) == version
    assert found is None or found.language == "hi"
