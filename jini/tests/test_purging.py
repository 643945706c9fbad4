"""Deleting what is kept no longer: nothing early, nothing late, nothing held; in steps, and not too much in a night."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.actions.notifying import notify
from accounts.models import AuditEntry, DueTask, Notification
from accounts.tasks import run_due
from accounts.tenancy import acting_for
from dialer.models import Call, CallEvent, IncomingCall
from dialer.tests.factories import make_call
from dialer.tests.recordings import make_message, make_recording
from jini.lib.purging import purged_rules, purges_of
from jini.lib.work import handler_of
from leads.tests.factories import make_lead
from privacy.actions import purging
from privacy.actions.holding import Kept, lift_hold, place_hold
from privacy.actions.purging import PURGE, confirm, purge_some
from privacy.actions.retention import set_period
from privacy.models import RetentionRun
from privacy.retention import purged_before
from reports.actions.rollups import rebuild
from reports.actions.verification import verify
from reports.models import DayFigures

DAY = dt.timedelta(days=1)


def age(row, days, field="created_at"):
    type(row).objects.filter(pk=row.pk).update(**{field: timezone.now() - days * DAY})
    return row


def notices(member, *ages):
    made = [notify([member], "test.said", url="/", details={})[0] for _age in ages]
    return [age(row, days) for row, days in zip(made, ages, strict=True)]


def purge(organisation):
    while purge_some(organisation):
        pass


def test_what_is_older_than_its_period_goes_and_nothing_else(organisation, telecaller):
    with acting_for(organisation):
        _old, young = notices(telecaller, 90.01, 89.99)

    purge(organisation)

    with acting_for(organisation):
        assert list(Notification.objects.all()) == [young]
        run = RetentionRun.objects.get(rule="notices")
        assert (run.state, run.due, run.removed, run.total) == ("done", 1, 1, 2)
        assert run.oldest == Notification.objects.get().created_at
        assert AuditEntry.objects.get(verb="retention.purged").details["removed"] == 1


def test_every_rule_with_a_purge_has_a_run_a_day_and_a_second_one_finds_nothing(organisation):
    purge(organisation)
    purge(organisation)

    with acting_for(organisation):
        assert set(RetentionRun.objects.values_list("rule", flat=True)) == set(purged_rules())
        assert RetentionRun.objects.count() == len(purged_rules())


@pytest.mark.parametrize("rule", purged_rules())
def test_each_purge_is_a_question_that_the_database_answers(scope, rule):
    for each in purges_of(rule):
        assert each.rows.filter(counted_from__lt=timezone.now()).order_by("counted_from", "pk").count() >= 0


def test_a_killed_run_goes_on_where_it_was(organisation, telecaller, monkeypatch):
    purge_of_notices = purges_of("notices")[0]
    monkeypatch.setattr(
        purging, "purges_of", lambda rule: [replace(purge_of_notices, most=2)] if rule == "notices" else []
    )
    with acting_for(organisation):
        notices(telecaller, *[100] * 5)
    # The step is taken, and the process dies before it says so: the next one begins where the rows say.
    for _step in range(3):
        purge_some(organisation)

    purge(organisation)

    with acting_for(organisation):
        assert not Notification.objects.exists()
        assert RetentionRun.objects.get(rule="notices").removed == 5


def test_too_much_at_once_waits_for_an_admin(organisation, telecaller, admin, client_of, monkeypatch):
    monkeypatch.setattr(purging, "BRAKE_FROM", 2)
    with acting_for(organisation):
        notices(telecaller, *[100] * 3)

    purge(organisation)

    with acting_for(organisation):
        run = RetentionRun.objects.get(rule="notices")
        assert (run.state, run.removed, run.due) == ("stopped", 0, 3)
        assert Notification.objects.filter(member=telecaller).count() == 3
        assert Notification.objects.filter(kind="retention.stopped", member=admin).exists()
    page = client_of(admin).get(reverse("privacy:retention")).content.decode()
    assert "Delete the 3" in page

    response = client_of(admin).post(reverse("privacy:retention_confirmation", args=[run.pk]))
    purge(organisation)

    assert response.status_code == 302
    with acting_for(organisation):
        run.refresh_from_db()
        assert (run.state, run.removed, run.confirmed_by) == ("done", 3, admin)
        assert not confirm(run, by=admin)


def test_without_the_brake_the_same_run_deletes(organisation, telecaller, monkeypatch):
    monkeypatch.setattr(purging, "BRAKE_FROM", 1_000)
    with acting_for(organisation):
        notices(telecaller, *[100] * 3)

    purge(organisation)

    with acting_for(organisation):
        assert not Notification.objects.filter(member=telecaller).exists()


def test_a_call_goes_with_its_posts_and_the_figures_stay(organisation, telecaller):
    with acting_for(organisation):
        lead = make_lead(assigned_to=telecaller)
        old = make_call(lead, telecaller, talk=10, started_at=timezone.now() - 400 * DAY)
        young = make_call(lead, telecaller, talk=10)
        for call, days in ((old, 400), (young, 1)):
            CallEvent.objects.create(
                provider="simulator",
                event_key=str(call.pk),
                call_token=call.pk,
                leg="customer",
                payload={},
                received_at=timezone.now() - days * DAY,
            )

    purge(organisation)

    with acting_for(organisation):
        assert list(Call.objects.all()) == [young]
        assert CallEvent.objects.get().call_token == young.pk
        assert purged_before("calls") > timezone.now() - 397 * DAY
        assert purged_before("figures") is None


@pytest.mark.parametrize("sound", ["recording", "message"])
def test_a_call_waits_for_a_recording_that_is_held_and_everything_else_goes(organisation, telecaller, admin, sound):
    long_ago = timezone.now() - 400 * DAY
    with acting_for(organisation):
        if sound == "recording":
            line = make_call(make_lead(), telecaller, talk=30, started_at=long_ago)
            kept = make_recording(line)
        else:
            told = {"started_at": long_ago, "ended_at": long_ago, "missed": "nobody"}
            line = IncomingCall.objects.create(provider="simulator", provider_id="c-1", **told)
            kept = make_message(line)
        hold = place_hold(Kept(scope="organisation", rule="recordings"), reason="Case 12", until=None, by=admin)
        notices(telecaller, 100)

    purge(organisation)

    with acting_for(organisation):
        assert type(line).objects.filter(pk=line.pk).exists()
        assert not Notification.objects.filter(member=telecaller).exists()
        lift_hold(hold, by=admin)
        RetentionRun.objects.all().delete()
    purge(organisation)
    while run_due("bulk") + run_due("default"):
        pass
    with acting_for(organisation):
        RetentionRun.objects.all().delete()
    purge(organisation)

    with acting_for(organisation), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert not type(line).objects.filter(pk=line.pk).exists()
        assert not type(kept).objects.filter(pk=kept.pk).exists()


def test_the_figures_of_a_day_whose_calls_are_gone_stay(organisation, telecaller):
    with acting_for(organisation):
        make_call(make_lead(), telecaller, talk=10, started_at=timezone.now() - 400 * DAY)
        make_call(make_lead(), telecaller, talk=10, started_at=timezone.now() - 2 * DAY)
    rebuild(organisation)
    with acting_for(organisation):
        before = list(DayFigures.objects.order_by("pk").values())

    purge(organisation)
    rebuild(organisation)
    verify(organisation, timezone.now().astimezone(organisation.zone).date())

    with acting_for(organisation):
        after = list(DayFigures.objects.order_by("pk").values())
        assert Call.objects.count() == 1
    assert [(row["day"], row["total_calls"]) for row in after] == [(row["day"], row["total_calls"]) for row in before]
    assert len(before) == 4


def test_a_shorter_period_holds_from_the_next_run_on(organisation, telecaller, admin):
    with acting_for(organisation):
        notices(telecaller, 20)
        set_period("notices", 10, by=admin)

    purge(organisation)

    with acting_for(organisation):
        assert not Notification.objects.exists()


def test_another_organisation_keeps_its_own(organisation, rival, outsider):
    with acting_for(rival):
        notices(outsider, 100)

    purge(organisation)

    with acting_for(rival):
        assert Notification.objects.count() == 1


def test_an_organisation_owes_it_from_its_founding_and_every_night(organisation):
    assert DueTask.objects.get(task=PURGE).subject_id == organisation.pk
    again = handler_of(PURGE).run(organisation, organisation.pk)
    assert again.astimezone(organisation.zone).hour == 2
    assert timezone.now() < again <= timezone.now() + DAY
