"""The simulator's record of one call: what happens on its legs and when we are told, who is on the line, and how."""

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

from dialer.models import SimulatedCall
from dialer.providers.port import TERMINAL, Beside, Leg, Status
from dialer.providers.port.conferences import LegSetting
from dialer.providers.simulator.posting import BROWSER, moment

# What happens on a leg: status, when, seconds of talk.
Happening = tuple[Status, dt.datetime, int | None]
Script = Sequence[Happening]
Event = dict[str, Any]


def tell(record: SimulatedCall, leg: str, script: Script, url: str, *, is_unruly: bool) -> None:
    """Add what happens on a leg, and when we are told of it."""
    for status, at, duration in script:
        record.events.append(
            {"leg": str(leg), "status": str(status), "at": at.isoformat(), "duration": duration, "url": url}
        )
        index = len(record.events) - 1
        dice = random.Random(f"{record.token}{leg}{index}")  # noqa: S311 -- a seed, no secret
        late = dt.timedelta(seconds=dice.uniform(0, 1.2) if is_unruly else 0)
        record.deliveries.append([(at + late).isoformat(), index])
        if is_unruly and index % 3 == 0:
            record.deliveries.append([(at + late * 2).isoformat(), index])


def legs_of(record: SimulatedCall) -> list[str]:
    return sorted({row["leg"] for row in record.events} - set(Beside))


def events_of(record: SimulatedCall, leg: str) -> list[Event]:
    """What happened and will happen on a leg, but for what was prevented."""
    return [row for row in record.events if row["leg"] == leg and not row.get("cut")]


def is_on_line(record: SimulatedCall, leg: str, now: dt.datetime) -> bool:
    past = [row["status"] for row in events_of(record, leg) if moment(row["at"]) <= now]
    return Status.IN_PROGRESS in past and not TERMINAL & set(past)


def setting(record: SimulatedCall, leg: str) -> LegSetting:
    """How somebody stands; telecaller and customer end the call as they leave, unless told otherwise."""
    known = record.settings.get(leg)
    return LegSetting(**known) if known else LegSetting(ends_call=leg in {*Leg, BROWSER})


def cut(record: SimulatedCall, leg: str, now: dt.datetime, *, is_unruly: bool) -> None:
    """End a leg that is not over, and with it those of a conference that ends as they leave."""
    was_on_line, mine = is_on_line(record, leg, now), events_of(record, leg)
    past = [row for row in mine if moment(row["at"]) <= now]
    if not mine or any(row["status"] in TERMINAL for row in past):
        return
    for row in mine:
        if row not in past:
            row["cut"] = True
    answered = next((row for row in past if row["status"] == Status.IN_PROGRESS), None)
    talked = (
        int((now - moment(answered["at"])).total_seconds()) if answered and leg not in {Leg.AGENT, BROWSER} else None
    )
    end = (Status.COMPLETED if answered else Status.CANCELED, now, talked)
    tell(record, leg, [end], mine[0]["url"], is_unruly=is_unruly)
    if was_on_line and setting(record, leg).ends_call:
        for other in legs_of(record):
            cut(record, other, now, is_unruly=is_unruly)


def customers_end(record: SimulatedCall, now: dt.datetime) -> dt.datetime | None:
    """When the customer who is on the line will hang up; None when they are not there."""
    ends = [row for row in _ends(record, now) if row["leg"] == Leg.CUSTOMER]
    return moment(ends[0]["at"]) if ends else None


def _ends(record: SimulatedCall, now: dt.datetime) -> list[Event]:
    return [
        row
        for row in record.events
        if row["status"] == Status.COMPLETED and not row.get("cut") and moment(row["at"]) > now
    ]


def put_off_end(record: SimulatedCall, until: dt.datetime, now: dt.datetime, *, is_unruly: bool) -> None:
    """Let the customer talk until then at least, and everybody stay who would leave with them."""
    end = customers_end(record, now)
    if end is None or end >= until:
        return
    by = until - end
    for row in _ends(record, now):
        row["cut"] = True
        talked = None if row["duration"] is None else row["duration"] + int(by.total_seconds())
        over = (Status.COMPLETED, moment(row["at"]) + by, talked)
        tell(record, row["leg"], [over], row["url"], is_unruly=is_unruly)
