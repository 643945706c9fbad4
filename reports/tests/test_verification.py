"""The nightly comparison: it finds, logs and repairs what differs, and nothing else."""

import datetime as dt
import logging

import pytest
from django.utils import timezone

from accounts.models import DueTask, Organisation
from accounts.tenancy import acting_for
from accounts.tests.factories import make_organisation
from dialer.tests.factories import make_call
from jini.lib.figures import mark_dirty
from jini.lib.work import handler_of
from leads.tests.factories import make_lead
from reports.actions.rollups import rebuild
from reports.actions.verification import RECENT_DAYS, VERIFY, Difference, days_to_verify, next_night, verify
from reports.models import DayFigures
from reports.tests.factories import KOLKATA, at, days_ago, scatter


def test_a_true_rollup_has_no_difference(organisation, telecaller, colleague):
    with acting_for(organisation):
        scatter(1, [telecaller, colleague], [None])
    rebuild(organisation)

    assert verify(organisation, days_ago(-1)) == []


def test_a_wrong_a_missing_and_a_made_up_row_are_repaired_and_logged(organisation, telecaller, colleague, caplog):
    with acting_for(organisation):
        make_call(make_lead(), telecaller, talk=30, started_at=at(days_ago(3), 12))
        make_call(make_lead(), telecaller, talk=30, started_at=at(days_ago(2), 12))
    rebuild(organisation)
    with acting_for(organisation):
        true = list(DayFigures.objects.order_by("day", "telecaller").values("day", "telecaller", "talk_time"))
        DayFigures.objects.filter(day=days_ago(3), telecaller=telecaller).update(talk_time=31)
        DayFigures.objects.filter(day=days_ago(2), telecaller=None).delete()
        DayFigures.objects.create(day=days_ago(1), telecaller=colleague, total_calls=9)

    with caplog.at_level(logging.WARNING):
        found = verify(organisation, days_ago(0))

    assert Difference(days_ago(3), telecaller.pk, ("talk_time",)) in found
    assert {(difference.day, difference.telecaller) for difference in found} == {
        (days_ago(3), telecaller.pk),
        (days_ago(2), None),
        (days_ago(1), colleague.pk),
    }
    assert [record.message for record in caplog.records] == ["figures.repaired"] * 3
    with acting_for(organisation):
        assert list(DayFigures.objects.order_by("day", "telecaller").values("day", "telecaller", "talk_time")) == true
    assert verify(organisation, days_ago(0)) == []


def test_an_old_day_is_met_within_four_weeks(organisation, telecaller):
    with acting_for(organisation):
        make_call(make_lead(), telecaller, started_at=at(days_ago(RECENT_DAYS + 40), 12))
        old = days_ago(RECENT_DAYS + 10)
        nights = [old in days_to_verify(organisation, days_ago(-night)) for night in range(28)]

    assert nights.count(True) == 1


def test_every_day_of_the_last_five_weeks_is_compared(organisation, telecaller):
    with acting_for(organisation):
        make_call(make_lead(), telecaller, started_at=at(days_ago(RECENT_DAYS), 0))

        assert list(days_to_verify(organisation, days_ago(0))) == [days_ago(age + 1) for age in range(RECENT_DAYS)]


def test_changes_noted_but_not_counted_yet_are_no_difference(organisation, telecaller):
    with acting_for(organisation):
        call = make_call(make_lead(), telecaller, started_at=at(days_ago(1), 12))
        mark_dirty(call.started_at, telecaller.pk)

    assert verify(organisation, days_ago(0)) == []


def test_a_new_organisation_is_verified_every_night_at_three(db):
    organisation = make_organisation("New one")
    task = DueTask.objects.get(task=VERIFY, subject_id=organisation.pk)

    again = handler_of(VERIFY).run(organisation, organisation.pk)

    for due_at in (task.due_at, again):
        assert due_at.astimezone(KOLKATA).time() == dt.time(3)
        assert dt.timedelta(0) < due_at - timezone.now() <= dt.timedelta(days=1)


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Kolkata", 21.5), ("Asia/Tokyo", 18)])
def test_three_in_the_morning_is_that_of_the_organisation(zone, hour):
    night = next_night(Organisation(time_zone=zone)).astimezone(dt.UTC)

    assert night.hour + night.minute / 60 == hour
