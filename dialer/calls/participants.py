"""Third people on a call: reading their rows as legs, writing back what merging found, and letting them go."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from dialer.calls import line
from dialer.calls.charges import settle_people
from dialer.calls.merging import LegState
from dialer.models import Call, Participant
from dialer.providers.port import TERMINAL, LegQuery, Status
from dialer.providers.port.conferences import JoinRequest

RING, RECONCILE, LET_GO = "dialer.ring_participant", "dialer.reconcile_participant", "dialer.let_participant_go"
# When somebody is asked about of whom nothing was heard.
UNTIL_ASKED, SLACK = dt.timedelta(minutes=2), dt.timedelta(seconds=15)
Key = tuple[uuid.UUID, str]


def locked(participant_id: uuid.UUID) -> Participant | None:
    """Return the participant, with their call locked until the transaction ends; None when there is none (any more)."""
    found: Participant | None = Participant.objects.filter(pk=participant_id).first()
    if found is None or (call := line.locked(found.call_id)) is None:
        return None
    again: Participant = Participant.objects.select_related("member").get(pk=participant_id)
    again.call = call
    return again


def of_calls(calls: Mapping[uuid.UUID, Call]) -> dict[Key, Participant]:
    """Return the third people of locked calls by call and leg."""
    found = Participant.objects.filter(call__in=list(calls)).select_related("member")
    people: dict[Key, Participant] = {}
    for one in found:
        one.call = calls[one.call_id]
        people[one.call_id, one.leg] = one
    return people


def on_line(call: Call) -> list[Participant]:
    """Return who else is on `call`, or is being rung, in the order in which they were asked for."""
    return list(Participant.objects.open().filter(call=call).select_related("member__user"))


def state_of(participant: Participant) -> LegState:
    """Return the leg as the row remembers it."""
    left_at = participant.left_at if participant.status in TERMINAL else None
    return LegState(
        participant.status,
        participant.leg_id,
        answered_at=participant.joined_at,
        ended_at=left_at,
        duration=participant.counted_seconds,
    )


def asked_of(participant: Participant) -> LegState:
    """Return what we did ourselves, from which a replay begins: see `line.asked_of`."""
    return LegState(Status.INTENT if participant.status == Status.INTENT else Status.QUEUED, participant.leg_id)


MERGED = ["status", "leg_id", "joined_at", "left_at", "counted_seconds", "seen_at", "failure"]


def write_back(
    merged: Mapping[Key, LegState], people: Mapping[Key, Participant], *, is_news: bool = True
) -> list[Participant]:
    """Put merged legs onto the rows; return who has joined or left by it.

    Without `is_news` they are merged anew, which is no sign of life, and nobody joins or leaves by it.
    """
    now, moved = timezone.now(), []
    for key, leg in merged.items():
        one = people[key]
        before = one.is_on_line, one.left_at is None
        one.status, one.leg_id, one.counted_seconds = leg.status, leg.provider_id, leg.duration
        one.joined_at = leg.answered_at
        if leg.is_over:
            # What the provider says of the end replaces what we had made up in its silence.
            one.left_at, one.failure = leg.ended_at or one.left_at or now, ""
            if leg.duration is not None and one.joined_at is None:
                # Whoever was counted had answered, though nobody told of it.
                one.joined_at = one.left_at - dt.timedelta(seconds=leg.duration)
        if is_news:
            one.seen_at = now
        if is_news and (one.is_on_line, one.left_at is None) != before:
            moved.append(one)
    if merged:
        Participant.objects.bulk_update([people[key] for key in merged], MERGED)
        settle_people(people[key].pk for key in merged if people[key].left_at is not None)
    return moved


def end(participant: Participant, status: str, *, failure: str = "") -> None:
    """Strike somebody off a call by our own decision: nobody rang them, or nobody knows of them."""
    participant.status, participant.failure, participant.left_at = status, failure, timezone.now()
    participant.save(update_fields=["status", "failure", "left_at"])
    settle_people([participant.pk])


def address_of(participant: Participant) -> str:
    """Return where a provider rings them: their browser, or a phone."""
    if participant.in_browser and participant.member is not None:
        return line.address_of(participant.member, Call.Mode.BROWSER)
    return participant.phone


def ring_seconds(participant: Participant) -> int:
    """For how long they are rung. A supervisor's browser answers by itself, since they asked for it; a colleague is asked."""
    answers_itself = participant.in_browser and participant.kind == Participant.Kind.SUPERVISOR
    return line.BROWSER_RING_SECONDS if answers_itself else line.RING_SECONDS


def request_of(participant: Participant, organisation: Organisation) -> JoinRequest:
    call = participant.call
    return JoinRequest(
        token=call.pk,
        leg=participant.leg,
        to=address_of(participant),
        caller_id=call.caller_id,
        status_url=line.address("status", call.provider, organisation.pk, call.pk, participant.leg),
        ring_seconds=ring_seconds(participant),
        is_muted=participant.kind == Participant.Kind.SUPERVISOR,
    )


def query_of(participant: Participant) -> LegQuery:
    call = participant.call
    return LegQuery(
        token=call.pk,
        leg=participant.leg,
        provider_id=participant.leg_id,
        to=address_of(participant),
        caller_id=call.caller_id,
        since=participant.asked_at,
    )


def owe_ringing(participant: Participant) -> None:
    """Ring them as soon as this transaction is committed, and ask about them when nothing is heard."""
    work.schedule(RING, participant.pk)
    # A browser of which no word comes is to be followed by the phone soon.
    until_asked = dt.timedelta(seconds=ring_seconds(participant)) + SLACK if participant.in_browser else UNTIL_ASKED
    work.schedule(RECONCILE, participant.pk, due_at=timezone.now() + until_asked)


def let_go(people: Iterable[Participant]) -> None:
    """Let somebody go who is on a call: at once when nobody rang them yet, else through the provider."""
    for one in people:
        if one.left_at is not None:
            continue
        if one.status == Status.INTENT:
            end(one, Status.CANCELED, failure="call_over")
            continue
        one.leave_asked_at = one.leave_asked_at or timezone.now()
        one.save(update_fields=["leave_asked_at"])
        work.schedule(LET_GO, one.pk)


def let_all_go(calls: Iterable[Call]) -> None:
    """Let everybody go of calls that have ended: nobody waits alone in a conference that is over."""
    people = Participant.objects.open().filter(call__in=[call.pk for call in calls])
    # A call that was handed to somebody outside is over for us alone: they go on talking.
    let_go(people.exclude(kind=Participant.Kind.OUTSIDE, took_over_at__isnull=False))
