"""What is written once: the database itself refuses changes, and has one way for the schedule and for an erasure."""

import datetime as dt

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.forgetting import strip_account
from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from jini.lib.purging import owners_function
from privacy.actions.purging import purge_some
from privacy.models import Acceptance, Choice, Policy

DAY = dt.timedelta(days=1)


@pytest.fixture
def proof(telecaller):
    policy = Policy.objects.filter(kind="terms").first()
    return Acceptance.objects.create(
        user=telecaller.user, policy=policy, sha256="x", wording="I accept.", ip_address="203.0.113.9", user_agent="Fox"
    )


@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["privacy_acceptance", "privacy_choice", "accounts_auditentry"])
def test_the_database_refuses_to_change_it(scope, proof, table, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.fixture
def choice(telecaller):
    made = {"wording": "Yes.", "language": "en", "place": "page", "ip_address": "203.0.113.9", "user_agent": "Fox"}
    return Choice.objects.create(user=telecaller.user, purpose="push", state="given", **made)


def blank(user):
    with connection.cursor() as cursor:
        cursor.execute("SELECT privacy_blank_acceptances(%s)", [user.pk])


def test_address_and_browser_go_with_the_person_and_not_before(telecaller, colleague, proof, choice):
    other = Choice.objects.create(user=colleague.user, purpose="push", state="given", user_agent="Fox")
    blank(telecaller.user)
    for row in (proof, choice):
        row.refresh_from_db()
        assert row.user_agent == "Fox"

    strip_account(telecaller.user_id)
    blank(telecaller.user)

    for row in (proof, choice, other):
        row.refresh_from_db()
    assert (proof.ip_address, proof.user_agent, proof.sha256) == (None, "", "x")
    assert (choice.ip_address, choice.user_agent, choice.wording) == (None, "", "Yes.")
    assert other.user_agent == "Fox"


@pytest.mark.parametrize("kind", ["acceptances", "choices"])
def test_a_proof_goes_by_its_function_only_when_its_time_is_over(telecaller, proof, choice, kind):
    row, purge = {"acceptances": proof, "choices": choice}[kind], owners_function(f"privacy_purge_{kind}")
    assert purge([row.pk]) == 0
    strip_account(telecaller.user_id)
    assert purge([row.pk]) == 0
    type(telecaller.user).objects.filter(pk=telecaller.user_id).update(erased_at=timezone.now() - 366 * DAY)
    assert purge([row.pk]) == 1


def test_the_audit_log_is_purged_after_its_period_and_the_night_goes_on(organisation, rival, owner, monkeypatch):
    monkeypatch.setattr(AuditEntry._meta.get_field("at"), "auto_now_add", False)
    ages = {"old.said": 401, "young.said": 399}
    with acting_for(organisation):
        for verb, days in ages.items():
            AuditEntry.objects.create(verb=verb, at=timezone.now() - days * DAY)
    monkeypatch.setattr(AuditEntry._meta.get_field("at"), "auto_now_add", True)

    while purge_some(organisation):
        pass

    with acting_for(organisation):
        verbs = set(AuditEntry.objects.values_list("verb", flat=True))
        assert ("old.said" in verbs, "young.said" in verbs, "retention.purged" in verbs) == (False, True, True)


def test_the_function_of_the_audit_log_takes_nothing_young_and_nothing_of_others(organisation, rival, monkeypatch):
    purge = owners_function("accounts_purge_audit")
    with acting_for(rival):
        monkeypatch.setattr(AuditEntry._meta.get_field("at"), "auto_now_add", False)
        old = AuditEntry.objects.create(verb="old.said", at=timezone.now() - 401 * DAY)
        monkeypatch.setattr(AuditEntry._meta.get_field("at"), "auto_now_add", True)
    with acting_for(organisation):
        young = audit.record("young.said", by=None)
        assert purge([young.pk, old.pk]) == 0
    with acting_for(rival):
        assert purge([old.pk]) == 1
