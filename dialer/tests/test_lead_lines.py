"""What the dialer tells on the timeline of a lead: campaigns, and whom the queue gave it to."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from dialer.campaigns.enqueueing import enqueue
from dialer.campaigns.queue import claim_next
from dialer.lead_lines import campaigns
from dialer.models import QueueEntry
from dialer.tests.factories import first_list, make_campaign, make_entry, open_all_day
from leads.models import Lead
from leads.tests.factories import make_lead


def told(client, lead, **query):
    lines = client.get(lead.get_absolute_url(), query).context["lines"]
    return [(line.title, line.more) for line in lines]


def test_the_way_into_a_campaign_and_out_of_it_is_told(client_of, scope, manager):
    lead = make_lead()
    campaign = make_campaign(name="Diwali")
    enqueue(Lead.objects.all(), first_list(campaign))
    client = client_of(manager)
    added = ("Campaign", "added to Diwali")
    assert told(client, lead) == [added]
    first = client.get(lead.get_absolute_url()).context["lines"][0]
    assert abs(first.at - timezone.now()) < dt.timedelta(minutes=1)

    QueueEntry.objects.get().finish(QueueEntry.Finished.CONVERTED)

    assert told(client, lead) == [("Campaign", "out of Diwali, Converted"), added]
    assert told(client, lead, show="changes") == told(client, lead)
    assert told(client, lead, show="notes") == []


def test_a_campaign_out_of_sight_is_not_named(client_of, scope, telecaller, colleague):
    lead = make_lead(assigned_to=telecaller)
    make_entry(lead, make_campaign(colleague, name="Secret"))

    assert told(client_of(telecaller), lead) == [("Campaign", "added to –")]


def test_whom_the_queue_gives_a_lead_is_told_by_name(client_of, scope, telecaller):
    open_all_day()
    lead = make_lead()
    make_entry(lead, make_campaign(telecaller))

    assert claim_next(telecaller) is not None

    page = client_of(telecaller).get(lead.get_absolute_url())
    line = next(line for line in page.context["lines"] if line.title == "Owner")
    assert (line.more, line.changes) == ("Asha Kulkarni", [("", "nobody", "Asha Kulkarni")])


@pytest.mark.parametrize("count", [1, 4])
def test_lines_ask_the_same_queries(client_of, scope, telecaller, count, django_assert_num_queries):
    lead = make_lead(assigned_to=telecaller)
    for _ in range(count):
        make_entry(lead, make_campaign(telecaller), finished_at=timezone.now(), finished_because="done")

    with django_assert_num_queries(1):
        assert len(campaigns(lead, telecaller)) == 2 * count


def test_the_past_of_a_lead_is_found_by_its_index(scope, telecaller):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    lead = make_lead()
    of_lead = QueueEntry.objects.filter(lead=lead, finished_at__isnull=False)

    assert "queue_of_lead" in of_lead.explain()
