"""What a provider may be able to do besides ringing: wholly, or not at all."""

import pytest
from django.test import Client
from django.urls import reverse

from dialer.calls import line
from dialer.models import CallEvent
from dialer.providers.port import DialOutcome, Leg, ProviderUnavailable, Refusal
from dialer.providers.port.conferences import Conferences
from dialer.providers.port.incoming import Incoming, RingRequest
from dialer.providers.port.recordings import Recorder, Recordings
from dialer.tests.providers.bench import Fate
from dialer.tests.providers.benches import names_of

# Each further capability has its line here; the name is that of the adapter's attribute.
CAPABILITIES = {"conferences": Conferences, "incoming": Incoming, "recordings": Recordings, "recorder": Recorder}


@pytest.fixture
def incoming(networked):
    return networked.adapter.incoming


taking_calls = pytest.mark.parametrize("bench", names_of(has_network=True, takes_calls=True), indirect=True)


def ring(bench, call):
    return RingRequest(
        token=call.pk,
        room=call.pk,
        caller_leg="CA" + "c" * 32,
        to=call.telecaller.phone,
        caller_id=bench.caller_id,
        status_url=line.address("status", bench.provider, call.organisation_id, call.pk, Leg.AGENT),
        answer_url=line.address("answer", bench.provider, call.organisation_id, call.pk, Leg.AGENT),
        ring_seconds=20,
    )


@pytest.mark.parametrize("name", CAPABILITIES)
def test_a_capability_is_whole_or_none(bench, name):
    found = getattr(bench.adapter, name)
    verbs = [verb for verb in vars(CAPABILITIES[name]) if not verb.startswith("_")]

    assert verbs
    assert found is None or all(callable(getattr(found, verb)) for verb in verbs)


def test_what_a_provider_can_do_is_what_its_bench_says(bench):
    assert (bench.adapter.incoming is not None) == bench.takes_calls
    assert bench.adapter.can_hang_up == bench.ends_calls
    assert bench.adapter.keeps_recordings == bench.keeps_recordings
    assert (bench.adapter.recorder is None) == bench.keeps_recordings
    # A recording that runs by itself is asked for by the one dial that rings both.
    assert bench.adapter.rings_both or not bench.adapter.keeps_recordings


@pytest.mark.parametrize("bench", names_of(takes_calls=False), indirect=True)
def test_a_provider_that_takes_no_calls_is_asked_for_none(bench, call):
    path = reverse("dialer:hook_incoming", args=[bench.provider, str(call.organisation_id)])

    assert Client().post(path).status_code == 403
    assert bench.post(call, "busy").to(path).deliver().status_code == 403
    assert CallEvent.objects.count() == 0


@taking_calls
@pytest.mark.parametrize(
    ("fate", "outcome", "refusal"),
    [
        (Fate.TAKEN, DialOutcome.ACCEPTED, None),
        (Fate.BAD_NUMBER, DialOutcome.REFUSED, Refusal.NUMBER_INVALID),
        (Fate.BAD_CREDENTIALS, DialOutcome.REFUSED, Refusal.CREDENTIALS),
        (Fate.TOO_MANY, DialOutcome.TRY_LATER, None),
        (Fate.SILENCE, DialOutcome.UNCLEAR, None),
    ],
)
def test_a_member_is_rung_for_a_caller_by_the_same_rules(networked, incoming, call, fate, outcome, refusal):
    networked.on_dial(fate)

    answer = incoming.ring(ring(networked, call))

    assert (answer.outcome, answer.refusal) == (outcome, refusal)


@taking_calls
@pytest.mark.parametrize("fate", [Fate.BROKEN, Fate.TOO_MANY, Fate.SILENCE, Fate.UNREACHABLE])
def test_a_caller_who_could_not_be_moved_is_moved_later(networked, incoming, fate):
    networked.on_hang_up(fate)

    with pytest.raises(ProviderUnavailable):
        incoming.move("CA" + "c" * 32, "https://calls.example.com/")


@taking_calls
def test_moving_a_caller_who_has_left_is_no_error(networked, incoming):
    networked.on_hang_up(Fate.TAKEN)

    incoming.move("CA" + "c" * 32, "https://calls.example.com/")
