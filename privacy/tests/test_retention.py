"""The periods of an organisation: what an admin may change, what is refused and why."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from jini.lib.retention import SCHEDULE
from privacy.actions.retention import NotAllowed, set_period
from privacy.models import RetentionRule, RetentionRun
from privacy.retention import bounds, changeable, schedule_here, why_not

PAGE = "/settings/retention/"


def test_an_admin_shortens_a_period(client_of, admin, scope):
    response = client_of(admin).post(PAGE, {"rule": "notices", "days": "30"})

    assert response.status_code == 302
    assert schedule_here()["notices"].days == 30
    assert AuditEntry.objects.get(verb="retention.changed").details["before"] == 90
    client_of(admin).post(PAGE, {"rule": "notices", "days": "31"})
    assert RetentionRule.objects.get().days == 31


@pytest.mark.parametrize(
    ("rule", "days", "says"),
    [
        ("calls", "10", "Shorter than allowed: at least 90 days"),
        ("calls", "2000", "Longer than allowed: at most 1095 days"),
        ("security", "100", "Shorter than allowed: at least 365 days. DPDP Rules 2025, rule 6(1)(e)"),
        ("notices", "", "This field is required"),
        ("notices", "0", "greater than or equal to 1"),
    ],
)
def test_a_period_outside_of_its_bounds_is_refused_with_the_reason(client_of, admin, scope, rule, days, says):
    response = client_of(admin).post(PAGE, {"rule": rule, "days": days})

    assert response.status_code == 422
    assert says in response.content.decode()
    assert not RetentionRule.objects.exists()


def test_recordings_are_not_kept_longer_than_their_calls(scope):
    here = dict(SCHEDULE) | {"recordings": replace(SCHEDULE["recordings"], days=200)}

    assert "“Recordings” would be kept longer than “Logs of calls and messages”" in why_not("calls", 199, here)
    assert why_not("calls", 200, here) == ""
    here["calls"] = replace(SCHEDULE["calls"], days=200)
    assert "would be kept longer" in why_not("recordings", 201, here)
    assert why_not("recordings", 200, here) == ""
    # What was set before this was refused stands in the way of nothing else.
    here["recordings"] = replace(SCHEDULE["recordings"], days=300)
    assert why_not("imports", 20, here) == ""


def test_use_kept_longer_than_personal_records_is_refused(scope):
    here = dict(SCHEDULE) | {"usage": replace(SCHEDULE["usage"], days=60, most=1000)}

    assert "the policy promises the opposite" in why_not("usage", 400, here)
    assert why_not("usage", 80, here) == ""
    # The other way round: personal records that would go before the records of use.
    assert "the policy promises the opposite" in why_not("content", 30, here)


def test_nobody_changes_a_rule_without_bounds(client_of, admin, scope):
    assert client_of(admin).post(PAGE, {"rule": "documents", "days": "5"}).status_code == 404
    with pytest.raises(KeyError):
        set_period("documents", 5, by=admin)
    assert "documents" not in changeable()


def test_every_changeable_period_is_within_its_own_bounds():
    for rule in changeable().values():
        least, most = bounds(rule)
        assert least <= rule.days <= most


def test_the_verb_refuses_what_the_form_lets_through(scope, admin):
    with pytest.raises(NotAllowed, match="at least 90 days"):
        set_period("calls", 89, by=admin)


def test_the_page_counts_what_would_go(client_of, admin):
    assert "0 records would go now" in client_of(admin).get(PAGE, {"count": ""}).content.decode()


def test_the_page_asks_as_often_for_many_runs_as_for_one(client_of, admin, organisation, django_assert_num_queries):
    client = client_of(admin)
    client.get(PAGE)
    with django_assert_num_queries(15):
        client.get(PAGE)


def test_the_database_keeps_one_rule_and_one_run_a_day(scope, admin):
    RetentionRule.objects.create(rule="calls", days=100, changed_by=admin)
    with pytest.raises(IntegrityError, match="retention_rule_once"), transaction.atomic():
        RetentionRule.objects.create(rule="calls", days=100, changed_by=admin)
    with pytest.raises(IntegrityError, match="retention_rule_of_a_day"), transaction.atomic():
        RetentionRule.objects.create(rule="posts", days=0, changed_by=admin)
    fields = {"rule": "calls", "day": "2026-01-01", "cutoff": "2026-01-01T00:00Z", "total": 0, "due": 0}
    RetentionRun.objects.create(**fields)
    for wrong, name in (({}, "once_a_day"), ({"state": "done", "day": "2026-01-02"}, "done_ended")):
        with pytest.raises(IntegrityError, match=f"retention_run_{name}"), transaction.atomic():
            RetentionRun.objects.create(**(fields | wrong))
    with pytest.raises(IntegrityError, match="retention_run_confirmed_at_and_by"), transaction.atomic():
        RetentionRun.objects.update(confirmed_by=admin)


def test_others_confirm_nothing(client_of, manager, outsider, organisation):
    with acting_for(organisation):
        run = RetentionRun.objects.create(
            rule="calls", day="2026-01-01", cutoff="2026-01-01T00:00Z", total=9, due=9, state="stopped"
        )
    address = reverse("privacy:retention_confirmation", args=[run.pk])

    assert client_of(manager).post(address).status_code == 403
    assert client_of(outsider).post(address).status_code == 404
    assert client_of(outsider).get(address).status_code == 405
