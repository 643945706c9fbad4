"""A lead in the bin waits in no queue, and comes back to where it waited; its calls stay."""

from django.urls import reverse

from dialer.campaigns.queue import claim_next
from dialer.campaigns.settling import settle
from dialer.models import Disposition, QueueEntry
from dialer.tests.factories import make_call, make_campaign, make_entry
from leads.actions.binning import delete_lead, restore_lead
from leads.tests.factories import make_lead


def test_it_leaves_the_queue_and_comes_back_to_its_place(scope, telecaller, manager):
    lead = make_lead()
    entry = make_entry(lead, make_campaign(telecaller))

    deleted = delete_lead(lead, by=manager)
    entry.refresh_from_db()
    assert entry.finished_because == QueueEntry.Finished.DELETED

    restore_lead(deleted, by=manager)
    entry.refresh_from_db()
    assert (entry.finished_at, entry.finished_because) == (None, "")


def test_it_is_taken_out_of_the_hands_it_is_in(scope, telecaller, manager):
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, make_campaign(telecaller), leased_to=telecaller, lease_until=lead.created_at)

    delete_lead(lead, by=manager)

    assert not QueueEntry.objects.filter(leased_to=telecaller).exists()
    assert claim_next(telecaller) is None


def test_a_call_that_ends_after_it_went_lets_it_wait_no_more(scope, telecaller, manager):
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, make_campaign(telecaller))
    outcome = Disposition.objects.filter(retry_minutes__isnull=False).first()
    call = make_call(lead, telecaller, disposition=outcome.name)
    delete_lead(lead, by=manager)
    call = type(call).objects.get(pk=call.pk)

    settle(call)

    assert not QueueEntry.objects.filter(finished_at=None).exists()


def test_its_calls_stay_in_the_log(client_of, scope, telecaller, manager):
    call = make_call(make_lead(name="Suresh", assigned_to=telecaller), telecaller)
    delete_lead(call.lead, by=manager)

    page = client_of(manager).get(reverse("dialer:calls"))

    assert [row.pk for row in page.context["page"].rows] == [call.pk]
