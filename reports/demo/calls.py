"""The calls of a story with everything they left behind: outcomes, follow-ups, timelines and presence."""

import datetime as dt
from collections import defaultdict
from itertools import groupby

from dialer.models import Call
from leads.models import Activity, FollowUp, Lead
from privacy.models import DoNotCall
from reports.demo import calendar
from reports.demo.organisation import Cast
from reports.demo.story import Attempt, Life
from teams.models import PauseCode, Presence

STATUS_OF = {"No answer": "no-answer", "Switched off": "failed", "Not reachable": "failed", "Busy": "busy"}


def make_calls(cast: Cast, lives: list[Life], leads: list[Lead]) -> list[Activity]:
    """Create the calls in the order they were made; return their lines for the timelines."""
    made = [
        _call(cast, attempt, life, lead) for life, lead in zip(lives, leads, strict=True) for attempt in life.attempts
    ]
    made.sort(key=lambda call: call.started_at)
    calls = Call.objects.bulk_create(made, batch_size=200)
    _block([call for call in calls if call.disposition.is_do_not_call])
    return [
        Activity(
            lead=call.lead,
            kind=Activity.Kind.CALL,
            at=call.started_at,
            actor=call.telecaller,
            text=call.note,
            details={
                "call": str(call.pk),
                "disposition": str(call.disposition_id),
                "status": call.status,
                "talk_seconds": call.talk_seconds,
                "ring_seconds": call.ring_seconds,
                "direction": call.direction,
            },
        )
        for call in calls
    ]


def _call(cast: Cast, attempt: Attempt, life: Life, lead: Lead) -> Call:
    ringing_at = attempt.started_at
    status = STATUS_OF.get(attempt.outcome, Call.Status.COMPLETED)
    return Call(
        lead=lead,
        telecaller=cast.member(attempt.telecaller),
        campaign=cast.campaigns[life.campaign.name] if life.campaign else None,
        mode=Call.Mode.BRIDGE,
        provider="simulator",
        phone=lead.phone,
        status=status,
        agent_status=Call.Status.COMPLETED,
        customer_status=status,
        started_at=attempt.started_at,
        ringing_at=ringing_at,
        answered_at=ringing_at + dt.timedelta(seconds=attempt.ring) if attempt.talk is not None else None,
        ended_at=attempt.ended_at,
        ring_seconds=attempt.ring,
        talk_seconds=attempt.talk,
        disposition=cast.dispositions[attempt.outcome],
        note=attempt.note,
        closed_at=attempt.closed_at,
        wrap_up_seconds=attempt.wrap_up,
        policy_version=1,
    )


def _block(calls: list[Call]) -> None:
    DoNotCall.objects.bulk_create(
        DoNotCall(phone=call.phone, source=DoNotCall.Source.CALL, by=call.telecaller) for call in calls
    )
    # The column stamps itself on insert.
    for call in calls:
        DoNotCall.objects.filter(phone=call.phone).update(at=call.closed_at)


def make_follow_ups(cast: Cast, lives: list[Life], leads: list[Lead]) -> list[Activity]:
    """Create the follow-ups, kept and open; return their lines for the timelines."""
    kept = [(promise, lead) for life, lead in zip(lives, leads, strict=True) for promise in life.promises]
    follow_ups = FollowUp.objects.bulk_create(
        [
            FollowUp(
                lead=lead,
                assigned_to=cast.member(promise.by),
                kind=FollowUp.Kind.CALLBACK if promise.is_callback else FollowUp.Kind.TASK,
                due_at=promise.due_at,
                note=promise.note,
                created_by=cast.member(promise.by),
                done_at=promise.done_at,
                done_by=cast.member(promise.by) if promise.done_at else None,
            )
            for promise, lead in kept
        ],
        batch_size=200,
    )
    lines = []
    for follow_up, (promise, lead) in zip(follow_ups, kept, strict=True):
        # The column stamps itself on insert.
        follow_up.created_at = promise.made_at
        details = {"follow_up": str(follow_up.pk), "due_at": promise.due_at.isoformat()}
        for event, moment in (("created", promise.made_at), ("done", promise.done_at)):
            if moment is not None:
                lines.append(
                    Activity(
                        lead=lead,
                        kind=Activity.Kind.FOLLOW_UP,
                        at=moment,
                        actor=follow_up.assigned_to,
                        text=promise.note,
                        details=details | {"event": event},
                    )
                )
    FollowUp.objects.bulk_update(follow_ups, ["created_at"], batch_size=200)
    return lines


def steps(cast: Cast, lives: list[Life], leads: list[Lead]) -> list[Activity]:
    """The lines of moves from one status to another."""
    return [
        Activity(
            lead=lead,
            kind=Activity.Kind.STATUS,
            at=moment,
            actor=lead.assigned_to,
            details={"old": str(cast.statuses[old].pk), "new": str(cast.statuses[new].pk)},
        )
        for life, lead in zip(lives, leads, strict=True)
        for moment, old, new in life.steps
    ]


def make_presence(cast: Cast, lives: list[Life]) -> None:
    """Fill each telecaller's working days with intervals that follow each other without a gap; nobody is here now."""
    by_person: dict[str, list[Attempt]] = defaultdict(list)
    for life in lives:
        for attempt in life.attempts:
            by_person[attempt.telecaller.first_name].append(attempt)
    lunch = PauseCode.objects.get(name="Lunch")
    intervals: list[Presence] = []
    for attempts in by_person.values():
        attempts.sort(key=lambda attempt: attempt.started_at)
        mine = _days(attempts, lunch)
        for interval in mine:
            interval.member = cast.member(attempts[0].telecaller)
        intervals += mine
    Presence.objects.bulk_create(intervals, batch_size=500)


def _days(attempts: list[Attempt], lunch: PauseCode) -> list[Presence]:
    intervals: list[Presence] = []
    for __, today in groupby(attempts, key=lambda attempt: attempt.started_at.date()):
        day = _day(list(today), lunch)
        if intervals:
            intervals[-1].ended_at = day[0].started_at
        intervals += [*day, Presence(state=Presence.State.OFFLINE, started_at=day[-1].ended_at or day[-1].started_at)]
    return intervals


def _day(attempts: list[Attempt], lunch: PauseCode) -> list[Presence]:
    """One day from a few minutes before the first call until a few after the last."""
    zone = attempts[0].started_at.tzinfo
    day = attempts[0].started_at.date()
    pause = dt.datetime.combine(day, calendar.LUNCH_FROM, tzinfo=zone)
    marks: list[tuple[dt.datetime, str]] = [
        (attempts[0].started_at - dt.timedelta(minutes=6), Presence.State.AVAILABLE)
    ]
    for attempt in attempts:
        marks += [
            (attempt.started_at, Presence.State.ON_CALL),
            (attempt.ended_at, Presence.State.WRAP_UP),
            (attempt.closed_at, Presence.State.AVAILABLE),
        ]
    before = [mark for mark in marks if mark[0] <= pause]
    if before and before[-1][1] == Presence.State.AVAILABLE and marks[-1][0] > pause:
        back = min(dt.datetime.combine(day, calendar.LUNCH_UNTIL, tzinfo=zone), marks[len(before)][0])
        marks[len(before) : len(before)] = [(pause, Presence.State.PAUSE), (back, Presence.State.AVAILABLE)]
    ends = [moment for moment, __ in marks[1:]] + [marks[-1][0] + dt.timedelta(seconds=20)]
    return [
        Presence(
            state=state,
            pause_code=lunch if state == Presence.State.PAUSE else None,
            started_at=started_at,
            ended_at=ended_at,
        )
        for (started_at, state), ended_at in zip(marks, ends, strict=True)
        if ended_at > started_at
    ]
