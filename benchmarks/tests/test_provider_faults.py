"""A provider that fails, at a size for every run; and that a call rung twice, or left open, would be seen."""

import datetime as dt
from collections import deque
from collections.abc import Iterator

import pytest
import responses
import time_machine
from django.utils import timezone

from accounts import work
from accounts.models import DueTask, Membership, Organisation
from benchmarks.faulty_twilio import ACCOUNT, TOKEN, FaultyTwilio
from benchmarks.measuring import Failed
from benchmarks.provider_faults import REMEMBERED, START, Dials
from dialer.models import Call, TelephonyAccount
from jini.lib.ids import uuid7
from leads.tests.factories import make_lead


@pytest.fixture
def dials(scope: Organisation, telecaller: Membership) -> Iterator[Dials]:
    """One call that its provider was asked to make and has not ended."""
    TelephonyAccount.objects.update(is_active=False)
    credentials = {"account_sid": ACCOUNT, "auth_token": TOKEN}
    TelephonyAccount.objects.create(
        provider="twilio", credentials=credentials, caller_id="+918045550000", is_active=True
    )
    dials = Dials.__new__(Dials)
    dials.count, dials.organisation, dials.provider = 1, scope, FaultyTwilio(7, is_faulty=False)
    dials.longest_silence, dials.open, dials.over = dt.timedelta(0), set(), deque()
    with time_machine.travel(START, tick=False), responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        dials.provider.answer_on(mock)
        call = Call.objects.create(
            id=uuid7(), lead=make_lead(), telecaller=telecaller, mode="bridge", provider="twilio",
            phone="+919000000001", caller_id="+918045550000", started_at=timezone.now(),
        )  # fmt: skip
        place(call)
        yield dials


def place(call: Call) -> None:
    work.schedule("dialer.place_call", call.pk)
    claimed = work.claim("telephony")
    assert claimed is not None
    work.run(claimed)


def ring_again() -> None:
    """Let the call be placed once more, as a fault of ours would."""
    call = Call.objects.get()
    ended_at, call.ended_at = call.ended_at, None
    call.agent_status, call.status = "intent", "intent"
    call.save()
    place(call)
    Call.objects.update(ended_at=ended_at)


def test_the_provider_remembers_whom_it_has_rung(dials: Dials) -> None:
    call = Call.objects.get()

    assert dials.provider.rung == {(str(call.pk), "agent"): 1}
    assert call.agent_leg in dials.provider.legs


def test_its_posts_are_signed_and_heard(dials: Dials) -> None:
    with time_machine.travel(START + dt.timedelta(seconds=30), tick=False):
        dials.provider.deliver()

    assert dials.provider.posted >= 3
    assert DueTask.objects.filter(task="dialer.merge_events").exists()


def test_a_call_that_is_open_too_long_is_seen(dials: Dials) -> None:
    assert dials._check() == 1
    with time_machine.travel(START + dt.timedelta(minutes=11), tick=False), pytest.raises(Failed, match="is open"):
        dials._check()


def test_a_second_ring_is_seen(dials: Dials) -> None:
    Call.objects.update(ended_at=timezone.now(), status="completed", agent_status="completed")
    DueTask.objects.all().delete()
    dials._check_end()
    ring_again()

    with pytest.raises(Failed, match="rung twice"):
        dials._check_end()


def test_a_ring_for_a_call_that_is_long_over_is_seen_though_it_was_forgotten(dials: Dials) -> None:
    dials._check()
    dials.open = {str(Call.objects.get().pk)}
    Call.objects.update(ended_at=timezone.now(), status="completed", agent_status="completed")
    dials._check()
    with time_machine.travel(START + REMEMBERED + dt.timedelta(seconds=1), tick=False):
        dials._check()
    provider = dials.provider
    assert (provider.legs, provider.by_number, provider.last_word, provider.rung.total()) == ({}, {}, {}, 0)

    ring_again()

    assert provider.twice == [(str(Call.objects.get().pk), "agent")]


def test_a_call_without_an_end_is_seen(dials: Dials) -> None:
    with pytest.raises(Failed, match="come to an end"):
        dials._check_end()
