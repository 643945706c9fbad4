"""The simulator plays who calls us: it asks what to do, does it, and tells of it in signed posts."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
import responses
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import DueTask
from accounts.tenancy import acting_for
from dialer.actions.incoming import pick_up_practice, simulate_call
from dialer.calls.line import account_of
from dialer.models import Call, IncomingCall, IncomingRing, SimulatedCall
from dialer.providers.accounts import provider_of
from dialer.providers.port import DialOutcome
from dialer.providers.port.conferences import LegChange
from dialer.tests.callers import make_available, work
from dialer.tests.factories import open_all_day
from leads.tests.factories import make_lead

KINDS = ("simulator.emit", "dialer.merge_events", "dialer.incoming_step", "dialer.cancel_ring", "dialer.hang_up")


@pytest.fixture(autouse=True)
def wire(scope):
    """Carry the simulator's posts to our own views."""
    open_all_day()

    def carried(request):
        headers = {name: value for name, value in request.headers.items() if name.startswith("X-")}
        path, kind = urlsplit(request.url).path, request.headers["Content-Type"]
        answer = Client().post(path, request.body, content_type=kind, headers=headers)
        return answer.status_code, {}, answer.content

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.POST, re.compile(r".*/hooks/.*"), callback=carried)
        yield mock


@pytest.fixture
def lead(telecaller):
    return make_lead(assigned_to=telecaller)


@pytest.fixture
def plays(organisation):
    """Return `plays(seconds)`, which lets so much time pass and does what falls due."""
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def plays(seconds):
            for _step in range(0, seconds + 1, 2):
                work(organisation, *KINDS)
                clock.shift(dt.timedelta(seconds=2))

        yield plays


def test_a_caller_who_is_answered_talks_and_hangs_up(plays, organisation, admin, telecaller, lead):
    make_available(telecaller)
    simulate_call(lead.phone, patience=60, message=0, by=admin)
    plays(2)

    assert pick_up_practice(IncomingRing.objects.get())
    assert not pick_up_practice(IncomingRing.objects.get())
    plays(2)
    assert Call.objects.get().is_live
    plays(70)

    call = Call.objects.get()
    assert (call.status, 18 <= call.talk_seconds <= 64) == ("completed", True)
    assert IncomingRing.objects.get().outcome == "answered"


def test_a_caller_who_reaches_nobody_leaves_a_message(plays, organisation, admin, lead):
    simulate_call(lead.phone, patience=60, message=7, by=admin)
    plays(20)

    row = IncomingCall.objects.get()
    assert (row.missed, row.message_seconds, row.is_missed) == ("nobody", 7, True)
    assert row.follow_up is not None


def test_a_caller_loses_patience(plays, organisation, admin, telecaller, lead):
    make_available(telecaller)
    simulate_call(lead.phone, patience=6, message=7, by=admin)
    plays(12)

    assert IncomingCall.objects.get().missed == "gave_up"
    assert not pick_up_practice(IncomingRing.objects.get())
    assert IncomingRing.objects.get().outcome == "caller_gone"


def test_a_phone_that_nobody_picks_up_is_given_up(plays, organisation, admin, telecaller, colleague, lead):
    make_available(telecaller, colleague)
    simulate_call(lead.phone, patience=120, message=0, by=admin)
    plays(24)

    first, second = IncomingRing.objects.order_by("started_at")
    assert (first.member, first.outcome, second.member, second.ended_at) == (telecaller, "no_answer", colleague, None)


def test_who_calls_can_be_held_and_let_go(plays, organisation, admin, telecaller, lead):
    make_available(telecaller)
    simulate_call(lead.phone, patience=60, message=0, by=admin)
    plays(2)
    pick_up_practice(IncomingRing.objects.get())
    plays(2)
    call = Call.objects.get()
    provider = provider_of(account_of(call), organisation)

    held = provider.conferences.change(LegChange(token=call.pk, leg_id=call.customer_leg, is_held=True))
    muted = provider.conferences.change(LegChange(token=call.pk, leg_id=call.agent_leg, is_muted=True))
    assert (held.outcome, muted.outcome) == (DialOutcome.ACCEPTED, DialOutcome.ACCEPTED)

    provider.hang_up([call.customer_leg, call.agent_leg])
    plays(4)
    assert Call.objects.get().is_in_wrap_up
    with acting_for(organisation):
        assert SimulatedCall.objects.count() == 2
        assert not DueTask.objects.filter(task="simulator.emit", due_at__lt=timezone.now()).exists()
