"""What third people of calls must have come to, and what a provider must have been asked, said from sets of events.

Beside `benchmarks.calls_oracle`, which says it of the two legs. It imports nothing of the product.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.calls_oracle import ENDS, Said


@dataclass(frozen=True)
class Heard:
    """A call whose provider loses posts: all that happened, what was posted, and what only after the provider was asked."""

    truth: Sequence[Said]
    first: Collection[Said]
    late: Collection[Said]
    is_customer_asked: bool

    @property
    def is_over_at_first(self) -> bool:
        """Whether the first posts alone tell of the call's end: that of the lead's leg, else of the telecaller's."""
        decides = "customer" if self.is_customer_asked else "agent"
        return any(one.leg == decides and one.status in ENDS for one in self.first)

    def of_call(self) -> set[Said]:
        """Return what was heard of the two legs: of a call without an end the provider is asked how both stand."""
        legs = {"agent", "customer"}
        posted = {one for one in {*self.first, *self.late} if one.leg in legs}
        asked = set() if self.is_over_at_first else {last for leg in legs for last in self._last(leg)}
        return posted | asked

    def of_person(self, leg: str) -> dict[str, Any]:
        """Return the columns of a third person's row: their end is heard, or asked for."""
        said = {one for one in {*self.first, *self.late} if one.leg == leg} | set(self._last(leg))
        end = next(one for one in said if one.status in ENDS)
        answered = min((one.at for one in said if one.status == "in-progress"), default=None)
        if answered is None and end.status == "completed" and end.duration is not None:
            answered = end.at - dt.timedelta(seconds=end.duration)
        return {
            "status": end.status,
            "leg_id": end.leg_id,
            "joined_at": answered,
            "left_at": end.at,
            "counted_seconds": end.duration if end.status == "completed" else None,
            "failure": "",
        }

    def _last(self, leg: str) -> list[Said]:
        return [one for one in self.truth if one.leg == leg][-1:]
