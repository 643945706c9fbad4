"""Putting leads into a campaign."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Membership, Organisation
from dialer.campaigns.enqueueing import Enqueued, enqueue
from dialer.models import QueueEntry
from dialer.tests.factories import first_list, make_campaign, make_entry
from leads.models import ImportBatch, Lead, Status
from leads.tests.factories import make_lead
from privacy.models import DoNotCall

pytestmark = pytest.mark.usefixtures("scope")


def an_import(by: Membership) -> ImportBatch:
    return ImportBatch.objects.create(created_by=by, file="leads.csv", file_name="leads.csv", file_bytes=1)


def test_leads_wait_in_the_order_they_were_written_down(manager: Membership) -> None:
    campaign, now = make_campaign(), timezone.now()
    batch = an_import(manager)
    leads = [make_lead(created_at=now - dt.timedelta(minutes=age), import_batch=batch) for age in (1, 3, 2)]

    assert enqueue(Lead.objects.all(), first_list(campaign)) == Enqueued(
        added=3, waiting_elsewhere=0, closed=0, do_not_call=0
    )

    entries = QueueEntry.objects.order_by("due_at")
    assert [entry.lead for entry in entries] == [leads[1], leads[2], leads[0]]
    assert {(entry.rank, entry.campaign, entry.attempts) for entry in entries} == {(QueueEntry.Rank.FRESH, campaign, 0)}
    assert all(entry.due_at <= now + dt.timedelta(minutes=1) for entry in entries)
    assert {entry.pk.version for entry in entries} == {7}


def test_who_cannot_be_called_is_left_out_and_counted() -> None:
    barred = make_lead()
    DoNotCall.objects.create(phone=barred.phone, source=DoNotCall.Source.MANUAL)
    make_lead(status=Status.objects.get(name="Won"))
    make_entry(make_lead())
    make_lead()

    enqueued = enqueue(Lead.objects.order_by("name"), first_list(make_campaign()))

    assert enqueued == Enqueued(added=1, waiting_elsewhere=1, closed=1, do_not_call=1)
    assert QueueEntry.objects.count() == 2


def test_a_second_time_adds_nothing() -> None:
    campaign = make_campaign()
    make_lead()
    enqueue(Lead.objects.all(), first_list(campaign))

    assert enqueue(Lead.objects.all(), first_list(campaign)) == Enqueued(0, 1, 0, 0)


def test_a_lead_that_is_done_with_may_wait_again() -> None:
    entry = make_entry(make_lead())
    entry.finish(QueueEntry.Finished.DONE)

    assert enqueue(Lead.objects.all(), first_list(make_campaign())).added == 1


def test_who_asked_us_just_now_is_hot_and_who_was_imported_is_not(manager: Membership) -> None:
    fresh = make_lead()
    make_lead(created_at=timezone.now() - dt.timedelta(hours=2))
    make_lead(import_batch=an_import(manager))

    enqueue(Lead.objects.all(), first_list(make_campaign()))

    assert [entry.lead for entry in QueueEntry.objects.filter(rank=QueueEntry.Rank.HOT)] == [fresh]


def test_an_owned_lead_is_kept_for_its_owner_unless_they_left(telecaller: Membership, colleague: Membership) -> None:
    mine, theirs, nobodys = make_lead(assigned_to=telecaller), make_lead(assigned_to=colleague), make_lead()
    colleague.deactivated_at = timezone.now()
    colleague.save()

    enqueue(Lead.objects.all(), first_list(make_campaign()))

    kept = {entry.lead: entry.reserved_for for entry in QueueEntry.objects.all()}
    assert kept == {mine: telecaller, theirs: None, nobodys: None}


def test_leads_of_another_organisation_are_not_reached(rival: Organisation) -> None:
    make_lead()

    assert enqueue(Lead.objects.filter(organisation=rival), first_list(make_campaign())).added == 0
