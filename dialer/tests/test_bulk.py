"""Bulk jobs and the queue: what waits follows, exactly as it does when one lead changes; and leads join a campaign."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from dialer.campaigns.settling import held_elsewhere
from dialer.models import Call, Campaign, QueueEntry
from dialer.tests.factories import first_list, make_call, make_campaign, make_entry
from jini.lib.ids import uuid7
from jini.lib.work import handler_of
from leads.actions import bulk
from leads.actions.editing import assign, change_status
from leads.bulk.actions import actions
from leads.models import Status
from leads.tests.factories import make_follow_up, make_lead
from privacy.models import DoNotCall

PLACE = ("lead__name", "rank", "reserved_for", "leased_to", "finished_because")


def do(key, params, by, leads):
    job = bulk.start(uuid7(), actions()[key], params, by=by, query={}, picked=[lead.pk for lead in leads])
    while handler_of(bulk.WORK).run(job.organisation, job.pk) is not None:
        pass
    return job.reloaded()


def cast_of(name, telecaller, colleague):
    """Leads in every place that the queue knows."""
    campaign = make_campaign(telecaller, name=f"Campaign {name}")
    soon = timezone.now() + dt.timedelta(minutes=10)

    def lead(place, **fields):
        return make_lead(name=place, assigned_to=telecaller, **fields)

    leads = [lead(place) for place in ("free", "kept", "held", "called", "owed", "alone", "nowhere")]
    make_entry(leads[0], campaign)
    make_entry(leads[1], campaign, reserved_for=telecaller)
    make_entry(leads[2], campaign, reserved_for=telecaller, leased_to=telecaller, lease_until=soon)
    make_entry(leads[3], campaign, reserved_for=telecaller, leased_to=colleague, lease_until=soon)
    make_call(leads[3], colleague, closed_at=None, wrap_up_seconds=None)
    make_entry(leads[4], campaign, rank=0, reserved_for=telecaller)
    make_entry(leads[5], reserved_for=telecaller)
    return leads


def places(leads):
    return sorted(QueueEntry.objects.filter(lead__in=leads).values_list(*PLACE), key=str)


@pytest.mark.parametrize("to", ["manager", "colleague", "nobody"])
def test_assigning_in_bulk_moves_the_queue_as_assigning_one_by_one_does(
    request, scope, manager, telecaller, colleague, to
):
    person = None if to == "nobody" else request.getfixturevalue(to)
    one = cast_of("one", telecaller, colleague)
    for lead in one:
        assign(lead, person, by=manager)
    expected = places(one)
    QueueEntry.objects.all().delete()
    Call.objects.all().delete()
    many = cast_of("many", telecaller, colleague)

    people = [[str(person.pk), 1, None]] if person else []
    job = do("assign", {"how": "one", "people": people}, manager, many)

    assert job.counts["done"] == len(many)
    assert places(many) == expected


def test_a_closed_status_ends_the_waiting(scope, manager, telecaller, colleague):
    closed = Status.objects.get(kind="invalid")
    one, many = make_lead(), make_lead()
    campaign = make_campaign(telecaller)
    for lead in (one, many):
        make_entry(lead, campaign)
    change_status(one, closed, by=manager)

    do("status", {"status": str(closed.pk)}, manager, [many])

    assert set(QueueEntry.objects.values_list("finished_because", "leased_to")) == {("closed", None)}


def test_deleted_leads_leave_the_queue_and_come_back_with_the_undo(scope, manager, telecaller, colleague):
    leads = cast_of("many", telecaller, colleague)
    make_follow_up(leads[4], telecaller)
    job = do("delete", {}, manager, leads)
    assert not QueueEntry.objects.filter(finished_at=None).exists()

    bulk.start_undo(job, by=manager)
    while handler_of(bulk.WORK).run(scope, job.pk) is not None:
        pass

    assert QueueEntry.objects.filter(finished_at=None).count() == 6


def test_nothing_is_held_elsewhere_when_nobody_else_writes(scope, telecaller, colleague):
    leads = cast_of("many", telecaller, colleague)

    assert held_elsewhere([lead.pk for lead in leads]) == set()


def test_leads_join_a_campaign_and_the_others_say_why_not(scope, manager, telecaller):
    campaign, other = make_campaign(telecaller, name="Rooftop"), make_campaign(telecaller)
    fresh, waits, closed, barred = (make_lead() for _ in range(4))
    make_entry(waits, other)
    change_status(closed, Status.objects.get(kind="invalid"), by=manager)
    DoNotCall.objects.create(phone=barred.phone, source="manual")

    job = do("campaign", {"list": str(first_list(campaign).pk)}, manager, [fresh, waits, closed, barred])

    assert [entry.lead for entry in QueueEntry.objects.filter(campaign=campaign)] == [fresh]
    assert sorted(job.rows.values_list("reason", flat=True)) == ["", "barred", "closed", "waits"]


def test_an_ended_campaign_takes_nobody(client_of, scope, manager, telecaller):
    campaign, lead = make_campaign(telecaller), make_lead()
    url = f"{reverse('leads:bulk', args=['campaign'])}?all=1"
    assert campaign.name in client_of(manager).get(url).content.decode()
    Campaign.objects.update(state=Campaign.State.ENDED)

    job = do("campaign", {"list": str(first_list(campaign).pk)}, manager, [lead])

    assert list(job.rows.values_list("reason", flat=True)) == ["campaign"]
    assert client_of(manager).post(url, {"job": uuid7(), "list": first_list(campaign).pk}).status_code == 422
    page = client_of(manager).get(reverse("leads:bulk_rows", args=[job.pk])).content.decode()
    assert "The campaign or its list has ended." in page
