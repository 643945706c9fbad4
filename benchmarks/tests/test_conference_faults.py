"""The oracle of third people, and a few calls of every kind held against it, with posts lost, late, thrice and shuffled."""

import datetime as dt
import json
import random
import uuid
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from accounts import work
from accounts.models import DueTask, Membership, Organisation
from accounts.permissions import Role
from accounts.tests.factories import make_member
from benchmarks.calls_oracle import Dialled, Said, end_of
from benchmarks.conference_faults import heard_of, truth_of
from benchmarks.conference_oracle import Heard
from benchmarks.faults import KINDS
from dialer.models import Call, CallEvent, Participant, SimulatedCall, TelephonyAccount
from dialer.providers.simulator import signature
from jini.lib.ids import uuid7
from leads.tests.factories import make_lead

CALL = uuid.UUID(int=7)
START = dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)
TRUTH = truth_of(random.Random(3), "completed", CALL, START, 2)
COLUMNS = ("status", "leg_id", "joined_at", "left_at", "counted_seconds", "failure")


def heard(first: list[Said], late: list[Said] | None = None) -> Heard:
    return Heard(TRUTH, first, late or [], is_customer_asked=True)


def test_whatever_is_lost_a_persons_end_is_known_in_the_end() -> None:
    assert heard([]).of_person("third-1")["left_at"] == heard(TRUTH).of_person("third-1")["left_at"]


def test_a_call_whose_end_was_posted_is_not_asked_about() -> None:
    ends = [one for one in TRUTH if one.leg == "customer" and one.status == "completed"]

    assert heard(ends).of_call() == set(ends)
    assert heard([]).of_call() == {[one for one in TRUTH if one.leg == leg][-1] for leg in ("agent", "customer")}


def test_a_person_who_came_at_another_time_differs() -> None:
    moved = [replace(one, at=one.at + dt.timedelta(seconds=5)) for one in TRUTH]

    assert Heard(moved, moved, [], is_customer_asked=True).of_person("third-1") != heard(TRUTH).of_person("third-1")


@pytest.fixture
def talks(scope: Organisation, telecaller: Membership) -> dict[uuid.UUID, Heard]:
    """Two calls of every kind, with third people on those that are answered, and the record of what will be said."""
    dice, began = random.Random(11), timezone.now() - dt.timedelta(minutes=10)
    talks: dict[uuid.UUID, Heard] = {}
    for kind in [*KINDS, *KINDS, "completed", "completed"]:
        call, people = uuid7(), 2 if kind == "completed" else 0
        is_asked = not kind.startswith("agent") and kind != "hung up"
        truth = truth_of(dice, kind, call, began, people)
        talks[call] = heard_of(dice, truth, is_customer_asked=is_asked, is_faulty=True)
        Call.objects.create(
            id=call, lead=make_lead(), telecaller=make_member(scope, Role.TELECALLER), mode="bridge",
            provider="simulator", phone="+919000000001", started_at=began, status="queued", agent_status="queued",
            customer_status="queued" if is_asked else "intent",
            hang_up_asked_at=began if kind == "hung up" else None,
        )  # fmt: skip
        for number in range(1, people + 1):
            Participant.objects.create(
                call_id=call, number=number, kind="colleague", plan="join", member=make_member(scope, Role.TELECALLER),
                phone="+919000000002", asked_by=telecaller, asked_at=began, status="queued",
            )  # fmt: skip
        SimulatedCall.objects.create(
            token=call, created_at=began,
            events=[{"leg": one.leg, "status": one.status, "at": one.at.isoformat(), "duration": one.duration, "url": ""}
                    for one in truth],
        )  # fmt: skip
    return talks


def post(organisation: Organisation, talks: dict[uuid.UUID, Heard], *, late: bool) -> None:
    """Post everything thrice and shuffled."""
    secret = TelephonyAccount.objects.get(provider="simulator").credentials["secret"]
    told = [(call, one) for call, talk in talks.items() for one in (talk.late if late else talk.first)] * 3
    random.Random(5).shuffle(told)
    for call, one in told:
        form = {"status": one.status, "at": one.at.isoformat(), "leg_id": one.leg_id}
        if one.duration is not None:
            form["duration"] = str(one.duration)
        body, stamp = urlencode(form).encode(), str(int(timezone.now().timestamp()))
        answer = Client().post(
            f"/hooks/simulator/{organisation.pk}/{call}/{one.leg}/status/",
            body,
            content_type="application/x-www-form-urlencoded",
            headers={"X-Jini-Timestamp": stamp, "X-Jini-Signature": signature(secret, stamp, body)},
        )
        assert answer.status_code == 204


def settle() -> None:
    """Do all that is owed, whenever it is due."""
    while True:
        DueTask.objects.filter(queue="telephony").update(due_at=timezone.now())
        claimed = work.claim("telephony")
        if claimed is None:
            return
        work.run(claimed)


def test_every_call_and_every_person_ends_as_the_oracle_says(
    scope: Organisation, talks: dict[uuid.UUID, Heard]
) -> None:
    post(scope, talks, late=False)
    settle()
    for call in Call.objects.filter(ended_at=None):
        work.schedule("dialer.reconcile_call", call.pk)
    for person in Participant.objects.filter(left_at=None):
        work.schedule("dialer.reconcile_participant", person.pk)
    settle()
    post(scope, talks, late=True)
    settle()

    for call in Call.objects.all():
        talk = talks[call.pk]
        expected = end_of(Dialled(call.started_at, talk.is_customer_asked), talk.of_call())
        for name in ("status", "failure", "agent_status", "customer_status", "ended_at", "talk_seconds", "ringing_at"):
            assert getattr(call, name) == expected[name], (call.pk, name)
    people = {
        (one.call_id, one.leg): {name: getattr(one, name) for name in COLUMNS} for one in Participant.objects.all()
    }
    assert people == {(call, leg): talks[call].of_person(leg) for call, leg in people}
    assert len(people) == 8
    assert not CallEvent.objects.exclude(verdict__in=["merged", "late", "out_of_order"]).exists()
    assert (
        json.dumps(sorted({one.copies for one in CallEvent.objects.exclude(event_key__startswith="asked:")})) == "[3]"
    )
