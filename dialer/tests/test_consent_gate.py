"""What a lead said, and what the DND registry said, decides on the very next claim and the very next call."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialer.actions.calling import NotAllowed, start_call
from dialer.calls.caller import shown_in
from dialer.calls.contact import decide, decide_to_call, deciders, line_refusal
from dialer.campaigns import queue
from dialer.campaigns.counting import COUNT, count_of, start_count
from dialer.campaigns.enqueueing import enqueue
from dialer.campaigns.queue import claim_next
from dialer.models import CountedLead, QueueEntry
from dialer.tests.factories import first_list, make_campaign, make_entry, open_all_day
from jini.lib.work import handler_of
from leads.actions.consents import Said, note_consent
from leads.models import Consent, Lead
from leads.tests.factories import make_lead
from privacy.contact_facts import Channel, Purpose
from privacy.contact_reasons import Reason
from privacy.models import ContactPolicy, DndResult, DoNotCall

State = Consent.State
DAY = dt.timedelta(days=1)


@pytest.fixture
def open_scope(scope):
    open_all_day()
    queue._heads.clear()
    queue._released.clear()
    return scope


@pytest.fixture
def offers(open_scope, telecaller):
    """A campaign whose calls are promotional."""
    return make_campaign(telecaller, purpose=Purpose.PROMOTIONAL)


def say(lead, state, by, *, purpose=Purpose.PROMOTIONAL, channel=Channel.CALL, **more):
    return note_consent(lead, Said(purpose, channel, state, Consent.Source.CALL, **more), by=by)


def answer(phone, by, *, is_registered, days_ago=1.0, channel=Channel.CALL):
    at = timezone.now() - days_ago * DAY
    return DndResult.objects.create(
        phone=phone, channel=channel, is_registered=is_registered, source="api", checked_at=at,
        recorded_at=timezone.now(), by=by,
    )  # fmt: skip


def waiting(campaign):
    lead = make_lead()
    return lead, make_entry(lead, campaign)


@pytest.mark.parametrize(("state", "reason"), [("withdrawn", "consent_withdrawn"), ("refused", "consent_refused")])
def test_whoever_says_no_is_not_handed_out_any_more(offers, telecaller, state, reason):
    lead, entry = waiting(offers)
    other, _entry = waiting(offers)
    say(lead, State.GIVEN, telecaller)
    say(lead, State(state), telecaller)

    assert decide(lead).reason == reason
    assert claim_next(telecaller).lead == other
    assert entry.reloaded().finished_because == QueueEntry.Finished.REFUSED


def test_without_a_word_the_same_lead_is_handed_out(offers, telecaller):
    lead, _entry = waiting(offers)

    assert claim_next(telecaller).lead == lead


def test_a_lead_in_hand_that_takes_it_back_is_not_called(offers, telecaller):
    lead, _entry = waiting(offers)
    claim_next(telecaller)
    say(Lead.objects.get(pk=lead.pk), State.WITHDRAWN, telecaller)

    with pytest.raises(NotAllowed) as refusal:
        start_call(Lead.objects.get(pk=lead.pk), by=telecaller, campaign=offers, mode="own_phone")

    assert refusal.value.decision.reason == Reason.CONSENT_WITHDRAWN


def test_each_purpose_and_channel_stands_for_itself(open_scope, telecaller):
    lead = make_lead(assigned_to=telecaller)
    say(lead, State.WITHDRAWN, telecaller, purpose=Purpose.PROMOTIONAL)
    say(lead, State.WITHDRAWN, telecaller, purpose=Purpose.SERVICE, channel=Channel.SMS)

    assert decide(lead).is_allowed

    say(lead, State.WITHDRAWN, telecaller, purpose=Purpose.SERVICE)

    assert decide(lead).reason == Reason.CONSENT_WITHDRAWN


def test_agreeing_again_opens_the_gate_at_once_and_running_out_closes_nothing(offers, telecaller):
    lead, _entry = waiting(offers)
    at = timezone.now() - DAY
    say(lead, State.WITHDRAWN, telecaller, obtained_at=at)
    assert not decide(lead).is_allowed

    say(lead, State.GIVEN, telecaller, valid_until=timezone.now() + DAY)

    assert decide(lead).is_allowed
    assert decide(lead, at=timezone.now() + 2 * DAY).is_allowed


def test_a_number_on_dnd_is_not_called_with_offers_unless_its_owner_agreed(offers, telecaller):
    lead, entry = waiting(offers)
    answer(lead.phone, telecaller, is_registered=True, days_ago=200)
    assert decide(lead).reason == Reason.DND_REGISTERED

    say(lead, State.GIVEN, telecaller, valid_until=timezone.now() + DAY)

    assert decide(lead).is_allowed
    assert decide(lead, at=timezone.now() + 2 * DAY).reason == Reason.DND_REGISTERED
    assert claim_next(telecaller).lead == lead
    entry.finish(QueueEntry.Finished.DONE)
    assert decide(lead).is_allowed


def test_the_newest_answer_of_the_registry_for_calls_counts(offers, telecaller):
    lead, _entry = waiting(offers)
    answer(lead.phone, telecaller, is_registered=True, days_ago=5)
    answer(lead.phone, telecaller, is_registered=False, days_ago=2)
    answer(lead.phone, telecaller, is_registered=True, channel=Channel.SMS)

    assert decide(lead).is_allowed


def test_where_offers_need_a_result_a_lead_without_one_waits_an_hour_and_is_called_then(offers, telecaller):
    lead, entry = waiting(offers)
    assert decide(lead).is_allowed
    ContactPolicy.objects.update(requires_dnd=True, dnd_days=7)

    assert decide(lead).reason == Reason.DND_NOT_CHECKED
    assert claim_next(telecaller) is None
    assert entry.reloaded().finished_at is None
    assert dt.timedelta(minutes=59) < entry.reloaded().due_at - timezone.now() <= dt.timedelta(hours=1)

    answer(lead.phone, telecaller, is_registered=False, days_ago=6.9)
    assert decide(lead).is_allowed
    assert decide(lead, at=timezone.now() + DAY).reason == Reason.DND_STALE


def test_calls_of_service_ask_the_registry_nothing(open_scope, telecaller):
    ContactPolicy.objects.update(requires_dnd=True)
    lead = make_lead(assigned_to=telecaller)
    answer(lead.phone, telecaller, is_registered=True)

    assert decide(lead).is_allowed


def test_do_not_call_is_of_one_channel_and_ends_when_it_is_lifted(offers, telecaller, admin):
    lead, _entry = waiting(offers)
    DoNotCall.objects.create(phone=lead.phone, source="manual", channel="sms")
    assert decide(lead).is_allowed

    row = DoNotCall.objects.create(phone=lead.phone, source="manual")
    assert decide(lead).reason == Reason.ON_DO_NOT_CALL
    assert line_refusal("simulator", None, phone=lead.phone)

    DoNotCall.objects.filter(pk=row.pk).update(lifted_at=timezone.now(), lifted_by=admin)
    assert decide(lead).is_allowed
    assert not line_refusal("simulator", None, phone=lead.phone)
    QueueEntry.objects.all().delete()
    assert enqueue(Lead.objects.all(), first_list(offers)).added == 1


def test_why_names_the_gate_and_the_count_has_it(client_of, offers, telecaller, manager):
    lead, _entry = waiting(offers)
    say(lead, State.WITHDRAWN, telecaller)
    listed, _entry = waiting(offers)
    answer(listed.phone, telecaller, is_registered=True)

    page = client_of(manager).get(reverse("dialer:why", args=[lead.pk])).content.decode()
    assert "The person withdrew their consent to calls of this kind." in page

    start_count(offers)
    while handler_of(COUNT).run(offers.organisation, offers.pk) is not None:
        pass
    assert count_of(offers).done == 2
    assert dict(CountedLead.objects.values_list("lead", "gate")) == {lead.pk: "consent", listed.pk: "dnd_registry"}


def test_all_ways_of_asking_agree(offers, telecaller):
    leads = [waiting(offers)[0] for _ in range(3)]
    say(leads[0], State.REFUSED, telecaller)
    answer(leads[1].phone, telecaller, is_registered=True)
    at = timezone.now()
    shown = shown_in(offers, "own_phone")
    many = deciders(leads, at, shown)

    reasons = [many[lead.pk](at).reason for lead in leads]
    assert reasons == [Reason.CONSENT_REFUSED, Reason.DND_REGISTERED, Reason.ALLOWED]
    assert reasons == [decide(lead, at=at).reason for lead in leads]
    assert reasons == [decide_to_call(lead, None, at=at, shown=shown).reason for lead in leads]


@pytest.mark.parametrize("count", [1, 4])
def test_many_leads_with_words_ask_three_questions(offers, telecaller, count):
    leads = [waiting(offers)[0] for _ in range(count)]
    for lead in leads:
        say(lead, State.GIVEN, telecaller)
        answer(lead.phone, telecaller, is_registered=True)
    shown = shown_in(offers)

    with CaptureQueriesContext(connection) as asked:
        deciders(leads, timezone.now(), shown)

    assert len(asked) == 3
