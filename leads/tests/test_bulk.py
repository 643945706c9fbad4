"""Bulk jobs: collected once, worked through in steps that may be taken twice, and taken back."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import permissions
from accounts.models import AuditEntry, DueTask, Membership
from accounts.tenancy import acting_for
from jini.lib.ids import uuid7
from jini.lib.work import handler_of
from leads.actions import bulk
from leads.actions.binning import delete_lead
from leads.actions.creating import create_lead
from leads.actions.editing import assign, change_status
from leads.bulk.actions import actions
from leads.models import Activity, BulkJob, BulkRow, FollowUp, Lead, LeadPhone, LeadTag, Status, Tag
from leads.tests.factories import make_follow_up, make_lead
from privacy.models import DoNotCall


def begin(key, params, by, *, leads=None, query=None):
    picked = None if leads is None else [lead.pk for lead in leads]
    return bulk.start(uuid7(), actions()[key], params, by=by, query=query or {}, picked=picked)


def work(job):
    while handler_of(bulk.WORK).run(job.organisation, job.pk) is not None:
        pass
    return job.reloaded()


def do(key, params, by, **more):
    return work(begin(key, params, by, **more))


def undo(job, by):
    bulk.start_undo(job, by=by)
    return work(job)


def to_one(person):
    return {"how": "one", "people": [[str(person.pk), 1, None]]}


def owners():
    return list(Lead.objects.order_by("pk").values_list("assigned_to", flat=True))


def reasons(job):
    return sorted(job.rows.exclude(reason="").values_list("reason", flat=True))


@pytest.fixture
def leads(scope):
    return [make_lead() for _ in range(5)]


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)


def test_all_that_a_filter_means_go_to_one_person(scope, manager, telecaller, leads):
    make_lead(city="Pune")

    job = do("assign", to_one(telecaller), manager, query={"city": "pune"})

    assert (job.state, job.total, job.done, job.counts["done"]) == ("done", 1, 1, 1)
    assert Lead.objects.filter(assigned_to=telecaller).count() == 1
    assert job.query is None


def test_who_has_the_lead_already_keeps_it_and_is_named(scope, manager, telecaller, leads):
    assign(leads[0], telecaller, by=manager)

    job = do("assign", to_one(telecaller), manager, leads=leads)

    assert (job.counts["done"], job.counts["skipped"], reasons(job)) == (4, 1, ["same"])


@pytest.mark.usefixtures("small_steps")
def test_people_take_turns_however_the_leads_are_cut(scope, manager, telecaller, colleague, leads):
    people = [[str(telecaller.pk), 1, None], [str(colleague.pk), 1, None]]

    do("assign", {"how": "turn", "people": people}, manager, leads=leads)

    assert owners() == [telecaller.pk, colleague.pk, telecaller.pk, colleague.pk, telecaller.pk]


@pytest.mark.usefixtures("small_steps")
def test_weights_say_who_gets_more(scope, manager, telecaller, colleague):
    leads = [make_lead() for _ in range(8)]
    people = [[str(telecaller.pk), 3, None], [str(colleague.pk), 1, None]]

    do("assign", {"how": "weighted", "people": people}, manager, leads=leads)

    assert (owners().count(telecaller.pk), owners().count(colleague.pk)) == (6, 2)


@pytest.mark.usefixtures("small_steps")
def test_who_has_the_fewest_open_leads_is_next(scope, manager, telecaller, colleague):
    for _ in range(3):
        make_lead(assigned_to=telecaller)
    make_lead(assigned_to=telecaller, status=Status.objects.get(kind="lost"))
    people = [[str(telecaller.pk), 1, None], [str(colleague.pk), 1, None]]

    do("assign", {"how": "load", "people": people}, manager, leads=[make_lead() for _ in range(5)])

    open_ones = [Lead.objects.open().filter(assigned_to=person).count() for person in (telecaller, colleague)]
    assert open_ones == [4, 4]


@pytest.mark.usefixtures("small_steps")
def test_nobody_gets_more_than_they_can_take(scope, manager, telecaller, colleague, leads):
    people = [[str(telecaller.pk), 1, 1], [str(colleague.pk), 1, 2]]

    job = do("assign", {"how": "turn", "people": people}, manager, leads=leads)

    assert (owners().count(telecaller.pk), owners().count(colleague.pk)) == (1, 2)
    assert reasons(job) == ["no_capacity"] * 2


def test_what_is_owed_goes_along_and_the_undo_brings_both_back(scope, manager, telecaller, colleague):
    lead = make_lead(assigned_to=telecaller, assigned_at=timezone.now() - dt.timedelta(days=3))
    task, other = make_follow_up(lead, telecaller), make_follow_up(lead, manager)

    job = do("assign", to_one(colleague), manager, leads=[lead])

    assert task.reloaded().assigned_to == colleague
    assert other.reloaded().assigned_to == manager
    line = Activity.objects.get(lead=lead, kind="assigned")
    assert line.details == {"old": str(telecaller.pk), "new": str(colleague.pk), "bulk": str(job.pk)}
    assert line.actor == manager

    job = undo(job, manager)

    after = lead.reloaded()
    assert (after.assigned_to, after.assigned_at, after.version) == (telecaller, lead.assigned_at, 3)
    assert task.reloaded().assigned_to == telecaller
    assert (job.step, job.state, job.counts["undone"], job.undone_by) == ("undo", "done", 1, manager)


def test_the_undo_leaves_what_somebody_changed_since(scope, manager, telecaller, colleague, leads):
    job = do("assign", to_one(telecaller), manager, leads=leads)
    assign(leads[1], colleague, by=manager)

    job = undo(job, manager)

    assert owners() == [None, colleague.pk, None, None, None]
    assert (job.counts["undone"], job.counts["kept"], reasons(job)) == (4, 1, ["changed"])


def test_leads_that_changed_since_they_were_collected_are_left_and_named(scope, manager, telecaller, colleague, leads):
    job = begin("assign", to_one(telecaller), manager, leads=leads)
    assign(leads[0], colleague, by=manager)
    delete_lead(leads[1], by=manager)

    job = work(job)

    assert reasons(job) == ["changed", "in_bin"]
    assert job.counts["done"] == 3
    assert Lead.objects.get(pk=leads[0].pk).assigned_to == colleague


def test_a_lead_that_somebody_else_is_writing_comes_later_and_is_not_waited_for(
    scope, manager, telecaller, leads, monkeypatch
):
    held = {str(leads[2].pk)}
    monkeypatch.setattr(bulk, "in_other_hands", lambda ids, *, follow_ups: held & set(ids))
    job = begin("assign", to_one(telecaller), manager, leads=leads)
    steps = [bulk.take_step(scope, job.pk) for _ in range(3)]
    assert steps == [bulk.Next.MORE, bulk.Next.MORE, bulk.Next.LATER]
    assert owners().count(telecaller.pk) == 4

    held.clear()
    job = work(job)

    assert (owners().count(telecaller.pk), job.done, reasons(job)) == (5, 5, [])


def test_what_is_in_other_hands_all_the_time_is_left_in_the_end(scope, manager, telecaller, leads, monkeypatch):
    monkeypatch.setattr(bulk, "in_other_hands", lambda ids, *, follow_ups: {*ids})

    job = do("assign", to_one(telecaller), manager, leads=leads)

    assert (job.state, reasons(job), job.counts["skipped"]) == ("done", ["busy"] * 5, 5)


def test_a_step_that_dies_is_taken_again_and_done_once(scope, manager, telecaller, leads, monkeypatch, small_steps):
    job = begin("assign", to_one(telecaller), manager, leads=leads)
    bulk.take_step(scope, job.pk)
    bulk.take_step(scope, job.pk)

    def dies(*_args, **_kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(bulk.audit, "record", dies)
        with pytest.raises(RuntimeError), transaction.atomic():
            bulk.take_step(scope, job.pk)
    assert owners().count(telecaller.pk) == 2

    job = work(job)

    assert (owners().count(telecaller.pk), job.counts["done"]) == (5, 5)
    assert Activity.objects.filter(kind="assigned").count() == 5


def test_a_job_that_is_sent_twice_starts_once(scope, manager, telecaller, leads):
    pk = uuid7()
    for _ in range(2):
        bulk.start(pk, actions()["assign"], to_one(telecaller), by=manager, query={}, picked=[leads[0].pk])

    assert BulkJob.objects.count() == 1
    work(BulkJob.objects.get())
    assert handler_of(bulk.WORK).run(scope, pk) is None
    assert Activity.objects.filter(kind="assigned").count() == 1


def test_two_jobs_at_once_each_do_their_part(scope, manager, telecaller, colleague, leads):
    first = begin("assign", to_one(telecaller), manager, leads=leads)
    second = begin("assign", to_one(colleague), manager, leads=leads)
    tagging = begin("tag", {"tag": str(Tag.objects.create(name="Expo").pk)}, manager, leads=leads)
    for job in (first, second, tagging):
        bulk.take_step(scope, job.pk)

    first, second, tagging = work(first), work(second), work(tagging)

    assert set(owners()) == {telecaller.pk}
    assert reasons(second) == ["changed"] * 5
    assert tagging.counts["done"] == 5


def test_a_stopped_job_keeps_what_was_done(scope, manager, telecaller, leads, small_steps):
    job = begin("assign", to_one(telecaller), manager, leads=leads)
    bulk.take_step(scope, job.pk)
    bulk.take_step(scope, job.pk)

    bulk.cancel(job, by=manager)

    assert bulk.take_step(scope, job.pk) is bulk.Next.NOTHING
    assert owners().count(telecaller.pk) == 2
    with pytest.raises(bulk.NotPossible):
        bulk.cancel(job, by=manager)
    assert undo(job, manager).counts["undone"] == 2


def test_undo_is_for_thirty_days_and_once(scope, manager, telecaller, leads):
    job = do("assign", to_one(telecaller), manager, leads=leads)
    BulkJob.objects.filter(pk=job.pk).update(created_at=timezone.now() - dt.timedelta(days=31))
    with pytest.raises(bulk.NotPossible):
        bulk.start_undo(job, by=manager)
    BulkJob.objects.filter(pk=job.pk).update(created_at=timezone.now())

    undo(job, manager)

    with pytest.raises(bulk.NotPossible):
        bulk.start_undo(job, by=manager)


def test_statuses_change_and_come_back_with_their_conversions(scope, manager, telecaller):
    won, lost = Status.objects.get(kind="won"), Status.objects.get(kind="lost")
    at = timezone.now() - dt.timedelta(days=2)
    old = make_lead(status=won, won_at=at, assigned_to=telecaller)
    new = make_lead(assigned_to=telecaller)

    job = do("status", {"status": str(lost.pk)}, manager, leads=[old, new])

    assert set(Lead.objects.values_list("status", "won_at")) == {(lost.pk, None)}
    change_status(new, won, by=manager)
    job = undo(job, manager)
    assert (old.reloaded().status, old.reloaded().won_at) == (won, at)
    assert new.reloaded().status == won
    assert reasons(job) == ["changed"]


def test_a_won_status_counts_as_a_conversion_now(scope, manager, leads):
    won = Status.objects.get(kind="won")

    do("status", {"status": str(won.pk)}, manager, leads=leads)

    assert Lead.objects.filter(won_at__isnull=False).count() == 5


def test_tags_go_on_and_off_and_back(scope, manager, leads):
    tag = Tag.objects.create(name="Expo")
    LeadTag.objects.create(lead=leads[0], tag=tag)

    job = do("tag", {"tag": str(tag.pk)}, manager, leads=leads)
    assert (LeadTag.objects.count(), reasons(job)) == (5, ["same"])
    undo(job, manager)
    assert [row.lead for row in LeadTag.objects.all()] == [leads[0]]

    job = do("untag", {"tag": str(tag.pk)}, manager, leads=leads)
    assert (LeadTag.objects.count(), job.counts["done"]) == (0, 1)
    undo(job, manager)
    assert LeadTag.objects.count() == 1


def test_deleted_leads_come_back_unless_their_number_was_given_to_another(scope, manager, leads):
    job = do("delete", {}, manager, leads=leads)
    assert Lead.objects.count() == 0
    taken = create_lead({"name": "New", "phone": leads[0].phone}, by=manager)

    job = undo(job, manager)

    assert set(Lead.objects.values_list("pk", flat=True)) == {taken.pk, *(lead.pk for lead in leads[1:])}
    assert (job.counts["undone"], reasons(job)) == (4, ["phone"])


def test_numbers_go_on_do_not_call_with_the_further_ones(scope, manager, leads):
    LeadPhone.objects.create(lead=leads[0], phone="+919000055555")
    DoNotCall.objects.create(phone=leads[1].phone, source="manual")

    job = do("bar", {}, manager, leads=leads)

    assert DoNotCall.objects.count() == 6
    assert reasons(job) == ["barred"]
    with pytest.raises(bulk.NotPossible):
        bulk.start_undo(job, by=manager)


def test_a_job_sees_what_its_maker_sees(scope, telecaller, colleague):
    mine, other = make_lead(assigned_to=telecaller), make_lead(assigned_to=colleague)
    tag = Tag.objects.create(name="Expo")

    do("tag", {"tag": str(tag.pk)}, telecaller, query={})
    do("tag", {"tag": str(tag.pk)}, telecaller, leads=[mine, other])

    assert [row.lead for row in LeadTag.objects.all()] == [mine]


def test_who_may_not_do_it_any_more_stops_it(scope, manager, telecaller, leads):
    job = begin("assign", to_one(telecaller), manager, leads=leads)
    Membership.objects.filter(pk=manager.pk).update(role=permissions.Role.TELECALLER)

    job = work(job)

    assert (job.state, job.failure, set(owners())) == ("failed", "not_allowed", {None})


def test_a_filter_that_no_longer_fits_lets_nothing_in(scope, manager, telecaller, leads):
    tag = Tag.objects.create(name="Expo")
    job = begin("delete", {}, manager, query={"tag": str(tag.pk)})
    tag.delete()

    job = work(job)

    assert (job.state, job.failure, Lead.objects.count()) == ("failed", "filter", 5)


def test_there_is_one_line_in_the_audit_for_each_step_and_for_the_job(scope, manager, telecaller, leads, small_steps):
    do("assign", to_one(telecaller), manager, leads=leads)

    verbs = list(AuditEntry.objects.filter(verb__startswith="bulk.").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["bulk.started", "bulk.step", "bulk.step", "bulk.step", "bulk.done"]


def test_a_search_word_is_kept_encrypted_until_the_leads_are_collected(scope, manager):
    make_lead(name="Suresh Patil")
    job = begin("delete", {}, manager, query={"q": "suresh"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT query FROM leads_bulkjob WHERE id = %s", [str(job.pk)])
        assert "suresh" not in cursor.fetchone()[0]
    assert work(job).counts["done"] == 1


@pytest.mark.parametrize("count", [1, 40])
def test_a_step_asks_the_same_queries_for_any_number(scope, manager, telecaller, count, django_assert_max_num_queries):
    leads = [make_lead() for _ in range(count)]
    job = begin("assign", to_one(telecaller), manager, leads=leads)
    bulk.take_step(scope, job.pk)

    with django_assert_max_num_queries(24):
        bulk.take_step(scope, job.pk)


def test_when_it_cannot_be_undone_any_more_its_rows_go_and_the_job_stays(scope, manager, leads):
    job = do("bar", {}, manager, leads=leads)
    due = DueTask.objects.get(task=bulk.FORGET, subject_id=job.pk)
    assert due.due_at == job.created_at + dt.timedelta(days=30)

    assert handler_of(bulk.FORGET).run(scope, job.pk) is None

    assert not BulkRow.objects.exists()
    assert BulkJob.objects.get().counts["done"] == 5


def test_the_job_of_another_organisation_is_not_taken_over(scope, manager, leads, rival, outsider):
    with acting_for(rival):
        theirs = bulk.start(uuid7(), actions()["delete"], {}, by=outsider, query={})

    with pytest.raises(bulk.NotPossible), transaction.atomic():
        bulk.start(theirs.pk, actions()["delete"], {}, by=manager, query={})


def test_a_lead_stands_in_a_job_once(scope, manager, leads):
    job = begin("delete", {}, manager, leads=leads)
    with pytest.raises(IntegrityError, match="bulk_row_once"), transaction.atomic():
        BulkRow.objects.create(job=job, lead=leads[0])


def test_who_undid_it_and_when_stand_together(scope, manager, leads):
    job = begin("delete", {}, manager, leads=leads)
    with pytest.raises(IntegrityError, match="bulk_undone_at_and_by"), transaction.atomic():
        BulkJob.objects.filter(pk=job.pk).update(undone_at=timezone.now())


def test_another_organisation_has_no_part_in_it(scope, manager, telecaller, leads, rival, outsider):
    with acting_for(rival):
        theirs = make_lead()
    job = do("delete", {}, manager, leads=[theirs])

    assert job.total == 0
    with acting_for(rival):
        assert Lead.objects.count() == 1
        assert FollowUp.objects.count() == 0
