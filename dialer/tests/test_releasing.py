"""Undoing an import takes its leads out of the queue, except those that were called."""

from accounts.models import Membership
from dialer.models import QueueEntry
from dialer.tests.factories import make_call, make_campaign, make_entry
from jini.lib.lead_removal import released
from leads.tests.factories import make_lead


def test_leads_that_merely_wait_go_and_called_ones_stay(scope, telecaller: Membership):
    campaign = make_campaign(telecaller)
    waiting, called, held, tried, nowhere = (make_lead() for _ in range(5))
    for lead in (waiting, called):
        make_entry(lead, campaign)
    make_entry(held, campaign, leased_to=telecaller, lease_until=campaign.created_at)
    make_entry(tried, campaign, attempts=1)
    make_call(called, telecaller)

    free = released([lead.pk for lead in (waiting, called, held, tried, nowhere)])

    assert free == {waiting.pk, nowhere.pk}
    assert set(QueueEntry.objects.values_list("lead", flat=True)) == {called.pk, held.pk, tried.pk}
