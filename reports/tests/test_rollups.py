"""The rollup: it equals an independent count of the rows, and no change is lost."""

import datetime as dt
import threading
from collections import Counter

import pytest
from django.db import connection

from accounts.models import DueTask
from accounts.tenancy import acting_for
from dialer.models import Call
from dialer.tests.factories import make_call, make_campaign
from jini.lib.figures import mark_all_dirty, mark_dirty
from jini.lib.work import handler_of
from leads.models import Lead
from leads.tests.factories import make_lead
from reports.actions.rollups import RECOMPUTE, rebuild, recompute
from reports.models import DayFigures, DirtyDay
from reports.tests.factories import KOLKATA, at, days_ago, make_unsuccessful, scatter


def counts_as(call: Call) -> bool:
    """An independent reading of "outgoing, and reached the carrier"."""
    if call.direction == "incoming" or call.status in {"intent", "queued"}:
        return False
    return call.status not in {"failed", "canceled"} or bool(call.customer_leg or call.ringing_at)


def is_connected(call: Call) -> bool:
    if call.answered_at:
        return True
    return call.mode == "own_phone" and call.disposition is not None and call.disposition.is_customer_contact


def day_of(moment: dt.datetime) -> dt.date:
    return moment.astimezone(KOLKATA).date()


def oracle(day: dt.date, calls: list[Call]) -> dict[str, object]:
    """Count by hand what DayFigures keeps of `day`; `calls` is every call that may matter, of any day."""
    calls = [call for call in calls if counts_as(call)]
    mine = [call for call in calls if day_of(call.started_at) == day]
    gaps: Counter[str] = Counter()
    for lead in {call.lead_id for call in mine}:
        earlier = [day_of(call.started_at) for call in calls if call.lead_id == lead and day_of(call.started_at) < day]
        gaps[str((day - max(earlier)).days) if earlier else ""] += 1
    hours = [[0, 0] for __ in range(24)]
    for call in mine:
        hour = hours[call.started_at.astimezone(KOLKATA).hour]
        hour[0] += 1
        hour[1] += is_connected(call)
    return {
        "total_calls": len(mine),
        "connected_calls": sum(map(is_connected, mine)),
        "contact_calls": sum(bool(call.disposition and call.disposition.is_customer_contact) for call in mine),
        "talk_time": sum(call.talk_seconds or 0 for call in mine),
        "ring_time": sum(call.ring_seconds or 0 for call in mine),
        "after_call_work": sum(call.wrap_up_seconds or 0 for call in mine),
        "handled_calls": len(mine),
        "unique_leads_called": len({call.lead_id for call in mine}),
        "leads_by_gap": dict(gaps),
        "by_hour": hours,
        "by_disposition": dict(Counter(str(call.disposition_id or "") for call in mine)),
    }


def shown(row: DayFigures, like: dict[str, object]) -> dict[str, object]:
    return {name: getattr(row, name) for name in like}


@pytest.mark.parametrize("seed", range(5))
def test_the_rollup_of_random_days_equals_a_count_by_hand(organisation, telecaller, colleague, seed):
    with acting_for(organisation):
        campaigns = [make_campaign(), make_campaign(), None]
        scatter(seed, [telecaller, colleague], campaigns)

    rebuild(organisation)

    with acting_for(organisation):
        calls = list(Call.objects.select_related("disposition"))
        for who in (telecaller, colleague, None):
            theirs = [call for call in calls if who is None or call.telecaller_id == who.pk]
            for number in range(20):
                day = days_ago(number)
                expected = oracle(day, theirs)
                row = DayFigures.objects.filter(day=day, telecaller=who).first() or DayFigures()
                row.by_hour = row.by_hour or [[0, 0] for __ in range(24)]
                assert shown(row, expected) == expected
                own = [call for call in theirs if str(call.campaign_id or "") in row.by_campaign]
                for campaign in row.by_campaign:
                    part = oracle(day, [call for call in own if str(call.campaign_id or "") == campaign])
                    part = {name: value for name, value in part.items() if "lead" not in name}
                    assert row.by_campaign[campaign] == part
                won = Lead.objects.filter(won_at__gte=at(day, 0), won_at__lt=at(day, 0) + dt.timedelta(days=1))
                assert row.conversions == (won if who is None else won.filter(assigned_to=who)).count()


@pytest.mark.parametrize("seed", range(5))
def test_leads_called_in_a_period_are_each_counted_once(organisation, telecaller, colleague, seed):
    with acting_for(organisation):
        scatter(seed, [telecaller, colleague], [None])
    rebuild(organisation)

    with acting_for(organisation):
        calls = [call for call in Call.objects.select_related("disposition") if counts_as(call)]
        for first, last in ((19, 0), (9, 3), (5, 5), (13, 7)):
            since, until = days_ago(first), days_ago(last)
            for who in (telecaller, None):
                rows = DayFigures.objects.between(since, until).of(None if who is None else [who])
                assert sum(row.leads_called(since) for row in rows) == len(
                    {
                        call.lead_id
                        for call in calls
                        if since <= day_of(call.started_at) <= until and who in (None, call.telecaller)
                    }
                )


def test_a_call_that_never_reached_the_carrier_is_no_call(organisation, telecaller):
    with acting_for(organisation):
        make_unsuccessful(make_lead(), telecaller, Call.Status.FAILED)
        make_unsuccessful(make_lead(), telecaller, Call.Status.CANCELED)
        make_unsuccessful(make_lead(), telecaller, Call.Status.FAILED, customer_leg="CA1")
    rebuild(organisation)

    with acting_for(organisation):
        assert DayFigures.objects.get(telecaller=None).total_calls == 1


def test_a_change_recounts_its_bucket_and_the_organisations(organisation, telecaller, colleague):
    with acting_for(organisation):
        call = make_call(make_lead(), telecaller, started_at=at(days_ago(0), 0, 1))
        make_call(make_lead(), colleague, started_at=at(days_ago(0), 0, 1))
    rebuild(organisation)

    with acting_for(organisation):
        call.talk_seconds, call.answered_at = 30, call.started_at
        call.save()
        mark_dirty(call.started_at, telecaller.pk)
    assert recompute(organisation) is False

    with acting_for(organisation):
        assert dict(DayFigures.objects.values_list("telecaller", "talk_time")) == {
            telecaller.pk: 30,
            colleague.pk: 0,
            None: 30,
        }
        assert not DirtyDay.objects.exists()


def test_a_day_that_lost_its_calls_loses_its_figures(organisation, telecaller):
    with acting_for(organisation):
        call = make_call(make_lead(), telecaller)
    rebuild(organisation)

    with acting_for(organisation):
        call.delete()
        mark_dirty(call.started_at, telecaller.pk)
    recompute(organisation)

    with acting_for(organisation):
        assert not DayFigures.objects.exists()


def test_an_earlier_call_that_comes_late_changes_the_day_after(organisation, telecaller, colleague):
    with acting_for(organisation):
        lead = make_lead()
        make_call(lead, colleague, started_at=at(days_ago(1), 12))
    rebuild(organisation)

    with acting_for(organisation):
        late = make_call(lead, telecaller, started_at=at(days_ago(3), 12))
        mark_dirty(late.started_at, telecaller.pk)
    recompute(organisation)

    with acting_for(organisation):
        rows = DayFigures.objects.filter(day=days_ago(1))
        assert dict(rows.values_list("telecaller", "leads_by_gap")) == {colleague.pk: {"": 1}, None: {"2": 1}}


def test_a_won_lead_counts_for_its_owner_on_the_day_it_was_won(organisation, telecaller):
    with acting_for(organisation):
        make_lead(assigned_to=telecaller, won_at=at(days_ago(2), 23, 59))
        make_lead(won_at=at(days_ago(2), 0, 0))
        mark_dirty(at(days_ago(2), 12), telecaller.pk)
        mark_dirty(at(days_ago(2), 12), None)
    recompute(organisation)

    with acting_for(organisation):
        assert set(DayFigures.objects.values_list("day", "telecaller", "conversions")) == {
            (days_ago(2), telecaller.pk, 1),
            (days_ago(2), None, 2),
        }


def test_more_changes_than_fit_one_step_are_owed_again(organisation, telecaller, monkeypatch):
    monkeypatch.setattr("reports.actions.rollups.MOST_BUCKETS", 2)
    with acting_for(organisation):
        for number in range(5):
            make_call(make_lead(), telecaller, started_at=at(days_ago(number + 1), 12))
        mark_all_dirty()
    run = handler_of(RECOMPUTE).run

    assert [run(organisation, organisation.pk) is None for __ in range(3)] == [False, False, True]
    with acting_for(organisation):
        assert DayFigures.objects.of(None).count() == 5


def test_changes_of_a_moment_are_owed_once_and_after_the_commit(
    organisation, telecaller, django_capture_on_commit_callbacks
):
    owed = DueTask.objects.filter(task=RECOMPUTE)
    with django_capture_on_commit_callbacks(execute=True), acting_for(organisation):
        mark_dirty(at(days_ago(0), 12), telecaller.pk)
        mark_dirty(at(days_ago(0), 12), telecaller.pk)
        assert not owed.exists()

    assert [(task.subject_id, task.queue, task.version) for task in owed] == [(organisation.pk, "bulk", 1)]


def test_a_change_during_a_computation_is_owed_again(organisation, telecaller, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), acting_for(organisation):
        mark_dirty(at(days_ago(0), 12), telecaller.pk)
    owed = DueTask.objects.get(task=RECOMPUTE)
    DueTask.objects.update(lease_until=at(days_ago(-1), 12))

    with django_capture_on_commit_callbacks(execute=True), acting_for(organisation):
        mark_dirty(at(days_ago(0), 12), telecaller.pk)

    assert DueTask.objects.get(task=RECOMPUTE).version == owed.version + 1


@pytest.mark.django_db(transaction=True)
def test_changes_that_arrive_while_computing_are_not_lost(organisation, telecaller, colleague):
    people = [telecaller, colleague]
    started, failures = at(days_ago(0), 0, 1), []

    def call(who, times):
        try:
            for __ in range(times):
                with acting_for(organisation):
                    made = make_call(make_lead(), who, talk=1, started_at=started)
                    mark_dirty(made.started_at, who.pk)
        except Exception as error:  # noqa: BLE001 -- a thread's failure must reach the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(who, 25)) for who in people]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        recompute(organisation)
    for thread in threads:
        thread.join()
    while recompute(organisation):
        pass

    assert failures == []
    with acting_for(organisation):
        assert not DirtyDay.objects.exists()
        assert dict(DayFigures.objects.values_list("telecaller", "total_calls")) == {
            telecaller.pk: 25,
            colleague.pk: 25,
            None: 50,
        }
