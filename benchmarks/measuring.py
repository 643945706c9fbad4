"""From times to figures: product and limit measured in turns, medians of the rounds, and the line that is printed."""

import gc
import json
import math
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS = 3
FIELDS = ("p50_ms", "p95_ms", "p99_ms")


class Failed(Exception):
    """The product did something wrong while it was measured: there is no figure of it."""


@dataclass(frozen=True)
class Sample:
    """One round of one side: how much was done in how many seconds, and how long each took, in seconds.

    `peak_rss_mib` is that of the largest process that did it.
    """

    done: int
    seconds: float
    times: Sequence[float] = ()
    peak_rss_mib: float = 0.0

    @property
    def rate(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Figures:
    """What a workload found. `cases` are further figures of the same shape, by name; `met` says which goals were."""

    n: int
    value: float
    unit: str
    limit: float
    limit_unit: str
    ratio: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    peak_rss_mib: float
    seconds: float
    cases: dict[str, "Figures"] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    goals: dict[str, bool] = field(default_factory=dict)

    def line(self, workload: str) -> str:
        """Return the figures as one line of JSON."""
        return json.dumps({"workload": workload} | self.plain())

    def plain(self) -> dict[str, Any]:
        """Return the figures as JSON holds them, rounded."""
        shown = {name: _rounded(value) for name, value in vars(self).items() if not isinstance(value, dict)}
        shown |= {name: _rounded(value) for name, value in self.more.items()}
        if self.goals:
            shown["goals"] = self.goals
        if self.cases:
            shown["cases"] = {name: figures.plain() for name, figures in self.cases.items()}
        return shown


Side = Callable[[], Sample]


def in_turns(product: Side, limit: Side, rounds: int = ROUNDS) -> tuple[list[Sample], list[Sample]]:
    """Measure both sides `rounds` times, each time the other one first, so that a busy minute falls on both."""
    products: list[Sample] = []
    limits: list[Sample] = []
    for number in range(rounds):
        sides = [(product, products), (limit, limits)]
        for side, samples in sides if number % 2 == 0 else reversed(sides):
            samples.append(side())
    return products, limits


def figures(
    n: int, unit: str, products: Sequence[Sample], limits: Sequence[Sample], *, limit_unit: str = "", **more: Any
) -> Figures:
    """Return the medians of the rounds; the ratio is that of the rates. `more` are further fields of `Figures`."""
    value, limit = median(each.rate for each in products), median(each.rate for each in limits)
    times = {
        name: median(percentile(each.times, int(name[1:3])) for each in products) * 1000 if products[0].times else 0.0
        for name in FIELDS
    }
    return Figures(
        n=n,
        value=value,
        unit=unit,
        limit=limit,
        limit_unit=limit_unit or unit,
        ratio=value / limit if limit else 0.0,
        **times,
        peak_rss_mib=max(each.peak_rss_mib for each in products),
        seconds=sum(each.seconds for each in [*products, *limits]),
        **more,
    )


def percentile(times: Iterable[float], share: int) -> float:
    """Return the time that `share` percent of `times` do not exceed (nearest rank); 0 of none."""
    ordered = sorted(times)
    return ordered[max(math.ceil(len(ordered) * share / 100) - 1, 0)] if ordered else 0.0


def forget_peak() -> None:
    """Begin `own_peak_rss_mib` anew, at what this process has now: what it had before was the other side's."""
    gc.collect()
    # proc(5): 5 resets the peak of the resident set.
    Path("/proc/self/clear_refs").write_text("5")


def own_peak_rss_mib() -> float:
    """Return the most memory that this process has had, or has had since `forget_peak`."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(text: str) -> None:
    """Tell whoever watches how far the measurement is; the figures alone go to standard output."""
    print(f"  {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _rounded(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return round(value, 1) if abs(value) >= 100 else round(value, 3)
