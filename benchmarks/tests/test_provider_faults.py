"""A provider that fails, at a size for every run; and that a call rung twice, or left open, would be seen."""

import datetime as dt
from collections.abc import Iterator

import pytest
import responses
import time_machine
from django.utils import timezone

from accounts import work
from accounts.models import DueTask, Membership, Organisation
from benchmarks.faulty_twilio import ACCOUNT, TOKEN, FaultyTwilio
from benchmarks.measuring import Failed
from benchmarks.provider_faults import START, Dials
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
    dials.longest_silence = dt.timedelta(0)
    with time_machine.travel(START, tick=False), responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        dials.provider.answer_on(mock)
        call = Call.objects.create(
            id=uuid7(), lead=make_lead(), telecaller=telecaller, mode="bridge", provider="twilio",
            phone="+919000000001", caller_id="+918045550000", started_at=timezone.now(),
        )  # fmt: skip
        work.schedule("dialer.place_call", call.pk)
        claimed = work.claim("telephony")
        assert claimed is not None
        work.run(claimed)
        yield dials


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
    dials.provider.rung[str(Call.objects.get().pk), "agent"] += 1

    with pytest.raises(Failed, match="rung twice"):
        dials._check_end()


def test_a_call_without_an_end_is_seen(dials: Dials) -> None:
    with pytest.raises(Failed, match="come to an end"):
        dials._check_end()
