"""A lead goes back to who talked to the person last, and to the others of the campaign after a while."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import make_member
from dialer.campaigns import queue
from dialer.campaigns.enqueueing import enqueue
from dialer.campaigns.queue import claim_next
from dialer.campaigns.settling import settle
from dialer.models import Campaign, QueueEntry
from dialer.tests.factories import first_list, make_call, make_campaign, make_entry, open_all_day
from dialer.why import explain
from leads.actions.editing import assign
from leads.models import Lead
from leads.tests.factories import make_lead

Rank = QueueEntry.Rank
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def forget_heads():
    queue._heads.clear()
    queue._released.clear()
    yield
    queue._heads.clear()
    queue._released.clear()


@pytest.fixture
def open_scope(scope):
    """In the morning of a working day: what is told here of the hours after it does not go past midnight."""
    open_all_day()
    with time_machine.travel("2026-11-26 08:00+05:30"):
        yield scope


def retry_of(lead, campaign, telecaller, *, talk=None):
    make_entry(lead, campaign)
    return settle(make_call(lead, telecaller, talk=talk, disposition="No answer", campaign=campaign))


def in_the_future(hours):
    return time_machine.travel(timezone.now() + dt.timedelta(hours=hours))


def test_a_retry_is_kept_for_its_telecaller_and_then_anyones(open_scope, telecaller, colleague):
    campaign = make_campaign(telecaller, colleague, keep_hours=5)
    lead = make_lead(assigned_to=telecaller)
    entry = retry_of(lead, campaign, telecaller)
    assert (entry.reserved_for, entry.kept_until) == (telecaller, entry.due_at + 5 * HOUR)

    with in_the_future(6):
        assert claim_next(colleague) is None
    with in_the_future(8):
        assert claim_next(colleague) == entry
    assert lead.reloaded().assigned_to == colleague


def test_without_hours_a_retry_is_kept_for_good(open_scope, telecaller, colleague):
    campaign = make_campaign(telecaller, colleague, keep_hours=None)
    entry = retry_of(make_lead(assigned_to=telecaller), campaign, telecaller)

    with in_the_future(900):
        assert claim_next(colleague) is None
        assert claim_next(telecaller) == entry


def test_a_fresh_lead_of_a_colleague_stays_theirs(open_scope, telecaller, colleague):
    campaign = make_campaign(telecaller, colleague, keep_hours=1)
    make_lead(assigned_to=colleague)
    enqueue(Lead.objects.all(), first_list(campaign))

    with in_the_future(900):
        assert claim_next(telecaller) is None


def test_a_lead_of_nobody_goes_to_who_talked_last_among_the_people_of_the_campaign(
    open_scope, organisation, telecaller, colleague
):
    gone, stranger = make_member(organisation), make_member(organisation)
    campaign = make_campaign(telecaller, colleague, gone)
    gone.deactivated_at = timezone.now()
    gone.save()
    leads = {}
    for name, talker in {"talked": telecaller, "gone": gone, "stranger": stranger, "rang": None}.items():
        leads[name] = make_lead(name=name, attempts=1, connected=1)
        make_call(leads[name], colleague, talk=60, started_at=timezone.now() - dt.timedelta(days=9))
        if talker is not None:
            make_call(leads[name], talker, talk=60, started_at=timezone.now() - dt.timedelta(days=5))
        # A call that nobody answered is no talk.
        make_call(leads[name], stranger, started_at=timezone.now() - dt.timedelta(days=4))
    make_lead(name="never")

    enqueue(Lead.objects.all(), first_list(campaign))

    kept = {entry.lead.name: entry.reserved_for for entry in QueueEntry.objects.all()}
    assert kept == {"talked": telecaller, "gone": None, "stranger": None, "rang": colleague, "never": None}
    until = QueueEntry.objects.get(lead=leads["talked"]).kept_until
    assert abs(until - timezone.now() - 24 * HOUR) < dt.timedelta(minutes=1)


def test_a_retry_of_nobodys_lead_goes_to_who_talked_last(open_scope, manager, telecaller, colleague):
    campaign = make_campaign(telecaller, colleague)
    lead = make_lead()
    make_call(lead, colleague, talk=60, started_at=timezone.now() - dt.timedelta(days=1), campaign=campaign)

    assert retry_of(lead, campaign, telecaller).reserved_for == colleague


def test_who_is_given_the_lead_by_hand_keeps_it(open_scope, manager, telecaller, colleague):
    campaign = make_campaign(telecaller, colleague, keep_hours=1)
    lead = make_lead(assigned_to=telecaller)
    entry = retry_of(lead, campaign, telecaller)

    assign(lead, colleague, by=manager)

    assert (entry.reloaded().reserved_for, entry.reloaded().kept_until) == (colleague, None)


def test_the_page_says_until_when_and_the_queue_agrees(open_scope, manager, telecaller, colleague):
    campaign = make_campaign(telecaller, colleague, keep_hours=2)
    lead = make_lead(assigned_to=telecaller)
    entry = retry_of(lead, campaign, telecaller)
    until = entry.kept_until

    told = explain(lead, member=colleague, at=timezone.now())
    assert told.queue[-1].opens_at == until
    assert told.handed_at == until
    with time_machine.travel(until - dt.timedelta(seconds=1), tick=False):
        assert claim_next(colleague) is None
    queue._released.clear()
    with time_machine.travel(until, tick=False):
        assert explain(lead, member=colleague, at=until).is_handed_out
        assert claim_next(colleague) == entry


def test_what_is_put_off_is_kept_as_long_from_then_on(open_scope, telecaller):
    now = timezone.now()
    entry = make_entry(make_lead(), make_campaign(), reserved_for=telecaller, due_at=now, kept_until=now + HOUR)

    entry.put_off(now + 3 * HOUR)

    assert entry.reloaded().kept_until == now + 4 * HOUR


def test_the_database_refuses_hours_that_cannot_be(scope):
    for hours in (0, 721):
        with pytest.raises(IntegrityError, match="campaign_keep_hours_1_to_720"), transaction.atomic():
            Campaign.objects.create(name="x", keep_hours=hours)
