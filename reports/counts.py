"""What is counted of calls: numbers that add up over people, days and campaigns."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

HOURS = 24


def _no_hours() -> list[list[int]]:
    return [[0, 0] for __ in range(HOURS)]


@dataclass
class Counts:
    """Counts of some calls. Times in seconds; `by_hour` is 24 pairs [calls, connected]; outcomes by id, "" is none."""

    total_calls: int = 0
    connected_calls: int = 0
    contact_calls: int = 0
    talk_time: int = 0
    ring_time: int = 0
    after_call_work: int = 0
    handled_calls: int = 0
    by_hour: list[list[int]] = field(default_factory=_no_hours)
    by_disposition: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Return the counts that `as_json` wrote."""
        return cls().plus(cls(**stored))

    @classmethod
    def total(cls, parts: "Iterable[Counts]") -> Self:
        """Return the sum of `parts`, none of which is changed."""
        whole = cls()
        for part in parts:
            whole.plus(part)
        return whole

    def plus(self, other: "Counts") -> Self:
        """Add `other` to these counts."""
        for name in PLAIN:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in zip(self.by_hour, other.by_hour, strict=True):
            mine[0] += theirs[0]
            mine[1] += theirs[1]
        for outcome, calls in other.by_disposition.items():
            self.by_disposition[outcome] = self.by_disposition.get(outcome, 0) + calls
        return self

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


PLAIN = tuple(part.name for part in fields(Counts) if part.type in {int, "int"})
