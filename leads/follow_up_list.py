"""What the page of follow-ups is asked for, and the rows, counts and days that answer it."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Value
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.models import Membership
from leads.models import FollowUp
from leads.models.follow_up import IN_TIME, KEPT
from teams.models import Team
from teams.visibility import people_in, people_seen_by, sight_of, teams_seen_by

MOST_COUNTED = 99
STRIP_DAYS = 14
TABS = ("overdue", "today", "upcoming", "open")
MOST_PEOPLE = 100

RESULTS = {
    "in_time": IN_TIME,
    "late": ~IN_TIME | Q(done_at=None),
    "kept": KEPT,
    "missed": ~KEPT | Q(done_at=None),
}


@dataclass(frozen=True)
class Day:
    """A day of the strip: how many follow-ups are due on it, in words."""

    day: dt.date
    count: str
    is_chosen: bool
    url: str


class Asked:
    """The query string of the page, as `member` may mean it; what cannot be read or seen narrows nothing."""

    NAMES = frozenset({"due", "day", "from", "to", "kind", "result", "person", "team"})

    def __init__(self, member: Membership, query: Mapping[str, str]) -> None:
        self.member, self._query = member, query
        self.due = query.get("due", "") if query.get("due") in TABS else "overdue"
        self.day = _date(query.get("day"))
        self.first, self.last = _date(query.get("from")), _date(query.get("to"))
        self.kind = query.get("kind", "") if query.get("kind") in FollowUp.Kind.values else ""
        self.result = query.get("result", "") if query.get("result") in RESULTS else ""
        self._person, self._team = query.get("person"), query.get("team")

    @cached_property
    def people(self) -> list[Membership]:
        """Whose follow-ups may be asked for; empty for who sees only their own."""
        return [] if sight_of(self.member).is_own else list(people_seen_by(self.member).active())

    @cached_property
    def person(self) -> Membership | None:
        """Whose follow-ups are asked for, also of who has left; None for those of everybody who is seen."""
        if (found := next((row for row in self.people if str(row.pk) == self._person), None)) is not None:
            return found
        wanted = _id(self._person)
        return people_seen_by(self.member).filter(pk=wanted).first() if wanted and self.people else None

    @cached_property
    def team(self) -> Team | None:
        wanted = _id(self._team)
        found: Team | None = teams_seen_by(self.member).filter(pk=wanted).first() if wanted else None
        return found

    @property
    def unfit(self) -> set[str]:
        """The names of what was asked for and narrows nothing."""
        meant = {
            "due": self.due,
            "day": self.day,
            "from": self.first,
            "to": self.last,
            "kind": self.kind,
            "result": self.result,
            "person": self.person,
            "team": self.team,
        }
        return {name for name, text in self._query.items() if text and name in meant and not meant[name]} | (
            {"due"} if self._query.get("due", self.due) != self.due else set()
        )

    @property
    def is_past(self) -> bool:
        """Whether it is about what fell due on some days, and not about what is open."""
        return self.first is not None and self.last is not None

    @cached_property
    def _seen(self) -> Any:
        """The follow-ups of these people and this kind, open or not."""
        rows = FollowUp.objects.visible_to(self.member)
        if self.person is not None:
            rows = rows.filter(assigned_to=self.person)
        elif self.team is not None:
            rows = rows.filter(assigned_to__in=sorted(people_in(self.team)))
        return rows.filter(kind=self.kind) if self.kind else rows

    @property
    def rows(self) -> Any:
        """The rows that are shown, first the one that is due first."""
        if self.first is not None and self.last is not None:
            fell = self._seen.fell_due(_midnight(self.first), _midnight(self.last + dt.timedelta(days=1)))
            return fell.filter(RESULTS[self.result]) if self.result else fell
        if self.day is not None:
            return self._on(self.day)
        return self.tab(self.due)

    def tab(self, due: str) -> Any:
        """The rows of one tab."""
        if due == "open":
            fallen = FollowUp.objects.fallen_to(self.member)
            return fallen.filter(kind=self.kind) if self.kind else fallen
        now, tomorrow = timezone.now(), _midnight(timezone.localdate() + dt.timedelta(days=1))
        rows = self._seen.open()
        if due == "overdue":
            return rows.filter(due_at__lt=now)
        if due == "today":
            return rows.filter(due_at__gte=now, due_at__lt=tomorrow)
        return rows.filter(due_at__gte=tomorrow)

    def strip(self) -> list[Day]:
        """The next two weeks with what is due on each day, in one question that reads a hundred rows of each at most."""
        today = timezone.localdate()
        days = [today + dt.timedelta(days=number) for number in range(STRIP_DAYS)]
        parts = [
            self._on(day).order_by().annotate(place=Value(number)).values_list("place", flat=True)[: MOST_COUNTED + 1]
            for number, day in enumerate(days)
        ]
        counts = Counter(parts[0].union(*parts[1:], all=True))
        return [
            Day(day, counted(counts[number]), day == self.day and not self.is_past, self.url(day=day.isoformat()))
            for number, day in enumerate(days)
        ]

    def _on(self, day: dt.date) -> Any:
        after = day + dt.timedelta(days=1)
        return self._seen.open().filter(due_at__gte=_midnight(day), due_at__lt=_midnight(after))

    @property
    def query(self) -> dict[str, str]:
        """The query string of the page as it is."""
        days = {"day": self.day, "from": self.first, "to": self.last}
        said = {"due": self.due} | {name: day.isoformat() for name, day in days.items() if day is not None}
        said |= {"kind": self.kind, "result": self.result}
        said |= {"person": str(self.person.pk) if self.person else "", "team": str(self.team.pk) if self.team else ""}
        return {name: value for name, value in said.items() if value}

    def url(self, **changes: str) -> str:
        """The query string of another tab or day of the same people and kind."""
        same = {name: self.query.get(name, "") for name in ("kind", "person", "team")}
        return "?" + urlencode({name: value for name, value in (changes | same).items() if value})

    @property
    def here(self) -> str:
        return "?" + urlencode(self.query)


@dataclass(frozen=True)
class Kept:
    """How well one person kept to the times of some days."""

    member_id: uuid.UUID
    due: int
    in_time: int
    callbacks: int
    kept: int

    @property
    def in_time_share(self) -> str:
        return share(self.in_time, self.due)

    @property
    def kept_share(self) -> str:
        return share(self.kept, self.callbacks)


def kept_by_person(member: Membership, days: int) -> list[Kept]:
    """Return, of everybody whom `member` sees, what fell due in the last `days` days up to now: who had most, first."""
    today = timezone.localdate()
    since, until = _midnight(today - dt.timedelta(days=days - 1)), _midnight(today + dt.timedelta(days=1))
    callback = Q(kind=FollowUp.Kind.CALLBACK)
    groups = (
        FollowUp.objects.visible_to(member)
        .fell_due(since, until)
        .values("assigned_to")
        .order_by()
        .annotate(
            due=Count("pk"),
            in_time=Count("pk", filter=IN_TIME),
            callbacks=Count("pk", filter=callback),
            kept=Count("pk", filter=callback & KEPT),
        )
        .order_by("-due", "assigned_to")[:MOST_PEOPLE]
    )
    return [Kept(row["assigned_to"], row["due"], row["in_time"], row["callbacks"], row["kept"]) for row in groups]


def share(part: int, whole: int) -> str:
    """`part` of `whole` in per cent; a dash of nothing."""
    return f"{part * 100 / whole:.0f} %" if whole else "–"


def counted(number: int) -> str:
    """`number` in words, "99+" beyond ninety-nine."""
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)


def count_of(rows: Any) -> str:
    """How many rows there are, in words; never reads more than a hundred."""
    return counted(rows.order_by()[: MOST_COUNTED + 1].count())


def _midnight(day: dt.date) -> dt.datetime:
    """The first moment of `day` in the zone that is active, the organisation's."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _date(text: str | None) -> dt.date | None:
    try:
        day = parse_date(text or "")
    except ValueError:
        return None
    # A day before or after it must exist.
    return day if day is not None and 1900 < day.year < 9000 else None


def _id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
