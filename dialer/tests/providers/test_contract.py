"""What JiNi asks of every provider, held against each: what is asked of it, and what it tells."""

import datetime as dt
import random

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from dialer import tasks
from dialer.calls import line
from dialer.models import Call, CallEvent
from dialer.providers.port import (
    CheckOutcome,
    DialOutcome,
    ForgedPost,
    Leg,
    ProviderUnavailable,
    Refusal,
    Status,
)
from dialer.tests.providers.bench import Fate, Story, at_of
from dialer.tests.providers.benches import names_of

DOWN = [Fate.BROKEN, Fate.TOO_MANY, Fate.SILENCE, Fate.CUT, Fate.UNREACHABLE]


def test_a_leg_is_rung(bench, call):
    bench.on_dial(Fate.TAKEN)

    answer = bench.adapter.dial(bench.request(call, Leg.AGENT))

    assert answer.outcome is DialOutcome.ACCEPTED
    assert 0 < len(answer.provider_id) <= line.LONGEST_ID


@pytest.mark.parametrize(
    ("fate", "outcome", "refusal"),
    [
        (Fate.BAD_NUMBER, DialOutcome.REFUSED, Refusal.NUMBER_INVALID),
        (Fate.BAD_CALLER_ID, DialOutcome.REFUSED, Refusal.CALLER_ID),
        (Fate.BAD_CREDENTIALS, DialOutcome.REFUSED, Refusal.CREDENTIALS),
        (Fate.TOO_MANY, DialOutcome.TRY_LATER, None),
        (Fate.UNREACHABLE, DialOutcome.TRY_LATER, None),
        (Fate.BROKEN, DialOutcome.UNCLEAR, None),
        (Fate.NONSENSE, DialOutcome.UNCLEAR, None),
        (Fate.SILENCE, DialOutcome.UNCLEAR, None),
        (Fate.CUT, DialOutcome.UNCLEAR, None),
    ],
)
def test_what_becomes_of_a_dial(networked, call, fate, outcome, refusal):
    networked.on_dial(fate)

    answer = networked.adapter.dial(networked.request(call, Leg.AGENT))

    assert (answer.outcome, answer.refusal) == (outcome, refusal)
    assert call.phone[-10:] not in answer.code


def test_an_unclear_dial_is_asked_about_and_never_sent_again(networked, call, network):
    networked.on_dial(Fate.SILENCE)
    tasks.place_call(call.organisation, call.pk)
    networked.on_fetch(Fate.TAKEN, status="in-progress")
    tasks.place_call(call.organisation, call.pk)
    tasks.reconcile_call(call.organisation, call.pk)
    tasks.merge_events(call.organisation, [call.pk])

    assert [asked.request.method for asked in network.calls].count("POST") == 1
    assert call.reloaded().agent_leg


def test_nobody_rings_the_customer_of_a_provider_that_rings_both(bench, call):
    bench.on_dial(Fate.TAKEN)
    Call.objects.filter(pk=call.pk).update(agent_status="in-progress")

    assert line.rings_customer(call.reloaded()) is not bench.adapter.rings_both


def test_how_a_leg_stands_is_asked(networked, call):
    networked.on_fetch(Fate.TAKEN, status="completed", seconds=40)

    for provider_id in ("CA" + "c" * 32, ""):
        query = networked.query(call, Leg.CUSTOMER, provider_id=provider_id)
        told = {event.leg: event for event in networked.adapter.fetch(query)}
        assert (told[Leg.CUSTOMER].status, told[Leg.CUSTOMER].duration) == (Status.COMPLETED, 40)
        assert told[Leg.CUSTOMER].provider_id
        assert abs(told[Leg.CUSTOMER].at - timezone.now()) < dt.timedelta(minutes=1)


def test_a_leg_that_nobody_knows_of_is_none(bench, call):
    if bench.has_network:
        bench.on_fetch(Fate.TAKEN)

    for provider_id in ("CA" + "c" * 32, ""):
        assert list(bench.adapter.fetch(bench.query(call, Leg.CUSTOMER, provider_id=provider_id))) == []


@pytest.mark.parametrize("fate", [*DOWN, Fate.NONSENSE, Fate.BAD_CREDENTIALS])
def test_a_question_that_is_not_answered_is_asked_again_later(networked, call, fate):
    networked.on_fetch(fate)

    for provider_id in ("CA" + "c" * 32, ""):
        with pytest.raises(ProviderUnavailable):
            networked.adapter.fetch(networked.query(call, Leg.CUSTOMER, provider_id=provider_id))


def test_ending_a_leg_that_is_over_is_no_error(bench, call):
    if not bench.adapter.can_hang_up:
        with pytest.raises(NotImplementedError):
            bench.adapter.hang_up(["e" * 32])
        return
    bench.on_hang_up(Fate.TAKEN)

    bench.adapter.hang_up([f"c-{call.pk}" if bench.provider == "simulator" else "CA" + "c" * 32])


@pytest.mark.parametrize("bench", names_of(has_network=True, ends_calls=True), indirect=True)
@pytest.mark.parametrize("fate", DOWN)
def test_a_leg_that_could_not_be_ended_is_tried_again(networked, call, fate):
    networked.on_hang_up(fate)

    with pytest.raises(ProviderUnavailable):
        networked.adapter.hang_up(["CA" + "c" * 32])


def test_a_connection_that_is_well_passes_its_test(bench):
    bench.on_check(Fate.TAKEN)

    assert {step.outcome for step in bench.adapter.check()} == {CheckOutcome.PASSED}


@pytest.mark.parametrize("fate", [*DOWN, Fate.NONSENSE, Fate.BAD_CREDENTIALS])
def test_a_connection_that_is_not_well_fails_its_test_and_raises_nothing(networked, fate):
    networked.on_check(fate)

    steps = networked.adapter.check()

    assert (steps[0].name, steps[0].outcome) == ("credentials", CheckOutcome.FAILED)
    assert {step.outcome for step in steps[1:]} == {CheckOutcome.SKIPPED}


def test_no_provider_is_asked_within_a_transaction(networked, call):
    depths, before = [], len(connection.savepoint_ids)
    networked.listeners.append(lambda: depths.append(len(connection.savepoint_ids)))
    networked.on_dial(Fate.TAKEN)
    networked.on_fetch(Fate.TAKEN, status="completed", seconds=3)
    networked.on_check(Fate.TAKEN)
    networked.on_hang_up(Fate.TAKEN)
    networked.account.check_result = {"asked_at": timezone.now().isoformat()}
    networked.account.save()

    tasks.place_call(call.organisation, call.pk)
    Call.objects.filter(pk=call.pk).update(agent_status="in-progress")
    tasks.ring_customer(call.organisation, call.pk)
    tasks.hang_up(call.organisation, call.pk)
    tasks.reconcile_call(call.organisation, call.pk)
    tasks.check_account(call.organisation, networked.account.pk)

    assert len(depths) >= 3
    assert set(depths) == {before}


def test_a_rightly_signed_post_is_taken(bench, call):
    bench.adapter.verify(bench.post(call, "busy").read())


def test_a_forged_post_is_refused_and_not_kept(bench, call):
    sent = bench.post(call, "busy")
    for forged in bench.forged(sent):
        with pytest.raises(ForgedPost):
            bench.adapter.verify(forged.read())
        assert forged.deliver().status_code == 403

    assert CallEvent.objects.count() == 0


@pytest.mark.parametrize("bench", names_of(signs_body=True), indirect=True)
def test_a_post_that_was_changed_on_its_way_is_refused(bench, call):
    sent = bench.post(call, "busy")
    changed = type(sent)(sent.path, sent.body.replace(b"busy", b"completed"), sent.content_type, sent.headers)

    assert changed.deliver().status_code == 403


@pytest.mark.parametrize("bench", names_of(signs_address=True), indirect=True)
def test_a_post_is_good_for_the_call_it_was_made_for(bench, call, rival):
    """Of a provider that signs what it says, the address is part of that, or the call's own id is."""
    sent = bench.post(call, "busy")
    other = Call(id=rival.pk, organisation=call.organisation)
    foreign = Call(id=call.pk, organisation=rival)

    assert sent.to(bench.path(other, Leg.CUSTOMER)).deliver().status_code == 403
    path = bench.path(foreign, Leg.CUSTOMER).replace(str(call.organisation_id), str(rival.pk))
    assert sent.to(path).deliver().status_code in {403, 404}
    assert CallEvent.objects.count() == 0


def test_a_get_is_no_post(bench, call):
    assert Client().get(bench.path(call, Leg.CUSTOMER)).status_code == 405


def test_the_same_post_again_is_known(bench, call):
    bench.post(call, "busy").deliver()
    before = set(CallEvent.objects.values_list("pk", flat=True))
    sent = bench.post(call, "no-answer")
    for _ in range(3):
        assert sent.deliver().status_code == 204

    rows = CallEvent.objects.exclude(pk__in=before)
    assert rows
    assert {row.copies for row in rows} == {3}


def test_keys_tell_posts_apart(bench, call):
    keys = [
        event.event_key
        for sent in bench.posts(call, Story.TALK, at_of(call))
        for event in bench.adapter.parse(sent.read(), Leg.CUSTOMER)
    ]

    assert len(set(keys)) == len(keys)
    assert all(0 < len(key) <= 64 for key in keys)


def test_a_status_that_nobody_knows_is_passed_on(bench, call):
    sent = bench.post(call, "exploded")
    assert sent.deliver().status_code == 204
    tasks.merge_events(call.organisation, [call.pk])

    kept = CallEvent.objects.get(payload__status="exploded")
    assert kept.verdict == CallEvent.Verdict.UNKNOWN_STATUS
    assert call.reloaded().is_live


def test_nothing_personal_is_kept(bench, call):
    for sent in bench.posts(call, Story.TALK, at_of(call)):
        sent.deliver()

    kept = str([(row.payload, row.event_key) for row in CallEvent.objects.all()])
    for personal in (call.phone, call.telecaller.phone, bench.caller_id, "recordings.example"):
        assert personal[-10:] not in kept


@pytest.mark.parametrize("length", [0, 1, 20, 60])
def test_a_post_that_is_cut_short_breaks_nothing(bench, call, length):
    sent = bench.post(call, "busy").read()
    cut = type(sent)(sent.url, {}, sent.headers, sent.body[:length], sent.received_at)

    events = bench.adapter.parse(cut, Leg.CUSTOMER)

    assert events
    for event in events:
        assert event.event_key
        assert event.at == cut.received_at
        assert line.as_payload(event)["status"] == event.status


STORIES = {
    Story.TALK: ("completed", "", 40),
    Story.BUSY: ("busy", "", None),
    Story.NO_ANSWER: ("no-answer", "", None),
    Story.NO_TELECALLER: ("failed", "telecaller_no_answer", None),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("story", STORIES)
def test_both_legs_come_to_one_call_in_whatever_order_and_number(bench, call, story, seed):
    bench.on_dial(Fate.TAKEN)
    tasks.place_call(call.organisation, call.pk)
    if story is not Story.NO_TELECALLER and not bench.adapter.rings_both:
        Call.objects.filter(pk=call.pk).update(customer_status="queued")
    began = at_of(call)
    posts = bench.posts(call, story, began) * 3
    random.Random(seed).shuffle(posts)
    for sent in posts:
        assert sent.deliver().status_code == 204
        tasks.merge_events(call.organisation, [call.pk])

    ended = call.reloaded()
    assert (ended.status, ended.failure, ended.talk_seconds) == STORIES[story]
    assert ended.ended_at == began + dt.timedelta(seconds=45)
    assert ended.is_in_wrap_up
    assert set(CallEvent.objects.values_list("copies", flat=True)) == {3}


@pytest.mark.parametrize("at", ["", "yesterday", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-13-45 99:99:99"])
def test_a_time_that_cannot_be_is_the_time_of_receipt(bench, call, at):
    names = {"simulator": ["at"], "twilio": ["Timestamp"], "exotel": ["DateUpdated", "EndTime"]}
    sent = bench.post(call, "busy", **dict.fromkeys(names[bench.provider], at)).read()

    assert {event.at for event in bench.adapter.parse(sent, Leg.CUSTOMER)} == {sent.received_at}


@pytest.mark.parametrize("seconds", ["9" * 5000, "-1", "", "1e3", "١٢", "NaN"])
def test_a_talk_that_cannot_be_is_none(bench, call, seconds):
    names = {"simulator": "duration", "twilio": "CallDuration", "exotel": "ConversationDuration"}
    more = {"Legs": []} if bench.provider == "exotel" else {}
    sent = bench.post(call, "completed", **{names[bench.provider]: seconds}, **more).read()

    told = {event.leg: event.duration for event in bench.adapter.parse(sent, Leg.CUSTOMER)}
    assert told[Leg.CUSTOMER] in {None, 12}
