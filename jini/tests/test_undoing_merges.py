"""A merge over every app, and taking it back: each row and each field as it was before."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.actions.calling import LeadGone, start_call
from dialer.calls.counters import count_calls
from dialer.models import Call, QueueEntry
from dialer.tests.factories import make_call, make_campaign, make_entry, open_all_day
from jini.lib import figures
from leads.actions.binning import delete_lead
from leads.actions.creating import create_lead
from leads.actions.editing import assign, edit_lead
from leads.actions.follow_ups import finish_follow_up, plan_follow_up
from leads.actions.merging import CannotMerge, merge_leads
from leads.actions.undoing_merge import CannotUndo, undo_merge
from leads.models import (
    Activity,
    FollowUp,
    ImportBatch,
    ImportRow,
    Lead,
    LeadFile,
    LeadMerge,
    LeadPhone,
    LeadTag,
    LikelyDuplicate,
    Status,
    Tag,
)
from leads.tests.factories import make_field, make_lead

A, B, C = "+919000012301", "+919000012302", "+919000012303"
TABLES = (Lead, Activity, FollowUp, LeadTag, LeadPhone, LeadFile, ImportRow, Call, QueueEntry, LikelyDuplicate)
# What every change of a lead moves on, also the one back.
MOVING = {"version", "updated_at"}


@pytest.fixture
def keep(scope, telecaller):
    return make_lead(name="Suresh Patil", phone=A, city="Pune", assigned_to=telecaller)


@pytest.fixture
def gone(scope, colleague):
    return make_lead(name="Suresh R Patil", phone=B, email="suresh@mail.example", assigned_to=colleague)


def merge(keep, gone, by, *choices):
    keep, gone = keep.reloaded(), gone.reloaded()
    return merge_leads(keep, gone, choices=choices, by=by, versions=(keep.version, gone.version))


def snapshot():
    """Every row of every table that a merge may touch, but for the lines that it writes itself."""
    rows = {}
    for model in TABLES:
        found = (getattr(model, "everything", None) or model.objects).all()
        if model is Activity:
            found = found.exclude(kind="merge").exclude(details__old__isnull=False)
        rows |= {
            (model.__name__, row["id"]): {k: v for k, v in row.items() if k not in MOVING} for row in found.values()
        }
    return rows


@pytest.fixture
def full(keep, gone, manager, telecaller, colleague):
    """Two leads with something of everything."""
    field, campaign = make_field(), make_campaign(telecaller, colleague)
    Lead.objects.filter(pk=gone.pk).update(custom={field.key: "flat"}, legal_ground="enquiry")
    plan_follow_up(keep, by=manager, due_at=timezone.now() + dt.timedelta(days=3))
    plan_follow_up(gone, by=manager, due_at=timezone.now() + dt.timedelta(days=1), note="papers")
    finish_follow_up(plan_follow_up(gone, by=manager, due_at=timezone.now() + dt.timedelta(days=2)), by=manager)
    make_call(keep, telecaller, campaign=campaign, talk=60, disposition="Call back")
    make_call(gone, colleague, campaign=campaign, started_at=timezone.now() - dt.timedelta(days=1))
    count_calls([keep.pk, gone.pk])
    expo, subsidy = Tag.objects.create(name="Expo"), Tag.objects.create(name="Subsidy")
    for lead, word in ((keep, expo), (gone, expo), (gone, subsidy)):
        LeadTag.objects.create(lead=lead, tag=word)
    LeadPhone.objects.create(lead=keep, phone=B, kind="work", is_active=False)
    LeadFile.objects.create(
        lead=gone, name="bill.pdf", bytes=1, content_type="application/pdf", added_by=manager, added_at=timezone.now()
    )
    LeadPhone.objects.create(lead=gone, phone=C)
    LeadPhone.objects.create(lead=gone, phone=A, position=2)
    batch = ImportBatch.objects.create(created_by=manager, file="x", file_name="list.csv", file_bytes=1)
    ImportRow.objects.create(batch=batch, number=1, verdict="updated", lead=gone, before={"city": ["", "Pune"]})
    lead, other = sorted((keep, gone), key=lambda one: one.pk)
    LikelyDuplicate.objects.create(lead=lead, other=other, reasons=["number"], score=95)
    return field


EVERYTHING = ("name", "phone", "email", "city", "status", "owner")


@pytest.mark.parametrize("choices", [(), EVERYTHING])
def test_undoing_puts_every_row_and_field_back(full, keep, gone, manager, admin, choices):
    Lead.objects.filter(pk=gone.pk).update(status=Status.objects.get(name="Interested"))
    before = snapshot()
    made = merge(keep, gone, manager, *choices, *([full.key] if choices else []))
    kept = keep.reloaded()
    assert LeadFile.objects.get().lead == kept
    assert (kept.attempts, kept.connected, Call.objects.filter(lead=keep).count()) == (2, 1, 2)
    assert QueueEntry.objects.filter(finished_at=None).count() == 1
    assert snapshot() != before

    undo_merge(made, by=admin)

    assert snapshot() == before
    undone = undo_merge(made, by=manager)
    assert undone.undone_by == admin
    assert Activity.objects.filter(lead=gone, kind="merge", details__event="undone").count() == 1


def test_the_earlier_follow_up_is_what_the_kept_lead_waits_for(full, keep, gone, manager):
    merge(keep, gone, manager)

    entry = QueueEntry.objects.get(finished_at=None)
    follow_up = FollowUp.objects.open().filter(lead=keep).order_by("due_at").first()
    assert (entry.lead, entry.due_at, entry.reserved_for) == (keep, follow_up.due_at, keep.assigned_to)
    assert QueueEntry.objects.get(finished_because="merged").lead == keep


def test_who_holds_the_kept_lead_goes_on_holding_it(keep, gone, manager, telecaller):
    campaign = make_campaign(telecaller)
    until = timezone.now() + dt.timedelta(minutes=5)
    mine = make_entry(keep, campaign, rank=4, leased_to=telecaller, lease_until=until, attempts=1)
    theirs = make_entry(gone, campaign, rank=2, attempts=2)

    merge(keep, gone, manager)

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.leased_to, mine.attempts, theirs.finished_because) == (telecaller, 3, "merged")


def test_what_came_after_the_merge_and_what_was_changed_since_stays(full, keep, gone, manager, telecaller):
    made = merge(keep, gone, manager, "name", "email")
    edit_lead(keep, {"email": "new@mail.example"}, by=manager)
    later = make_call(keep, telecaller, talk=30)
    planned = plan_follow_up(keep.reloaded(), by=manager, due_at=timezone.now() + dt.timedelta(hours=5))

    undo_merge(made, by=manager)

    kept = keep.reloaded()
    assert (kept.name, kept.email) == ("Suresh Patil", "new@mail.example")
    assert (later.reloaded().lead, planned.reloaded().lead) == (keep, keep)
    assert kept.attempts == 2
    assert gone.reloaded().attempts == 1
    for lead in (keep, gone):
        assert QueueEntry.objects.filter(lead=lead, finished_at=None).count() == 1


def test_an_owner_who_changed_since_stays(keep, gone, manager, telecaller, colleague):
    made = merge(keep, gone, manager, "owner")
    assign(keep, manager, by=manager)

    undo_merge(made, by=manager)

    assert (keep.reloaded().assigned_to, gone.reloaded().assigned_to) == (manager, colleague)


def test_days_of_calls_and_conversions_are_counted_again(full, keep, gone, manager, monkeypatch):
    heard = []
    monkeypatch.setattr(figures, "_listeners", [lambda moment, who: heard.append((moment.date(), who))])
    won = Status.objects.get(kind=Status.Kind.WON)
    moment = timezone.now() - dt.timedelta(days=5)
    Lead.objects.filter(pk=gone.pk).update(status=won, won_at=moment)

    made = merge(keep, gone, manager)
    expected = {(moment.date(), gone.assigned_to_id)} | {
        (call.started_at.date(), call.telecaller_id) for call in Call.objects.all()
    }
    assert set(heard) == expected
    heard.clear()
    undo_merge(made, by=manager)

    assert set(heard) == expected
    assert gone.reloaded().won_at == moment


def test_a_chain_is_undone_from_its_end(keep, gone, manager):
    third = make_lead(name="S Patil")
    first = merge(gone, keep, manager)
    second = merge(third, gone, manager)

    with pytest.raises(CannotUndo, match="later merge first"):
        undo_merge(first, by=manager)
    assert Lead.everything.get(pk=keep.pk).merged_into == Lead.everything.get(pk=gone.pk)
    for made in (second, first):
        undo_merge(made, by=manager)

    assert Lead.objects.count() == 3
    assert not LeadPhone.objects.exists()


def test_a_merged_page_leads_to_the_end_of_the_chain(client_of, keep, gone, manager):
    third = make_lead()
    merge(gone, keep, manager)
    merge(third, gone, manager)

    assert client_of(manager).get(keep.get_absolute_url()).url == third.get_absolute_url()


def test_a_later_merge_into_the_same_lead_is_undone_first(keep, gone, manager):
    first = merge(keep, gone, manager)
    merge(keep, make_lead(), manager)

    with pytest.raises(CannotUndo, match="later merge first"):
        undo_merge(first, by=manager)


def test_it_is_refused_whole_when_a_third_lead_has_the_number(keep, gone, manager):
    made = merge(keep, gone, manager, "email")
    create_lead({"name": "Third", "phone": B}, by=manager)
    before = snapshot()

    with pytest.raises(CannotUndo, match="number"):
        undo_merge(made, by=manager)

    assert snapshot() == before
    assert made.reloaded().undone_at is None


def test_it_is_refused_when_the_kept_lead_is_in_the_bin_and_after_its_time(keep, gone, manager):
    made = merge(keep, gone, manager)
    delete_lead(keep, by=manager)
    with pytest.raises(CannotUndo, match="Restore it first"):
        undo_merge(made, by=manager)

    LeadMerge.objects.update(merged_at=timezone.now() - dt.timedelta(days=31))
    with pytest.raises(CannotUndo, match="30 days"):
        undo_merge(made, by=manager)


def test_while_a_call_is_going_on_neither_is_done(keep, gone, manager, telecaller):
    call = make_call(gone, telecaller, talk=60, closed_at=None, wrap_up_seconds=None)
    with pytest.raises(CannotMerge, match="Finish the call first"):
        merge(keep, gone, manager)
    Call.objects.filter(pk=call.pk).update(closed_at=timezone.now())

    made = merge(keep, gone, manager)
    make_call(keep, telecaller, closed_at=None, wrap_up_seconds=None)
    with pytest.raises(CannotUndo, match="Finish the call first"):
        undo_merge(made, by=manager)


def test_the_pages(client_of, full, keep, gone, manager):
    client = client_of(manager)
    made = merge(keep, gone, manager)
    page = client.get(keep.get_absolute_url())
    address = reverse("leads:merged", args=[made.pk])
    assert address in page.content.decode()
    assert client.get(address).status_code == 200

    assert client.post(reverse("leads:merge_undo", args=[made.pk])).url == address
    assert "This merge was undone" in client.get(address).content.decode()
    assert client.get(gone.get_absolute_url()).status_code == 200


def test_a_refused_undoing_says_why(client_of, keep, gone, manager, telecaller):
    made = merge(keep, gone, manager)
    delete_lead(keep, by=manager)

    answer = client_of(manager).post(reverse("leads:merge_undo", args=[made.pk]))
    assert answer.status_code == 409
    assert "Restore it first" in answer.content.decode()
    assert client_of(telecaller).post(reverse("leads:merge_undo", args=[made.pk])).status_code == 403


def in_threads(*works):
    start, raised = threading.Barrier(len(works)), []

    def run(work):
        try:
            start.wait()
            work()
        except BaseException as error:  # noqa: BLE001 -- carried to the test
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_a_call_that_starts_in_the_moment_of_a_merge_is_seen_or_does_not_start(organisation, telecaller, manager):
    with acting_for(organisation):
        open_all_day()
        keep, gone = make_lead(assigned_to=telecaller), make_lead(assigned_to=telecaller)

    def call():
        with acting_for(organisation):
            start_call(gone, by=telecaller)

    def join():
        with acting_for(organisation):
            merge_leads(keep, gone, choices=[], by=manager, versions=(1, 1))

    raised = in_threads(call, join)

    with acting_for(organisation):
        is_called, is_merged = Call.objects.exists(), LeadMerge.objects.exists()
    assert is_called != is_merged
    assert [type(error) for error in raised] == [LeadGone if is_merged else CannotMerge]


@pytest.mark.django_db(transaction=True)
def test_undoing_twice_at_once_is_done_once(organisation, manager, admin):
    with acting_for(organisation):
        keep, gone = make_lead(), make_lead()
        make_entry(gone)
        made = merge(keep, gone, manager)

    def undo(by):
        def work():
            with acting_for(organisation):
                undo_merge(made, by=by)

        return work

    assert in_threads(undo(manager), undo(admin)) == []
    with acting_for(organisation):
        assert Activity.objects.filter(kind="merge", details__event="undone").count() == 2
        assert QueueEntry.objects.get().lead == gone
