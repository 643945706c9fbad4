"""A second opinion on merging: looks at all events of a call at once, as a set, and never at one after the other."""

import datetime as dt
import random

from dialer.providers.port import Leg, ProviderEvent

START = dt.datetime(2026, 11, 24, 6, 30, tzinfo=dt.UTC)
LADDER = ["intent", "queued", "initiated", "ringing", "in-progress"]
ENDS = ["failed", "canceled", "no-answer", "busy", "completed"]


def expected(events: list[ProviderEvent]) -> dict:
    """What a call must show once all `events` are merged."""
    agent = [event for event in events if event.leg == "agent"]
    customer = [event for event in events if event.leg == "customer"]
    end = best_end(customer)
    first = {status: min((e.at for e in customer if e.status == status), default=None) for status in LADDER}
    shown = {"failure": "", "ringing_at": first["ringing"], "answered_at": first["in-progress"], "ended_at": None}
    shown |= {"ring_seconds": None, "talk_seconds": None}
    if end is not None:
        return shown | ended(end, first)
    heights = [LADDER.index(event.status) for event in customer]
    agent_end = best_end(agent)
    if not customer and agent_end is not None:
        return shown | blamed(agent_end)
    if customer:
        return shown | {"status": LADDER[max(heights)]}
    return shown | {"status": "queued" if agent else "intent"}


def best_end(events: list[ProviderEvent]) -> ProviderEvent | None:
    ends = [event for event in events if event.status in ENDS]
    counted = [event for event in ends if event.status == "completed" and event.duration is not None]
    if counted and counted[0].leg == "customer":
        most = max(event.duration for event in counted)
        return min((event for event in counted if event.duration == most), key=lambda event: event.at)
    for status in reversed(ENDS):
        if alike := [event for event in ends if event.status == status]:
            return min(alike, key=lambda event: event.at)
    return None


def ended(end: ProviderEvent, first: dict) -> dict:
    answered = first["in-progress"]
    talk = None
    if end.status == "completed" and end.duration is not None:
        talk = end.duration
        answered = end.at - dt.timedelta(seconds=talk)
    elif end.status == "completed" and answered is not None:
        talk = max(0, round((end.at - answered).total_seconds()))
    rang_until = answered if answered is not None else end.at
    ring = None if first["ringing"] is None else max(0, round((rang_until - first["ringing"]).total_seconds()))
    return {
        "status": end.status,
        "answered_at": answered,
        "ended_at": end.at,
        "ring_seconds": ring,
        "talk_seconds": talk,
    }


def blamed(end: ProviderEvent) -> dict:
    own_will = end.status in {"completed", "canceled"}
    return {
        "status": "canceled" if own_will else "failed",
        "failure": "telecaller_hung_up" if own_will else "telecaller_" + end.status.replace("-", "_"),
        "ended_at": end.at,
    }


def some_call(dice: random.Random) -> list[ProviderEvent]:
    """Every event of one plausible call, in the order of its own clock; in one of ten cases cut off in the middle."""
    events = [*leg_events(dice, Leg.AGENT, START, dice.choice(["completed"] * 8 + ENDS[:4]))]
    if events[-1].status == "completed" and dice.random() < 0.9:
        answered = events[2].at
        end = dice.choices(["completed", "no-answer", "busy", "failed", "canceled"], [60, 20, 10, 6, 4])[0]
        events += leg_events(dice, Leg.CUSTOMER, answered, end)
    if dice.random() < 0.1:
        events = dice.sample(events, dice.randrange(len(events)))
    return events


def leg_events(dice: random.Random, leg: Leg, start: dt.datetime, end: str) -> list[ProviderEvent]:
    rings = start + dt.timedelta(milliseconds=dice.randrange(300, 1500))
    answers = rings + dt.timedelta(milliseconds=dice.randrange(1000, 20000))
    talk = dice.randrange(0, 300)
    steps = [("initiated", start), ("ringing", rings)]
    if end == "completed":
        steps += [("in-progress", answers), (end, answers + dt.timedelta(seconds=talk))]
    else:
        steps += [(end, answers)]
    duration = {"completed": talk}.get(end, dice.choice([None, 0]))
    if dice.random() < 0.1:
        duration = None
    return [
        ProviderEvent(leg, status, at, provider_id=f"CA{leg}", sequence=i, duration=duration if status == end else None)
        for i, (status, at) in enumerate(steps)
    ]
