"""The month as it was: who called whom when, how it went and what was promised. Knows nothing of the database."""

import datetime as dt
import heapq
import random
import zoneinfo
from dataclasses import dataclass, field

from accounts.permissions import Role
from reports.demo import calendar, words
from reports.demo.plan import CampaignPlan, Person, Plan

# Outcomes of a first call and of a call that was promised: name -> weight.
COLD = {
    "No answer": 34, "Busy": 12, "Switched off": 9, "Not reachable": 6, "Wrong number": 1.2, "Do not call": 1.2,
    "Interested": 13, "Call back": 14, "Not interested": 7, "Already bought": 1.2, "Converted": 0.4,
}  # fmt: skip
WARM = {
    "No answer": 26, "Busy": 8, "Switched off": 2, "Do not call": 0.5,
    "Interested": 31, "Call back": 20, "Not interested": 6, "Already bought": 1, "Converted": 3.5,
}  # fmt: skip
UNANSWERED = frozenset({"No answer", "Busy", "Switched off", "Not reachable"})
# Minutes until an unanswered call is tried again, as the default outcomes say.
RETRY_AFTER = {"No answer": 120, "Busy": 60, "Switched off": 240, "Not reachable": 240}
CLOSING = {
    "Not interested": "Lost", "Already bought": "Lost", "Do not call": "Lost", "Converted": "Won", "Wrong number": "Invalid",
}  # fmt: skip
OPENING = {"Interested": "Interested", "Call back": "Contacted"}
TALK_SECONDS = {
    "Interested": (150, 420), "Call back": (15, 80), "Not interested": (15, 70), "Already bought": (15, 50),
    "Converted": (240, 600), "Wrong number": (8, 20), "Do not call": (8, 30),
}  # fmt: skip
RING_SECONDS = {"No answer": (22, 30), "Busy": (2, 6), "Switched off": (1, 4), "Not reachable": (1, 4)}
# How likely people pick up, by hour of the day, against the average.
PICK_UP = {10: 0.9, 11: 1.05, 12: 0.95, 13: 0.7, 14: 0.75, 15: 0.95, 16: 1.1, 17: 1.25, 18: 1.2}
CALLS_A_DAY = 3
MINUTES_BETWEEN_CALLS = 26


@dataclass
class Attempt:
    """One call. Times are local; `talk` is None when nobody answered; all lengths in seconds."""

    telecaller: Person
    started_at: dt.datetime
    ring: int
    talk: int | None
    outcome: str
    wrap_up: int
    note: str

    @property
    def ended_at(self) -> dt.datetime:
        return self.started_at + dt.timedelta(seconds=self.ring + (self.talk or 0))

    @property
    def closed_at(self) -> dt.datetime:
        return self.ended_at + dt.timedelta(seconds=self.wrap_up)


@dataclass
class Promise:
    """A follow-up; `is_callback` when the lead was told the time."""

    by: Person
    made_at: dt.datetime
    due_at: dt.datetime
    note: str
    is_callback: bool
    done_at: dt.datetime | None = None


@dataclass
class Life:
    """One lead from its creation to now. `next_at` is when it is due again; None when it is called no more."""

    number: int
    created_at: dt.datetime
    source: str
    campaign: CampaignPlan | None
    batch: str = ""
    owner: Person | None = None
    owned_at: dt.datetime | None = None
    status: str = "New"
    attempts: list[Attempt] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    steps: list[tuple[dt.datetime, str, str]] = field(default_factory=list)
    next_at: dt.datetime | None = None
    ended_because: str = ""

    @property
    def promise(self) -> Promise | None:
        """The follow-up that is still owed."""
        return self.promises[-1] if self.promises and self.promises[-1].done_at is None else None

    def move_to(self, status: str, moment: dt.datetime) -> None:
        if status != self.status:
            self.steps.append((moment, self.status, status))
            self.status = status


class Storyteller:
    """Tells the month of one plan, from `DAYS` ago until `now`; the same seed tells the same story."""

    def __init__(self, plan: Plan, chance: random.Random, now: dt.datetime, zone: zoneinfo.ZoneInfo) -> None:
        self.plan, self.chance, self.zone = plan, chance, zone
        self.now = now.astimezone(zone)
        self.today = self.now.date()
        self.telecallers = [person for person in plan.people if person.role == Role.TELECALLER]

    def tell(self) -> list[Life]:
        lives = self._arrivals()
        clock = [(self._first_moment(), number) for number in range(len(self.telecallers))]
        heapq.heapify(clock)
        while clock:
            moment, number = heapq.heappop(clock)
            moment = calendar.next_working(moment)
            if moment > self.now - dt.timedelta(minutes=14):
                continue
            heapq.heappush(clock, (self._work(self.telecallers[number], lives, moment), number))
        self._leave_something_late(lives)
        return lives

    def _first_moment(self) -> dt.datetime:
        return calendar.at(self.today - dt.timedelta(days=calendar.DAYS - 1), calendar.OPENS, self.zone)

    def _arrivals(self) -> list[Life]:
        """Leads in order of creation: a list on the first morning, some every day, another one just now, and
        a few who wrote in themselves."""
        count = self.plan.leads
        first, last = self._first_moment() - dt.timedelta(minutes=25), self.now - dt.timedelta(minutes=100)
        moments: list[tuple[dt.datetime, str]] = [(first, "first")] * (count * 14 // 100)
        moments += [(last, "last")] * (count * 12 // 100)
        moments += [
            (min(self.now - dt.timedelta(minutes=self.chance.randint(4, 300)), self.now), "")
            for __ in range(count * 3 // 100)
        ]
        while len(moments) < count:
            ago = dt.timedelta(days=self.chance.uniform(0.4, calendar.DAYS - 1))
            hour = dt.time(self.chance.randint(8, 21), self.chance.randint(0, 59), self.chance.randint(0, 59))
            moment = calendar.at((self.now - ago).date(), hour, self.zone)
            if moment < self.now - dt.timedelta(hours=3):
                moments.append((moment, ""))
        moments.sort()
        return [self._arrival(number, moment, batch) for number, (moment, batch) in enumerate(moments)]

    def _arrival(self, number: int, moment: dt.datetime, batch: str) -> Life:
        sources = self.plan.sources
        source = sources[1] if batch else self.chance.choices(sources, weights=range(2 * len(sources), 0, -2))[0]
        campaign = next((campaign for campaign in self.plan.campaigns if source in campaign.sources), None)
        return Life(number, moment, source, campaign, batch=batch)

    def _work(self, telecaller: Person, lives: list[Life], moment: dt.datetime) -> dt.datetime:
        """Let `telecaller` call whoever is next at `moment`; return when they are ready for another one."""
        life = self._next_for(telecaller, lives, moment)
        if life is None:
            return moment + dt.timedelta(minutes=self.chance.randint(8, 25))
        attempt = self._call(telecaller, life, moment)
        self._follow(life, attempt)
        pause = min(self.chance.expovariate(1 / MINUTES_BETWEEN_CALLS), 90)
        return attempt.closed_at + dt.timedelta(minutes=1 + pause)

    def _next_for(self, telecaller: Person, lives: list[Life], moment: dt.datetime) -> Life | None:
        """Own promises first, then own retries, then the newest or most important fresh lead."""

        def order(life: Life) -> tuple[int, float]:
            if life.owner is telecaller:
                return (0 if life.promise else 1, life.next_at.timestamp() if life.next_at else 0)
            return (2, -life.campaign.priority if life.campaign else 0)

        return min((life for life in lives if self._is_due(telecaller, life, moment)), key=order, default=None)

    def _is_due(self, telecaller: Person, life: Life, moment: dt.datetime) -> bool:
        if life.owner is not None:
            return life.owner is telecaller and life.next_at is not None and life.next_at <= moment
        campaign = life.campaign
        is_mine = campaign is not None and campaign.state == "running" and telecaller.team in campaign.teams
        return is_mine and life.created_at <= moment and not life.ended_because

    def _call(self, telecaller: Person, life: Life, moment: dt.datetime) -> Attempt:
        weights = dict(WARM if life.promise else COLD)
        luck = PICK_UP.get(moment.hour, 1.0) * telecaller.skill
        outcomes = list(weights)
        outcome = self.chance.choices(
            outcomes, weights=[weights[name] * (1 if name in UNANSWERED else luck) for name in outcomes]
        )[0]
        talk = self.chance.randint(*TALK_SECONDS[outcome]) if outcome in TALK_SECONDS else None
        notes = self.plan.notes.get(outcome, [])
        attempt = Attempt(
            telecaller=telecaller,
            started_at=moment.replace(second=self.chance.randint(0, 59), microsecond=0),
            ring=self.chance.randint(*RING_SECONDS.get(outcome, (4, 18))),
            talk=talk,
            outcome=outcome,
            wrap_up=self.chance.randint(5, 25) if talk is None else self.chance.randint(15, 75),
            note=self.chance.choice(notes) if notes and self.chance.random() < 0.7 else "",
        )
        if life.owner is None:
            life.owner, life.owned_at = telecaller, moment
        life.attempts.append(attempt)
        return attempt

    def _follow(self, life: Life, attempt: Attempt) -> None:
        """Draw the consequences of an outcome, as the product would."""
        if life.promise:
            life.promise.done_at = attempt.closed_at
        life.next_at = None
        if attempt.outcome in CLOSING:
            life.move_to(CLOSING[attempt.outcome], attempt.closed_at)
            life.ended_because = "closed"
            return
        if attempt.outcome in OPENING:
            life.move_to(OPENING[attempt.outcome], attempt.closed_at)
        if len(life.attempts) >= (life.campaign.maximum_attempts if life.campaign else 9):
            life.ended_because = "attempts_used"
        elif attempt.outcome in OPENING:
            self._promise(life, attempt)
        else:
            life.next_at = self._retry_at(life, attempt)

    def _promise(self, life: Life, attempt: Attempt) -> None:
        is_callback = attempt.outcome == "Call back"
        hours = self.chance.choice((1, 3, 5, 22, 25, 46) if is_callback else (24, 48, 72, 96, 144, 168))
        due_at = attempt.closed_at + dt.timedelta(hours=24 if self._is_enough_today(life, attempt) else hours)
        due_at = calendar.next_working(due_at)
        due_at = due_at.replace(minute=due_at.minute // 15 * 15, second=0, microsecond=0)
        life.promises.append(
            Promise(
                by=attempt.telecaller,
                made_at=attempt.closed_at,
                due_at=due_at,
                note=self.chance.choice(words.PROMISES[attempt.outcome]),
                is_callback=is_callback,
            )
        )
        life.next_at = due_at

    def _retry_at(self, life: Life, attempt: Attempt) -> dt.datetime:
        wait = dt.timedelta(minutes=RETRY_AFTER[attempt.outcome] * self.chance.uniform(1, 1.5))
        moment = attempt.closed_at + wait
        if self._is_enough_today(life, attempt):
            moment = calendar.at(attempt.started_at.date() + dt.timedelta(days=1), calendar.OPENS, self.zone)
        # Spread over the day, or every retry of the evening would be due at ten sharp.
        ready = calendar.next_working(moment)
        return ready if ready == moment else ready + dt.timedelta(minutes=self.chance.randint(0, 300))

    @staticmethod
    def _is_enough_today(life: Life, attempt: Attempt) -> bool:
        return sum(made.started_at.date() == attempt.started_at.date() for made in life.attempts) >= CALLS_A_DAY

    def _leave_something_late(self, lives: list[Life]) -> None:
        """Move a few open follow-ups so that each telecaller has some overdue and some later today."""
        midnight = calendar.at(self.today + dt.timedelta(days=1), dt.time(0), self.zone)
        for telecaller in self.telecallers:
            mine = [life for life in lives if life.owner is telecaller and life.promise]
            late = mine[: self.chance.randint(1, 3)]
            for life in late:
                moved = self.now - dt.timedelta(minutes=self.chance.randint(6, 170))
                self._move(life, moved)
            for life in mine[len(late) : len(late) + 3]:
                left = max(int((midnight - self.now).total_seconds() // 60) - 5, 1)
                self._move(life, self.now + dt.timedelta(minutes=self.chance.randint(1, min(left, 240))))

    @staticmethod
    def _move(life: Life, due_at: dt.datetime) -> None:
        promise = life.promise
        if promise is not None and due_at > promise.made_at:
            promise.due_at = due_at.replace(second=0, microsecond=0)
            life.next_at = promise.due_at
