"""What each way of calling would have made of the team's own calls. A simulation of the past: it calls nobody.

Preview, timed preview and progressive use one line for each telecaller, so that every past call is simply played again
with another time before it. Ratio and predictive dialling ring several people for each free telecaller; they are played
as a queue, here only, to show what they would cost in people who pick up and find nobody: the contact rules exclude both.

Sources: the levels and the brake of predictive dialling are those that VICIdial documents (a level from 1.0 to 3.0 lines
for each free telecaller, looked at every 15 seconds; back to 1.0 over 3 % abandoned, once more than 50 were answered).
The 3 % are the limit of the US rule 47 CFR 64.1200(a)(7), of all calls that a person answered.
"""

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# With fewer calls the figures say more about chance than about the mode.
TOO_FEW = 200
LOWEST_LEVEL, HIGHEST_LEVEL, STEP = 1.0, 3.0, 0.1
LOOKED_AT_EVERY = 15.0
MOST_ABANDONED, BRAKE_AFTER = 0.03, 50


class Pace(StrEnum):
    """The ways of calling, the first three of which a campaign may be called in."""

    PREVIEW = "preview"
    TIMED = "timed"
    PROGRESSIVE = "progressive"
    RATIO = "ratio"
    PREDICTIVE = "predictive"

    @property
    def is_simulated_only(self) -> bool:
        return self in {Pace.RATIO, Pace.PREDICTIVE}


@dataclass(frozen=True, slots=True)
class Sample:
    """One call of the past, in seconds, none of them negative.

    `look`: between the outcome before it and its start; `setup`: until the customer's phone rang; `ring`; `talk`: None
    when nobody answered; `wrap_up`: from its end to its outcome.
    """

    look: float
    setup: float
    ring: float
    talk: float | None
    wrap_up: float

    @property
    def busy(self) -> float:
        """How long the call takes a telecaller who dials it alone."""
        return self.setup + self.ring + (self.talk or 0.0) + self.wrap_up


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played: the countdown of a timed preview in seconds, lines of a ratio for each free telecaller, how many
    telecallers share the lines, and the seed of the order in which the calls are played."""

    countdown: float = 15.0
    lines: float = 2.0
    telecallers: int = 5
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Played:
    """What became of the calls. Seconds are those of all telecallers together."""

    pace: Pace
    calls: int
    connects: int
    abandoned: int
    idle_seconds: float
    seconds: float

    @property
    def idle_per_call(self) -> float:
        return self.idle_seconds / self.calls if self.calls else 0.0

    @property
    def calls_per_hour(self) -> float:
        """Calls of one telecaller in an hour."""
        return self.calls * 3600 / self.seconds if self.seconds else 0.0

    @property
    def connects_per_hour(self) -> float:
        return self.connects * 3600 / self.seconds if self.seconds else 0.0

    @property
    def abandon_rate(self) -> float:
        """Of those who answered, how many found nobody."""
        answered = self.connects + self.abandoned
        return self.abandoned / answered if answered else 0.0


def play(samples: Sequence[Sample], plan: Plan, pace: Pace) -> Played:
    """Play every call of `samples` once in the way of `pace`. The same arguments always give the same result."""
    return _Lines(samples, plan, pace).play() if pace.is_simulated_only else _one_by_one(samples, plan, pace)


def _one_by_one(samples: Sequence[Sample], plan: Plan, pace: Pace) -> Played:
    """idle = Σ look, min(look, countdown) or 0; hours = Σ (idle + setup + ring + talk + wrap-up)."""
    longest = {Pace.PREVIEW: math.inf, Pace.TIMED: plan.countdown, Pace.PROGRESSIVE: 0.0}[pace]
    idle = math.fsum(min(sample.look, longest) for sample in samples)
    busy = math.fsum(sample.busy for sample in samples)
    connects = sum(sample.talk is not None for sample in samples)
    return Played(pace, len(samples), connects, 0, idle, idle + busy)


class _Lines:
    """Telecallers who share lines: whoever is free takes the next person who answers; who finds nobody is abandoned.

    Nobody rings the telecaller first, and calls that are not answered cost them nothing. Time ends with the last dial.
    """

    def __init__(self, samples: Sequence[Sample], plan: Plan, pace: Pace) -> None:
        self.pace = pace
        self.left = list(samples)
        random.Random(plan.seed).shuffle(self.left)  # noqa: S311 -- a simulation that can be repeated, no secret
        self.people = self.free = max(1, plan.telecallers)
        self.level = plan.lines if pace is Pace.RATIO else LOWEST_LEVEL
        self.calls = len(samples)
        self.ringing = self.connects = self.abandoned = 0
        self.now = self.idle = 0.0
        self.look_at = LOOKED_AT_EVERY
        # (when, in which order, what becomes free: the line of this call, or a telecaller)
        self.events: list[tuple[float, int, Sample | None]] = []
        self.order = 0

    def play(self) -> Played:
        self._dial()
        while self.left and self.events:
            when, _order, sample = heapq.heappop(self.events)
            self._pass(when)
            if sample is None:
                self.free += 1
            else:
                self._answer(sample)
            self._dial()
        seconds = self.people * self.now
        self._let_the_rest_end()
        return Played(self.pace, self.calls, self.connects, self.abandoned, self.idle, seconds)

    def _pass(self, when: float) -> None:
        while self.pace is Pace.PREDICTIVE and self.look_at <= when:
            self._adapt()
            self.look_at += LOOKED_AT_EVERY
        self.idle += self.free * (when - self.now)
        self.now = when

    def _adapt(self) -> None:
        answered = self.connects + self.abandoned
        if answered > BRAKE_AFTER and self.abandoned > MOST_ABANDONED * answered:
            self.level = LOWEST_LEVEL
        elif self.free:
            self.level = min(HIGHEST_LEVEL, self.level + STEP)

    def _dial(self) -> None:
        wanted = math.floor(self.level * self.free + 1e-9) - self.ringing
        for _line in range(min(wanted, len(self.left))):
            sample = self.left.pop()
            self.ringing += 1
            self._push(self.now + sample.ring, sample)

    def _answer(self, sample: Sample) -> None:
        self.ringing -= 1
        if sample.talk is None:
            return
        if not self.free:
            self.abandoned += 1
            return
        self.free -= 1
        self.connects += 1
        self._push(self.now + sample.talk + sample.wrap_up, None)

    def _push(self, when: float, sample: Sample | None) -> None:
        self.order += 1
        heapq.heappush(self.events, (when, self.order, sample))

    def _let_the_rest_end(self) -> None:
        """Nothing is dialled any more: what still rings is answered as before, and counts."""
        while self.events:
            when, _order, sample = heapq.heappop(self.events)
            self.now = when
            if sample is None:
                self.free += 1
            else:
                self._answer(sample)
